// What the processes of one server know of each other: which databases are watched, who works
// where, who must stay out. Nothing lives here alone: a crash empties it. Every function is
// harmless when the library was not preloaded and there is no shared memory.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace torale::pg {

enum class WorkerKind { launcher, scheduler, web, probe };

// Why a database has no scheduler at the moment; `off`: the settings say so.
enum class DatabaseState { unknown, probing, starting, backoff, no_slot, off };

struct WorkerReport {
    std::int64_t in_flight = 0;
    std::int64_t due = 0;
    std::int64_t lag_ms = 0;
};

struct WorkerRow {
    int pid = 0;                 // 0: a database that should have a worker and has none
    std::uint32_t database = 0;  // 0 for the launcher
    WorkerKind kind = WorkerKind::scheduler;
    std::string state;
    WorkerReport report;
    std::int64_t started_at = 0;  // TimestampTz; 0 = not started
    std::string last_error;
};

// In _PG_init while preloading: room, lock and initialisation.
void request_shared_memory();
bool has_shared_memory();

// --- a worker about itself ---
// Before it connects. False: the database is blocked, another scheduler works there, or the
// table is full; then leave with 0. The place is given back at exit.
bool attach_worker(WorkerKind kind, std::uint32_t database);
void report_work(const WorkerReport& report);
void report_state(std::string_view state);  // at most 15 characters
void report_error(std::string_view message);
// True when something was committed since the last call; true at first. Ask before reading the
// tables, so that no commit falls between.
bool take_wake();
void report_probe(std::uint32_t database, bool has_extension);

// --- any backend ---
void wake_database(std::uint32_t database);
// CREATE, ALTER or DROP EXTENSION has committed there.
void request_probe(std::uint32_t database);
std::vector<WorkerRow> worker_rows();

// --- keeping workers out of a database ---
// Asks its workers to stop and lets none in for 60 s or until unblock_database(). False when the
// database was not watched at all. Raises nothing.
bool block_database(std::uint32_t database);
void unblock_database(std::uint32_t database);
// Until release_database(), or a restart of the server.
void hold_database(std::uint32_t database);
bool release_database(std::uint32_t database);  // whether it was held
// Waits at most 3 s until no worker is left; true when none is. May raise (query cancel), as
// PostgreSQL does: call it with no C++ object alive, or in guarded().
bool wait_for_workers(std::uint32_t database);

// --- the launcher ---
struct DatabaseView {
    bool is_blocked = false;
    bool probe_requested = false;  // reading it clears it
    bool probe_answered = false;
    bool has_extension = false;
};
DatabaseView view_database(std::uint32_t database);
// False when the table is full.
bool watch_database(std::uint32_t database);
// Keeps what is blocked, held or asked for.
void forget_database(std::uint32_t database);
void forget_dropped_database(std::uint32_t database);
// A start forgets the last error.
void set_database_state(std::uint32_t database, DatabaseState state, std::string_view error = {});
// True when a probe was wished for in a database that had no place in the table.
bool take_probe_all();
// SIGTERM to every worker but the launcher; how many there were.
int stop_all_workers();

}  // namespace torale::pg
