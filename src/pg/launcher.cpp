// Catalog in, worker processes out. All waiting is in launcher_main.
#include "pg/launcher.hpp"

#include <algorithm>
#include <cstring>

#include "pg/boundary.hpp"

namespace torale::pg {

namespace {

using namespace std::chrono_literals;

constexpr auto look_again = 5s;
constexpr auto look_again_in_recovery = 1s;  // promotion tells nobody
constexpr auto between_probes = 250ms;
constexpr int probes_max = 2;

struct CatalogEntry {
    std::uint32_t oid;
    std::string name;
    bool is_open;  // a worker could enter: no template, not closed, not half dropped
};

std::vector<CatalogEntry> read_databases() {
    std::vector<CatalogEntry> databases;
    guarded([&] {
        StartTransactionCommand();
        PushActiveSnapshot(GetTransactionSnapshot());
        Relation relation = table_open(DatabaseRelationId, AccessShareLock);
        TableScanDesc scan = table_beginscan_catalog(relation, 0, nullptr);
        while (HeapTuple row = heap_getnext(scan, ForwardScanDirection)) {
            const Form_pg_database database = reinterpret_cast<Form_pg_database>(GETSTRUCT(row));
            constexpr int half_dropped = -2;
            const bool is_open = !database->datistemplate && database->datallowconn &&
                                 database->datconnlimit != half_dropped;
            databases.push_back({database->oid, NameStr(database->datname), is_open});
        }
        table_endscan(scan);
        table_close(relation, AccessShareLock);
        PopActiveSnapshot();
        CommitTransactionCommand();
    });
    return databases;
}

// Read at each start: CREATE EXTENSION may have made the role a moment ago. 0 when absent.
std::uint32_t worker_role() {
    return guarded([] {
        StartTransactionCommand();
        const Oid role = get_role_oid("torale_worker", true);
        CommitTransactionCommand();
        return role;
    });
}

void describe_worker(BackgroundWorker& worker, WorkerKind kind, const std::string& database) {
    const bool is_probe = kind == WorkerKind::probe;
    const char* role = is_probe ? "probe" : "scheduler";
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
    // The launcher alone decides about restarts: after a crash none may come back unknown to it,
    // and a dropped database must not make a loop.
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    worker.bgw_notify_pid = MyProcPid;
    pg_snprintf(worker.bgw_name, BGW_MAXLEN, "torale %s: %s", role, database.c_str());
    pg_snprintf(worker.bgw_type, BGW_MAXLEN, "torale %s", role);
    strlcpy(worker.bgw_library_name, "torale", sizeof worker.bgw_library_name);
    strlcpy(worker.bgw_function_name, is_probe ? "torale_probe_main" : "torale_scheduler_main",
            sizeof worker.bgw_function_name);
}

bool has_ended(BackgroundWorkerHandle* handle) {
    return guarded([&] {
        pid_t pid = 0;
        return GetBackgroundWorkerPid(handle, &pid) == BGWH_STOPPED;
    });
}

}  // namespace

// At every turn, so that no worker is sent into a database that was dropped a moment ago.
void Launcher::read_catalog() {
    for (auto& [oid, database] : databases_) database.exists = database.is_open = false;
    for (const CatalogEntry& entry : read_databases()) {
        Supervised& database = databases_[entry.oid];
        database.exists = true;
        database.is_open = entry.is_open;
        database.name = entry.name;
    }
    std::erase_if(databases_, [](const auto& item) {
        const bool is_gone = !item.second.exists && item.second.handle == nullptr;
        if (is_gone) forget_dropped_database(item.first);
        return is_gone;
    });
}

void Launcher::reap(std::uint32_t oid, Supervised& database, const DatabaseView& view) {
    if (database.handle == nullptr || !has_ended(database.handle)) return;
    pfree(database.handle);
    database.handle = nullptr;
    Watch& watch = database.watch;
    const bool was_probe = watch.worker == Watch::Worker::probe;
    const bool answered = was_probe && view.probe_answered;
    if (was_probe) --probes_running_;
    if (answered) {
        watch.has_extension = view.has_extension;
        watch.probed_at = now_;
    } else {
        // A scheduler that ended may have found its extension dropped: ask before the next start.
        watch.has_extension.reset();
    }
    note_end(watch, answered, now_);
    if (view.is_blocked) {
        watch.failures = 0;
        watch.retry_at = {};
    }
    set_database_state(oid, DatabaseState::backoff);
    // The table in shared memory is small, databases without us can be many.
    if (watch.has_extension == false) forget_database(oid);
}

void Launcher::start_failed(std::uint32_t oid, Supervised& database) {
    note_starved(database.watch, now_);
    set_database_state(oid, DatabaseState::no_slot, "no free background worker slot");
    if (is_starved_) return;
    is_starved_ = true;
    ereport(
        LOG,
        errmsg("torale: no free background worker slot for database \"%s\"", database.name.c_str()),
        errhint("Increase max_worker_processes."));
}

void Launcher::start(std::uint32_t oid, Supervised& database, WorkerKind kind) {
    const bool is_probe = kind == WorkerKind::probe;
    const std::uint32_t role = is_probe ? 0 : worker_role();
    if (!is_probe && role == 0) {
        note_end(database.watch, false, now_);
        set_database_state(oid, DatabaseState::backoff, "role torale_worker does not exist");
        return;
    }
    if (!watch_database(oid)) {
        start_failed(oid, database);
        return;
    }
    set_database_state(oid, is_probe ? DatabaseState::probing : DatabaseState::starting);
    BackgroundWorker worker{};
    describe_worker(worker, kind, database.name);
    worker.bgw_main_arg = ObjectIdGetDatum(oid);
    std::memcpy(worker.bgw_extra, &role, sizeof role);
    BackgroundWorkerHandle* handle = guarded([&] {
        MemoryContextSwitchTo(TopMemoryContext);
        BackgroundWorkerHandle* registered = nullptr;
        return RegisterDynamicBackgroundWorker(&worker, &registered) ? registered : nullptr;
    });
    if (handle == nullptr) {
        start_failed(oid, database);
        return;
    }
    is_starved_ = false;
    database.handle = handle;
    Watch& watch = database.watch;
    watch.starved_since.reset();
    watch.worker = is_probe ? Watch::Worker::probe : Watch::Worker::scheduler;
    watch.worker_started = now_;
    if (is_probe) {
        ++probes_running_;
        last_probe_at_ = now_;
    }
}

void Launcher::act(std::uint32_t oid, Supervised& database, const Wish& wish) {
    switch (next_step(database.watch, wish, now_)) {
        case Step::nothing:
            return;
        case Step::probe:
            if (probes_running_ < probes_max && now_ - last_probe_at_ >= between_probes)
                start(oid, database, WorkerKind::probe);
            return;
        case Step::start_scheduler:
            start(oid, database, WorkerKind::scheduler);
            return;
        case Step::stop_worker:
            guarded([&] { TerminateBackgroundWorker(database.handle); });
            return;
    }
}

// Who has waited longest for a slot is served first.
std::vector<std::uint32_t> Launcher::by_patience() const {
    std::vector<std::uint32_t> order;
    for (const auto& [oid, database] : databases_) order.push_back(oid);
    const auto waited_since = [this](std::uint32_t oid) {
        return databases_.at(oid).watch.starved_since.value_or(Instant::max());
    };
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t left, std::uint32_t right) {
        return waited_since(left) < waited_since(right);
    });
    return order;
}

