// Keeping workers out of a database, and the launcher's view of all of them.
#include <signal.h>

#include <algorithm>
#include <utility>

#include "pg/boundary.hpp"
#include "pg/shared.hpp"
#include "pg/shared_layout.hpp"

namespace torale::pg {

using namespace layout;

namespace {

constexpr std::int64_t block_us = 60'000'000;
constexpr int patience_ms = 3'000;

int signal_workers(Oid database) {
    int count = 0;
    for (const Worker& worker : shared->workers) {
        if (worker.pid == 0 || worker.kind == WorkerKind::launcher) continue;
        if (database != InvalidOid && worker.database != database) continue;
        kill(worker.pid, SIGTERM);
        ++count;
    }
    return count;
}

bool has_workers(Oid database) {
    const Locked locked(LW_SHARED);
    return std::any_of(
        std::begin(shared->workers), std::end(shared->workers),
        [&](const Worker& worker) { return worker.pid != 0 && worker.database == database; });
}

}  // namespace

bool block_database(std::uint32_t oid) {
    if (shared == nullptr) return false;
    const Locked locked;
    Database* database = find_database(oid);
    if (database == nullptr) return false;
    database->blocked_until = GetCurrentTimestamp() + block_us;
    signal_workers(oid);
    poke_launcher();
    return true;
}

void unblock_database(std::uint32_t oid) {
    if (shared == nullptr) return;
    const Locked locked;
    if (Database* database = find_database(oid)) database->blocked_until = 0;
    poke_launcher();
}

void hold_database(std::uint32_t oid) {
    if (shared == nullptr) return;
    const Locked locked;
    if (Database* database = find_or_add_database(oid)) database->is_held = true;
    signal_workers(oid);
    poke_launcher();
}

bool release_database(std::uint32_t oid) {
    if (shared == nullptr) return false;
    const Locked locked;
    Database* database = find_database(oid);
    if (database == nullptr || !database->is_held) return false;
    database->is_held = false;
    database->blocked_until = 0;
    database->probe_requested = true;
    poke_launcher();
    return true;
}

bool wait_for_workers(std::uint32_t oid) {
    if (shared == nullptr) return true;
    const TimestampTz deadline = GetCurrentTimestamp() + patience_ms * 1000LL;
    ConditionVariablePrepareToSleep(&shared->gone);
    bool is_free = !has_workers(oid);
    while (!is_free && GetCurrentTimestamp() < deadline) {
        ConditionVariableTimedSleep(&shared->gone, 100, PG_WAIT_EXTENSION);
        is_free = !has_workers(oid);
    }
    ConditionVariableCancelSleep();
    return is_free;
}

DatabaseView view_database(std::uint32_t oid) {
    if (shared == nullptr) return {};
    const Locked locked;
    Database* database = find_database(oid);
    if (database == nullptr) return {};
    const bool probe_requested = database->probe_requested;
    database->probe_requested = false;
    return {is_blocked(*database), probe_requested, database->probe_answered,
            database->has_extension};
}

bool watch_database(std::uint32_t oid) {
    const Locked locked;
    Database* database = find_or_add_database(oid);
    if (database == nullptr) return false;
    database->probe_answered = false;
    return true;
}

void forget_database(std::uint32_t oid) {
    const Locked locked;
    Database* database = find_database(oid);
    if (database == nullptr || is_blocked(*database) || database->probe_requested ||
        database->serves_web)
        return;
    database->oid = InvalidOid;
}

void forget_dropped_database(std::uint32_t oid) {
    const Locked locked;
    if (Database* database = find_database(oid)) database->oid = InvalidOid;
}

void set_database_state(std::uint32_t oid, DatabaseState state, std::string_view error) {
    const Locked locked;
    Database* database = find_database(oid);
    if (database == nullptr) return;
    database->state = state;
    if (state == DatabaseState::starting || !error.empty()) copy_text(database->last_error, error);
}

bool take_probe_all() {
    const Locked locked;
    return std::exchange(shared->probe_all, false);
}

int stop_all_workers() {
    const Locked locked;
    return signal_workers(InvalidOid);
}

}  // namespace torale::pg
