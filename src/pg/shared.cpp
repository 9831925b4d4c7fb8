// The region itself, a worker's own place in it, and what any backend may tell.
#include "pg/shared.hpp"

#include <algorithm>
#include <utility>

#include "pg/boundary.hpp"
#include "pg/shared_layout.hpp"

namespace torale::pg {

namespace layout {

Shared* shared = nullptr;

Database* find_database(Oid oid) {
    for (Database& database : shared->databases)
        if (database.oid == oid) return &database;
    return nullptr;
}

Database* find_or_add_database(Oid oid) {
    if (Database* known = find_database(oid)) return known;
    Database* free = find_database(InvalidOid);
    if (free == nullptr) return nullptr;
    std::memset(static_cast<void*>(free), 0, sizeof(Database));
    free->oid = oid;
    free->wake = true;
    return free;
}

bool is_blocked(const Database& database) {
    return database.is_held || database.blocked_until > GetCurrentTimestamp();
}

void poke_launcher() {
    if (shared->launcher != nullptr) SetLatch(shared->launcher);
}

void recount_streams() {
    int streams = 0;
    for (const Worker& worker : shared->workers) streams += worker.pid == 0 ? 0 : worker.streams;
    shared->streams = streams;
}

Worker* self = nullptr;

Worker* own_place() {
    return self;
}

}  // namespace layout

using namespace layout;

namespace {

shmem_request_hook_type previous_request = nullptr;
shmem_startup_hook_type previous_startup = nullptr;

void request_room() {
    if (previous_request != nullptr) previous_request();
    RequestAddinShmemSpace(MAXALIGN(sizeof(Shared)));
    RequestNamedLWLockTranche("torale", 1);
}

void set_up() {
    if (previous_startup != nullptr) previous_startup();
    LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
    bool found = false;
    shared = static_cast<Shared*>(ShmemInitStruct("torale", sizeof(Shared), &found));
    if (!found) {
        std::memset(static_cast<void*>(shared), 0, sizeof(Shared));
        shared->lock = &GetNamedLWLockTranche("torale")->lock;
        ConditionVariableInit(&shared->gone);
        if (!pg_strong_random(&shared->rate_seed, sizeof shared->rate_seed))
            ereport(FATAL, errmsg("torale: no random numbers"));
    }
    LWLockRelease(AddinShmemInitLock);
}

void detach(int, Datum) {
    if (self == nullptr) return;
    {
        const Locked locked;
        if (self->kind == WorkerKind::launcher) shared->launcher = nullptr;
        self->latch = nullptr;
        self->pid = 0;
        self = nullptr;
        recount_streams();
        poke_launcher();
    }
    ConditionVariableBroadcast(&shared->gone);
}

Worker* free_place(WorkerKind kind, Oid database) {
    if (kind != WorkerKind::launcher) {
        const Database* entry = find_database(database);
        if (entry == nullptr || is_blocked(*entry)) return nullptr;
    }
    Worker* free = nullptr;
    for (Worker& worker : shared->workers) {
        if (worker.pid == 0) {
            free = free == nullptr ? &worker : free;
        } else if (worker.kind == kind && kind != WorkerKind::web && worker.database == database) {
            return nullptr;
        }
    }
    return free;
}

const char* name_of(DatabaseState state) {
    switch (state) {
        case DatabaseState::unknown:
            return "unknown";
        case DatabaseState::probing:
            return "probing";
        case DatabaseState::starting:
            return "starting";
        case DatabaseState::backoff:
            return "backoff";
        case DatabaseState::no_slot:
            return "no slot";
        case DatabaseState::off:
            return "off";
    }
    return "unknown";
}

}  // namespace

void request_shared_memory() {
    previous_request = shmem_request_hook;
    shmem_request_hook = request_room;
    previous_startup = shmem_startup_hook;
    shmem_startup_hook = set_up;
}

bool has_shared_memory() {
    return shared != nullptr;
}

bool attach_worker(WorkerKind kind, std::uint32_t database) {
    if (shared == nullptr) return false;
    {
        const Locked locked;
        Worker* place = free_place(kind, database);
        if (place == nullptr) return false;
        std::memset(static_cast<void*>(place), 0, sizeof(Worker));
        place->pid = MyProcPid;
        place->kind = kind;
        place->database = database;
        place->latch = MyLatch;
        place->started_at = GetCurrentTimestamp();
        copy_text(place->state, "starting");
        self = place;
        if (kind == WorkerKind::launcher) shared->launcher = MyLatch;
        if (kind == WorkerKind::scheduler) find_database(database)->wake = true;
    }
    before_shmem_exit(detach, 0);
    return true;
}

void report_work(const WorkerReport& report) {
    if (self == nullptr) return;
    const Locked locked;
    self->report = report;
}

void report_state(std::string_view state) {
    if (self == nullptr) return;
    const Locked locked;
    copy_text(self->state, state);
}

void report_error(std::string_view message) {
    if (self == nullptr) return;
    const Locked locked;
    Database* database = find_database(self->database);
    if (database == nullptr) return;
    if (self->kind == WorkerKind::web)
        copy_text(database->web_error, message);
    else
        copy_text(database->last_error, message);
}

bool take_wake() {
    if (self == nullptr) return false;
    const Locked locked(LW_SHARED);
    Database* database = find_database(self->database);
    return database != nullptr && database->wake.exchange(false);
}

void report_probe(std::uint32_t oid, bool has_extension) {
    if (shared == nullptr) return;
    const Locked locked;
    if (Database* database = find_database(oid)) {
        database->probe_answered = true;
        database->has_extension = has_extension;
    }
    poke_launcher();
}

void wake_database(std::uint32_t oid) {
    if (shared == nullptr) return;
    const Locked locked(LW_SHARED);
    Database* database = find_database(oid);
    // The first one wakes; until the scheduler has looked, the others have nothing to add.
    if (database == nullptr || database->wake.exchange(true)) return;
    for (const Worker& worker : shared->workers)
        if (worker.pid != 0 && worker.kind == WorkerKind::scheduler && worker.database == oid)
            SetLatch(worker.latch);
}

void request_probe(std::uint32_t oid) {
    if (shared == nullptr) return;
    {
        const Locked locked;
        if (Database* database = find_or_add_database(oid))
            database->probe_requested = true;
        else
            shared->probe_all = true;
        poke_launcher();
    }
    wake_database(oid);
}

namespace {

bool has_worker(WorkerKind kind, Oid database) {
    return std::any_of(
        std::begin(shared->workers), std::end(shared->workers), [&](const Worker& worker) {
            return worker.pid != 0 && worker.kind == kind && worker.database == database;
        });
}

WorkerRow row_of(const Worker& worker) {
    const Database* database = worker.database == 0 ? nullptr : find_database(worker.database);
    const char* error = "";
    if (database != nullptr)
        error = worker.kind == WorkerKind::web ? database->web_error : database->last_error;
    return {worker.pid,    worker.database,   worker.kind, worker.state,
            worker.report, worker.started_at, error};
}

// Who should be there and is not.
void add_missing(const Database& database, std::vector<WorkerRow>& rows) {
    const bool blocked = is_blocked(database);
    // Known for its web workers' sake alone, before the launcher looked at it for a scheduler.
    const bool is_web_only =
        database.serves_web && !blocked && database.state == DatabaseState::unknown;
    if (!is_web_only && !has_worker(WorkerKind::scheduler, database.oid))
        rows.push_back({.database = database.oid,
                        .kind = WorkerKind::scheduler,
                        .state = blocked ? "blocked" : name_of(database.state),
                        .report = {},
                        .last_error = database.last_error});
    if (database.serves_web && !has_worker(WorkerKind::web, database.oid))
        rows.push_back({.database = database.oid,
                        .kind = WorkerKind::web,
                        .state = blocked ? "blocked" : name_of(database.web_state),
                        .report = {},
                        .last_error = database.web_error});
}

}  // namespace

std::vector<WorkerRow> worker_rows() {
    std::vector<WorkerRow> rows;
    if (shared == nullptr) return rows;
    rows.reserve(workers_max + 2 * databases_max);
    const Locked locked(LW_SHARED);
    for (const Worker& worker : shared->workers)
        if (worker.pid != 0) rows.push_back(row_of(worker));
    for (const Database& database : shared->databases)
        if (database.oid != InvalidOid) add_missing(database, rows);
    return rows;
}

}  // namespace torale::pg
