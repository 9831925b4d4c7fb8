// When a schedule falls due. Slots are wall-clock times of the task's zone, mapped to instants by
// Zone::to_time, which keeps their order; so the search runs over local time and stops at the
// first slot whose instant is late enough.
//
// The grid of `every`: a period that divides a day is counted from local midnight; whole days
// from 1970-01-01, whole weeks from Monday 1970-01-05, at local midnight; any other period is
// elapsed time counted from the Unix epoch, the same in every zone.
#include <bit>

#include "core/schedule.hpp"
#include "core/zone.hpp"

namespace torale::core {

namespace {

using std::chrono::days;
using std::chrono::minutes;

// Bounds of the calendar we compute in; '-infinity' and 'infinity' of timestamptz lie outside.
constexpr Time earliest_time = std::chrono::sys_days{std::chrono::year{1} / 1 / 2};
constexpr Time latest_time = std::chrono::sys_days{std::chrono::year{9990} / 1 / 1};
constexpr std::chrono::years horizon{8};

// Local wall-clock time as the calendar sees it; sys_days is only its day count here.
struct LocalMinute {
    std::chrono::sys_days day;
    minutes time_of_day{0};
};

LocalMinute minute_after(LocalTime local) {
    const minutes whole = std::chrono::floor<minutes>(local.since_epoch) + minutes{1};
    const auto day = std::chrono::floor<days>(whole);
    return {std::chrono::sys_days{day}, whole - day};
}

LocalTime local_time(const LocalMinute& minute) {
    return LocalTime{minute.day.time_since_epoch() + minute.time_of_day};
}

template <class Bits>
bool has_bit(Bits bits, unsigned n) {
    return ((bits >> n) & 1U) != 0;
}

// The lowest set bit at or above `from`; 64 when there is none.
unsigned next_bit(std::uint64_t bits, unsigned from) {
    if (from >= 64) return 64;
    return static_cast<unsigned>(std::countr_zero(bits >> from << from));
}

// As in Vixie cron: when both day fields are restricted either may match; a field that begins
// with * leaves the decision to the other.
bool matches_day(const Schedule& schedule, std::chrono::sys_days day,
                 const std::chrono::year_month_day& date) {
    const bool is_last =
        schedule.last_day && date == date.year() / date.month() / std::chrono::last;
    const bool by_date = is_last || has_bit(schedule.days, static_cast<unsigned>(date.day()));
    const bool by_weekday = has_bit(schedule.weekdays, std::chrono::weekday{day}.c_encoding());
    const bool is_starred = schedule.dom_star || schedule.dow_star;
    return is_starred ? by_date && by_weekday : by_date || by_weekday;
}

// The first matching time of day at or after `from`.
std::optional<minutes> time_of_day_from(const Schedule& schedule, minutes from) {
    const auto hour = static_cast<unsigned>(from / std::chrono::hours{1});
    const auto minute = static_cast<unsigned>(from.count() % 60);
    if (has_bit(schedule.hours, hour)) {
        const unsigned next = next_bit(schedule.minutes, minute);
        if (next < 60) return std::chrono::hours{hour} + minutes{next};
    }
    const unsigned next_hour = next_bit(schedule.hours, hour + 1);
    if (next_hour >= 24) return std::nullopt;
    return std::chrono::hours{next_hour} + minutes{next_bit(schedule.minutes, 0)};
}

std::optional<LocalMinute> next_cron(const Schedule& schedule, LocalMinute from) {
    const std::chrono::year last_year = std::chrono::year_month_day{from.day}.year() + horizon;
    while (true) {
        const std::chrono::year_month_day date{from.day};
        if (date.year() > last_year) return std::nullopt;
        if (!has_bit(schedule.months, static_cast<unsigned>(date.month()))) {
            const auto next_month = date.year() / date.month() / 1 + std::chrono::months{1};
            from = {std::chrono::sys_days{next_month}, minutes{0}};
            continue;
        }
        if (matches_day(schedule, from.day, date)) {
            if (const auto time = time_of_day_from(schedule, from.time_of_day)) {
                return LocalMinute{from.day, *time};
            }
        }
        from = {from.day + days{1}, minutes{0}};
    }
}

bool divides_a_day(seconds period) {
    return days{1} % period == seconds{0};
}

bool is_whole_days(seconds period) {
    return period % days{1} == seconds{0};
}

// Periods that divide a day.
LocalMinute next_within_day(minutes period, const LocalMinute& from) {
    const minutes next = (from.time_of_day + period - minutes{1}) / period * period;
    if (next < days{1}) return {from.day, next};
    return {from.day + days{1}, minutes{0}};
}

// Periods of whole days.
LocalMinute next_midnight(days period, const LocalMinute& from) {
    const auto start = std::chrono::sys_days{
        days{period % std::chrono::weeks{1} == days{0} ? 4 : 0}};  // the first Monday
    const auto first = from.time_of_day > minutes{0} ? from.day + days{1} : from.day;
    const days behind = (first - start) % period;
    if (behind == days{0}) return {first, minutes{0}};
    return {first + (behind < days{0} ? -behind : period - behind), minutes{0}};
}

Time next_elapsed(seconds period, Time after) {
    const auto since_epoch = after.time_since_epoch();
    auto periods = since_epoch / period;
    if (since_epoch < microseconds{0} && since_epoch % period != microseconds{0}) --periods;
    return Time{(periods + 1) * period};
}

std::optional<LocalMinute> next_local(const Schedule& schedule, const LocalMinute& from) {
    if (schedule.kind == Schedule::Kind::cron) return next_cron(schedule, from);
    if (divides_a_day(schedule.every)) {
        return next_within_day(std::chrono::duration_cast<minutes>(schedule.every), from);
    }
    return next_midnight(std::chrono::duration_cast<days>(schedule.every), from);
}

std::optional<Time> next_on_grid(const Schedule& schedule, Time after, const Zone& zone) {
    LocalMinute from = minute_after(zone.to_local(after));
    while (const auto local = next_local(schedule, from)) {
        const Time time = zone.to_time(local_time(*local));
        // In the second pass of a fold the slots met first are behind us already.
        if (time > after) return time;
        from = minute_after(local_time(*local));
    }
    return std::nullopt;
}

std::optional<Time> next_in_zone(const Schedule& schedule, Time after, const Zone& zone) {
    if (schedule.kind == Schedule::Kind::at) {
        const Time at = schedule.at_is_local
                            ? zone.to_time(LocalTime{schedule.at.time_since_epoch()})
                            : schedule.at;
        return at > after ? std::optional{at} : std::nullopt;
    }
    if (after >= latest_time) return std::nullopt;
    const Time from = std::max(after, earliest_time);
    if (schedule.kind == Schedule::Kind::cron) return next_on_grid(schedule, from, zone);
    if (schedule.every <= seconds{0}) return std::nullopt;
    const bool is_local = divides_a_day(schedule.every) || is_whole_days(schedule.every);
    return is_local ? next_on_grid(schedule, from, zone) : next_elapsed(schedule.every, from);
}

}  // namespace

bool is_known_zone(std::string_view timezone) {
    return find_zone(timezone).has_value();
}

std::optional<Time> next_time(const Schedule& schedule, Time after, std::string_view timezone) {
    const auto zone = find_zone(timezone);
    if (!zone) return std::nullopt;
    return next_in_zone(schedule, after, *zone);
}

std::vector<Time> next_times(const Schedule& schedule, Time after, std::string_view timezone,
                             int count) {
    std::vector<Time> times;
    const auto zone = find_zone(timezone);
    if (!zone) return times;
    for (int i = 0; i < count; ++i) {
        const auto next = next_in_zone(schedule, after, *zone);
        if (!next) break;
        times.push_back(*next);
        after = *next;
    }
    return times;
}

int count_slots(const Schedule& schedule, Time after, Time until, std::string_view timezone,
                int count_max) {
    const auto zone = find_zone(timezone);
    if (!zone) return 0;
    int count = 0;
    while (count < count_max) {
        const auto next = next_in_zone(schedule, after, *zone);
        if (!next || *next > until) break;
        ++count;
        after = *next;
    }
    return count;
}

}  // namespace torale::core
