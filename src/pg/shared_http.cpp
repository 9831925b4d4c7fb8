// Web workers' part of the shared memory.
#include "pg/shared_http.hpp"

#include "pg/boundary.hpp"
#include "pg/shared_layout.hpp"

namespace torale::pg {

using namespace layout;

namespace {

// With the lock held. The flags and numbers of a Worker that has left do not count.
void wake_web_workers(Oid database) {
    for (const Worker& worker : shared->workers)
        if (worker.pid != 0 && worker.kind == WorkerKind::web && worker.database == database)
            SetLatch(worker.latch);
}

// The entry stays as long as a web worker is wished for, which the launcher says; so it is looked
// for once. A dropped database's may be another's a moment later: a generation too many.
Database* own_database() {
    static Database* own = nullptr;
    if (own == nullptr && shared != nullptr) {
        const Locked locked(LW_SHARED);
        own = find_database(MyDatabaseId);
    }
    return own;
}

}  // namespace

std::uint64_t schema_generation() {
    const Database* database = own_database();
    return database == nullptr ? 0 : database->schema_generation.load();
}

// The flag is cleared before the number is read: a commit in between sets it again, and the latch.
std::uint64_t event_generation() {
    Database* database = own_database();
    if (database == nullptr) return 0;
    database->events_told = false;
    return database->event_generation.load();
}

void report_web(const WebReport& report) {
    Worker* worker = own_place();
    if (worker == nullptr) return;
    const Locked locked;
    worker->report.in_flight = report.connections;
    worker->streams = report.streams;
    recount_streams();
}

WebTotals web_totals() {
    WebTotals totals;
    if (shared == nullptr) return totals;
    const Locked locked(LW_SHARED);
    for (const Worker& worker : shared->workers) {
        if (worker.pid == 0 || worker.kind != WorkerKind::web || worker.database != MyDatabaseId)
            continue;
        ++totals.workers;
        totals.connections += static_cast<int>(worker.report.in_flight);
        totals.streams += worker.streams;
    }
    return totals;
}

void report_retirement() {
    if (Database* database = own_database()) ++database->retirements;
}

RateTable* request_rates() {
    return shared == nullptr ? nullptr : &shared->request_rates;
}

RateTable* refusal_rates() {
    return shared == nullptr ? nullptr : &shared->refusal_rates;
}

HttpCounters* http_counters() {
    return shared == nullptr ? nullptr : &shared->http;
}

std::uint64_t rate_seed() {
    return shared == nullptr ? 0 : shared->rate_seed;
}

bool has_streams() {
    return shared != nullptr && shared->streams.load(std::memory_order_relaxed) > 0;
}

void note_events(std::uint32_t oid) {
    if (shared == nullptr) return;
    const Locked locked(LW_SHARED);
    Database* database = find_database(oid);
    if (database == nullptr || !database->serves_web) return;
    ++database->event_generation;
    // Until a worker has looked, the others have nothing to add.
    if (!database->events_told.exchange(true)) wake_web_workers(oid);
}

void note_schema_change(std::uint32_t oid) {
    if (shared == nullptr) return;
    const Locked locked(LW_SHARED);
    Database* database = find_database(oid);
    if (database == nullptr || !database->serves_web) return;
    ++database->schema_generation;
    wake_web_workers(oid);
}

void set_web_state(std::uint32_t oid, DatabaseState state, std::string_view error) {
    if (shared == nullptr || oid == InvalidOid) return;
    const Locked locked;
    const bool is_wished = state != DatabaseState::off;
    Database* database = is_wished ? find_or_add_database(oid) : find_database(oid);
    if (database == nullptr) return;
    database->serves_web = is_wished;
    database->web_state = state;
    if (!is_wished || state == DatabaseState::starting || !error.empty())
        copy_text(database->web_error, error);
}

int take_retirements(std::uint32_t oid) {
    if (shared == nullptr) return 0;
    const Locked locked(LW_SHARED);
    Database* database = find_database(oid);
    return database == nullptr ? 0 : database->retirements.exchange(0);
}

}  // namespace torale::pg
