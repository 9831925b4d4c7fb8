// The memory behind shared.hpp: one fixed struct under one LWLock. No pointer into a process, no
// descriptor; a Latch* is used under the lock only and cleared by its owner on the way out.
#pragma once
#include <atomic>
#include <cstring>
#include <string_view>

#include "pg/postgres.hpp"
#include "pg/shared.hpp"
#include "pg/shared_http.hpp"

namespace torale::pg::layout {

constexpr int databases_max = 512;
constexpr int workers_max = 256;

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
    // HTTP
    bool serves_web;  // web workers are wished for
    DatabaseState web_state;
    std::atomic<int> retirements;
    std::atomic<std::uint64_t> schema_generation;
    std::atomic<std::uint64_t> event_generation;
    std::atomic<bool> events_told;  // the web workers' latches were set and nobody looked yet
    char web_error[200];
};

struct Worker {
    int pid;  // 0 = free
    WorkerKind kind;
    Oid database;
    Latch* latch;
    TimestampTz started_at;
    char state[16];
    WorkerReport report;
    int streams;  // of a web worker
};

struct Shared {
    LWLock* lock;
    ConditionVariable gone;  // a worker has left
    Latch* launcher;
    bool probe_all;
    Database databases[databases_max];
    Worker workers[workers_max];
    std::atomic<int> streams;  // of all workers
    std::uint64_t rate_seed;
    RateTable request_rates;
    RateTable refusal_rates;
    HttpCounters http;
};
static_assert(std::atomic<bool>::is_always_lock_free);

// Null while there is none; set once, in the postmaster.
extern Shared* shared;

// LWLockRelease on every way out; the sections below raise nothing.
class Locked {
public:
    explicit Locked(LWLockMode mode = LW_EXCLUSIVE) { LWLockAcquire(shared->lock, mode); }
    ~Locked() { LWLockRelease(shared->lock); }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;
};

// All below: with the lock held.
Database* find_database(Oid oid);
Database* find_or_add_database(Oid oid);  // null when the table is full
bool is_blocked(const Database& database);
void poke_launcher();
void recount_streams();

// This process's own; null when it is no worker. No lock needed.
Worker* own_place();

template <std::size_t size>
void copy_text(char (&out)[size], std::string_view text) {
    const std::size_t length = static_cast<std::size_t>(
        pg_mbcliplen(text.data(), static_cast<int>(text.size()), static_cast<int>(size) - 1));
    std::memcpy(out, text.data(), length);
    out[length] = '\0';
}

}  // namespace torale::pg::layout
