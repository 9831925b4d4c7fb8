// One fixed struct under one LWLock. No pointer into a process, no descriptor; a Latch* is used
// under the lock only and cleared by its owner on the way out.
#include "pg/shared.hpp"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>

#include "pg/boundary.hpp"

namespace torale::pg {

namespace {

constexpr int databases_max = 512;
constexpr int workers_max = 256;
constexpr std::int64_t block_us = 60'000'000;
constexpr int patience_ms = 3'000;

struct Database {
    Oid oid;  // 0 = free
    DatabaseState state;
    TimestampTz blocked_until;
    bool is_held;
    bool probe_requested;
    bool probe_answered;
    bool has_extension;
    // Set at commit, taken by the scheduler. Starts true: work may exist (a crash lost the flag).
    std::atomic<bool> wake;
    char last_error[200];
};

struct Worker {
    int pid;  // 0 = free
    WorkerKind kind;
    Oid database;
    Latch* latch;
    TimestampTz started_at;
    char state[16];
    WorkerReport report;
};

struct Shared {
    LWLock* lock;
    ConditionVariable gone;  // a worker has left
    Latch* launcher;
    bool probe_all;
    Database databases[databases_max];
    Worker workers[workers_max];
};
static_assert(std::atomic<bool>::is_always_lock_free);

Shared* shared = nullptr;
Worker* self = nullptr;
shmem_request_hook_type previous_request = nullptr;
shmem_startup_hook_type previous_startup = nullptr;

// LWLockRelease on every way out; the sections below raise nothing.
class Locked {
public:
    explicit Locked(LWLockMode mode = LW_EXCLUSIVE) { LWLockAcquire(shared->lock, mode); }
    ~Locked() { LWLockRelease(shared->lock); }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;
};

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
    }
    LWLockRelease(AddinShmemInitLock);
}

template <std::size_t size>
void copy_text(char (&out)[size], std::string_view text) {
    const std::size_t length = static_cast<std::size_t>(
        pg_mbcliplen(text.data(), static_cast<int>(text.size()), static_cast<int>(size) - 1));
    std::memcpy(out, text.data(), length);
    out[length] = '\0';
}

Database* find(Oid oid) {
    for (Database& database : shared->databases)
        if (database.oid == oid) return &database;
    return nullptr;
}

Database* find_or_add(Oid oid) {
    if (Database* known = find(oid)) return known;
    Database* free = find(InvalidOid);
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

void detach(int, Datum) {
    if (self == nullptr) return;
    {
        const Locked locked;
        if (self->kind == WorkerKind::launcher) shared->launcher = nullptr;
        self->latch = nullptr;
        self->pid = 0;
        self = nullptr;
        poke_launcher();
    }
    ConditionVariableBroadcast(&shared->gone);
}

Worker* free_place(WorkerKind kind, Oid database) {
    if (kind != WorkerKind::launcher) {
        const Database* entry = find(database);
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
        case DatabaseState::running:
            return "running";
        case DatabaseState::backoff:
            return "backoff";
        case DatabaseState::no_slot:
            return "no slot";
        case DatabaseState::blocked:
            return "blocked";
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
        if (kind == WorkerKind::scheduler) find(database)->wake = true;
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
    if (Database* database = find(self->database)) copy_text(database->last_error, message);
}

bool take_wake() {
    if (self == nullptr) return false;
    const Locked locked(LW_SHARED);
    Database* database = find(self->database);
    return database != nullptr && database->wake.exchange(false);
}

void report_probe(std::uint32_t oid, bool has_extension) {
    if (shared == nullptr) return;
    const Locked locked;
    if (Database* database = find(oid)) {
        database->probe_answered = true;
        database->has_extension = has_extension;
    }
    poke_launcher();
}

void wake_database(std::uint32_t oid) {
    if (shared == nullptr) return;
    const Locked locked(LW_SHARED);
    Database* database = find(oid);
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
        if (Database* database = find_or_add(oid))
            database->probe_requested = true;
        else
            shared->probe_all = true;
        poke_launcher();
    }
    wake_database(oid);
}

std::vector<WorkerRow> worker_rows() {
    std::vector<WorkerRow> rows;
    if (shared == nullptr) return rows;
    rows.reserve(workers_max + databases_max);
    const Locked locked(LW_SHARED);
    for (const Worker& worker : shared->workers) {
        if (worker.pid == 0) continue;
        const Database* database = worker.database == 0 ? nullptr : find(worker.database);
        rows.push_back({worker.pid, worker.database, worker.kind, worker.state, worker.report,
                        worker.started_at, database == nullptr ? "" : database->last_error});
    }
    const std::size_t workers = rows.size();
    for (const Database& database : shared->databases) {
        if (database.oid == 0) continue;
        const bool has_row =
            std::any_of(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(workers),
                        [&](const WorkerRow& row) {
                            return row.database == database.oid && row.kind != WorkerKind::probe;
                        });
        if (has_row) continue;
        rows.push_back({.database = database.oid,
                        .state = is_blocked(database) ? "blocked" : name_of(database.state),
                        .report = {},
                        .last_error = database.last_error});
    }
    return rows;
}

bool block_database(std::uint32_t oid) {
    if (shared == nullptr) return false;
    const Locked locked;
    Database* database = find(oid);
    if (database == nullptr) return false;
    database->blocked_until = GetCurrentTimestamp() + block_us;
    signal_workers(oid);
    poke_launcher();
    return true;
}

void unblock_database(std::uint32_t oid) {
    if (shared == nullptr) return;
    const Locked locked;
    if (Database* database = find(oid)) database->blocked_until = 0;
    poke_launcher();
}

void hold_database(std::uint32_t oid) {
    if (shared == nullptr) return;
    const Locked locked;
    if (Database* database = find_or_add(oid)) database->is_held = true;
    signal_workers(oid);
    poke_launcher();
}

bool release_database(std::uint32_t oid) {
    if (shared == nullptr) return false;
    const Locked locked;
    Database* database = find(oid);
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
    Database* database = find(oid);
    if (database == nullptr) return {};
    const bool probe_requested = database->probe_requested;
    database->probe_requested = false;
    return {is_blocked(*database), probe_requested, database->probe_answered,
            database->has_extension};
}

bool watch_database(std::uint32_t oid) {
    const Locked locked;
    Database* database = find_or_add(oid);
    if (database == nullptr) return false;
    database->probe_answered = false;
    return true;
}

void forget_database(std::uint32_t oid) {
    const Locked locked;
    Database* database = find(oid);
    if (database == nullptr || is_blocked(*database) || database->probe_requested) return;
    database->oid = InvalidOid;
}

void forget_dropped_database(std::uint32_t oid) {
    const Locked locked;
    if (Database* database = find(oid)) database->oid = InvalidOid;
}

void set_database_state(std::uint32_t oid, DatabaseState state, std::string_view error) {
    const Locked locked;
    Database* database = find(oid);
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
