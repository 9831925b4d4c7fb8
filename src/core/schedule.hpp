// When a task runs next: five-field cron, @names, `every`, `at`, in an IANA zone. Pure; zones
// come from the system's tzdata through howardhinnant/tz.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace torale::core {

// A parsed schedule. Values, comparable; see schedule.cpp for the grammar.
class Schedule;

// Where a schedule is wrong: `position` is 1-based, in characters.
struct ScheduleFault {
    std::string message{};
    std::size_t position = 0;
    std::string hint{};
};

Result<Schedule, ScheduleFault> parse_schedule(std::string_view text);

bool is_known_zone(std::string_view timezone);

// The first instant strictly after `after`; nothing when there is none (a past `at`, 30 February,
// or none within eight years, the longest gap between two 29 Februaries). `timezone` must be
// known. A local time that does not exist becomes the next valid instant; one that exists
// twice counts once, the first time.
std::optional<Time> next_time(const Schedule& schedule, Time after, std::string_view timezone);

std::vector<Time> next_times(const Schedule& schedule, Time after, std::string_view timezone,
                             int count);

// How many slots lie in (after, until], at most `count_max`.
int count_slots(const Schedule& schedule, Time after, Time until, std::string_view timezone,
                int count_max);

bool is_one_shot(const Schedule& schedule);  // `at …`

// "every day at 09:00", "every 15 minutes", "at 09:05 on day 1 of the month", …
std::string describe_schedule(const Schedule& schedule);

class Schedule {
public:
    enum class Kind { cron, every, at };
    Kind kind = Kind::cron;
    // cron: bit n = value n is allowed. `dom_star`/`dow_star`: the field began with *, so that
    // the other alone decides (as in Vixie cron and pg_cron).
    std::uint64_t minutes = 0;
    std::uint32_t hours = 0;
    std::uint32_t days = 0;
    std::uint32_t months = 0;
    std::uint32_t weekdays = 0;
    bool dom_star = false;
    bool dow_star = false;
    bool last_day = false;     // L or $
    seconds every{0};          // every
    Time at{};                 // at
    bool at_is_local = false;  // written without an offset: `at` is wall-clock time of the zone
    std::string text;          // as written, white space normalised
    bool operator==(const Schedule&) const = default;
};

// ---- what the agent may ask for ----

// The agent's next_run, clamped to [now + min_interval, now + max_interval]. Null, unparsable
// or past → now + 24 h, clamped too.
struct NextRunBounds {
    seconds min_interval;
    seconds max_interval;
};
Time clamp_next_run(const std::optional<std::string>& next_run, Time now, NextRunBounds bounds);

// Stable spread: 0 ≤ result < jitter, by hash of the task id.
microseconds spread(std::string_view task_id, microseconds jitter);

}  // namespace torale::core