std::chrono::milliseconds Launcher::turn() {
    now_ = std::chrono::steady_clock::now();
    settings_ = current();
    const bool in_recovery = guarded([] { return RecoveryInProgress(); });
    report_state(in_recovery ? "standby" : "running");
    // First of all: whatever fails below, nobody is left waiting.
    web_.serve();
    const bool probe_all = take_probe_all();
    const std::string web_database = current_http().database;
    WebPlace web_place;
    read_catalog();
    const bool may_start = settings_.enabled && settings_.schedulers && !in_recovery;
    Instant next = now_ + (in_recovery ? look_again_in_recovery : look_again);
    for (const std::uint32_t oid : by_patience()) {
        Supervised& database = databases_.at(oid);
        Watch& watch = database.watch;
        const DatabaseView view = view_database(oid);
        if (database.exists && database.name == web_database)
            web_place = {oid, database.is_open, view, view.probe_requested || probe_all};
        reap(oid, database, view);
        if (view.probe_requested || probe_all) note_request(watch);
        const Wish wish{.may_run = may_start && database.is_open && settings_.serves(database.name),
                        .is_blocked = view.is_blocked};
        act(oid, database, wish);
        if (!wish.may_run && watch.worker == Watch::Worker::none)
            set_database_state(oid, DatabaseState::off);
        const bool is_due = wish.may_run && !wish.is_blocked &&
                            watch.worker == Watch::Worker::none && watch.has_extension != false;
        if (is_due) next = std::min(next, std::max(watch.retry_at, now_ + between_probes));
    }
    next = std::min(next, web_.turn(web_place, now_));
    return std::chrono::duration_cast<std::chrono::milliseconds>(next - now_);
}

}  // namespace torale::pg
