// What the launcher does next about one database: a rule over values, no process in sight.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

namespace torale::pg {

using Instant = std::chrono::steady_clock::time_point;

// What the launcher remembers of one database between two looks.
struct Watch {
    enum class Worker { none, probe, scheduler, web };
    Worker worker = Worker::none;
    Instant worker_started{};
    std::optional<bool> has_extension;  // nothing: ask
    bool asked_again = false;           // while a worker ran: what a probe says may be old
    Instant probed_at{};
    Instant retry_at{};
    int failures = 0;
    std::optional<Instant> starved_since;  // no free worker slot
};

struct Wish {
    bool may_run = true;  // settings and server state let this database have a scheduler
    bool is_blocked = false;
};

enum class Step { nothing, probe, start_scheduler, stop_worker };

Step next_step(const Watch& watch, const Wish& wish, Instant now);

// The worker has ended. `answered`: a probe that gave its answer. Grows the pause 1, 2, 4 … 60 s
// unless the worker had lived for a minute.
void note_end(Watch& watch, bool answered, Instant now);

// No slot was free: try again in 5, 10 … 60 s.
void note_starved(Watch& watch, Instant now);

// Forgets every pause: somebody asked.
void note_request(Watch& watch);

}  // namespace torale::pg
