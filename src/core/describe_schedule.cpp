// A schedule as a sentence for people: when in the day, then which days, then which months.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>

#include "core/schedule.hpp"

namespace torale::core {

namespace {

constexpr std::array<const char*, 7> weekday_names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::array<const char*, 13> month_names{
    "",     "January", "February",  "March",   "April",    "May",     "June",
    "July", "August",  "September", "October", "November", "December"};
constexpr std::uint64_t all_minutes = (std::uint64_t{1} << 60) - 1;
constexpr std::uint64_t all_hours = (std::uint64_t{1} << 24) - 1;
constexpr std::uint32_t all_days = 0xFFFFFFFE;
constexpr std::uint32_t all_months = 0x1FFE;
constexpr std::uint32_t all_weekdays = 0x7F;
// A longer list of clock times is told by its minutes and hours instead.
constexpr std::size_t times_told_max = 6;

using Values = std::vector<int>;

Values values_of(std::uint64_t bits) {
    Values values;
    for (; bits != 0; bits &= bits - 1) values.push_back(std::countr_zero(bits));
    return values;
}

// "a", "a and b", "a, b and c".
std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
        text += words[i];
    }
    return text;
}

bool is_contiguous(const Values& values) {
    return values.back() - values.front() + 1 == static_cast<int>(values.size());
}

// Runs of three and more become "a to b".
template <class Name>
std::string join_runs(const Values& values, const Name& name) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < values.size();) {
        std::size_t end = i + 1;
        while (end < values.size() && values[end] == values[end - 1] + 1) ++end;
        if (end - i >= 3) {
            words.push_back(name(values[i]) + " to " + name(values[end - 1]));
        } else {
            for (std::size_t k = i; k < end; ++k) words.push_back(name(values[k]));
        }
        i = end;
    }
    return join(words);
}

std::string number_name(int value) {
    return std::to_string(value);
}

std::string clock_name(int hour, int minute) {
    std::array<char, 32> out{};
    std::snprintf(out.data(), out.size(), "%02d:%02d", hour, minute);
    return out.data();
}

std::string plural(const char* noun, const Values& values) {
    return std::string(noun) + (values.size() == 1 ? "" : "s");
}

// n when the values are exactly 0, n, 2n, … and n divides `cycle`, so that the last step joins
// the first; else 0.
int even_step(const Values& values, int cycle) {
    if (values.size() < 2 || values.front() != 0) return 0;
    const int step = values[1];
    if (cycle % step != 0 || cycle / step != static_cast<int>(values.size())) return 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] != static_cast<int>(i) * step) return 0;
    }
    return step;
}

std::string every(int count, const char* noun) {
    if (count == 1) return std::string("every ") + noun;
    return "every " + std::to_string(count) + " " + noun + "s";
}

// "every minute", "every 15 minutes", "at minute 5", "at minutes 5 and 35": inside an hour.
std::string tell_minutes(const Values& minutes) {
    if (const int step = even_step(minutes, 60)) return every(step, "minute");
    return "at " + plural("minute", minutes) + " " + join_runs(minutes, number_name);
}

struct TimeOfDay {
    std::string text;
    bool is_clock_time = false;  // "09:00", not "every 15 minutes"
};

TimeOfDay tell_time_of_day(const Schedule& schedule) {
    const Values minutes = values_of(schedule.minutes & all_minutes);
    const Values hours = values_of(schedule.hours & all_hours);
    if (minutes.empty() || hours.empty()) return {"never"};
    const bool on_the_hour = minutes == Values{0};
    if (const int step = even_step(hours, 24)) {
        if (on_the_hour) return {every(step, "hour")};
        if (step == 1 && even_step(minutes, 60)) return {tell_minutes(minutes)};
        return {tell_minutes(minutes) + " of " + every(step, "hour")};
    }
    if (minutes.size() * hours.size() <= times_told_max) {
        std::vector<std::string> times;
        for (const int hour : hours) {
            for (const int minute : minutes) times.push_back(clock_name(hour, minute));
        }
        return {"at " + join(times), true};
    }
    if (is_contiguous(hours)) {
        const std::string span = " from " + clock_name(hours.front(), minutes.front()) + " to " +
                                 clock_name(hours.back(), minutes.back());
        return {(on_the_hour ? "every hour" : tell_minutes(minutes)) + span};
    }
    const std::string hour_list = plural("hour", hours) + " " + join_runs(hours, number_name);
    if (on_the_hour) return {"at " + hour_list};
    return {tell_minutes(minutes) + " of " + hour_list};
}

std::string weekday_name(int value) {
    return weekday_names[static_cast<std::size_t>(value % 7)];
}

// Sunday last, so that weekends and "Friday to Sunday" stay together.
Values weekdays_of(const Schedule& schedule) {
    constexpr std::uint32_t sunday = 1;
    return values_of((schedule.weekdays & ~sunday) | (schedule.weekdays & sunday) << 7);
}

std::string month_name(int value) {
    return month_names[static_cast<std::size_t>(value)];
}

std::string tell_dates(const Schedule& schedule) {
    const Values days = values_of(schedule.days);
    std::vector<std::string> parts;
    if (!days.empty()) parts.push_back(plural("day", days) + " " + join_runs(days, number_name));
    if (schedule.last_day) parts.emplace_back("the last day");
    return "on " + join(parts) + " of the month";
}

// Empty when every day is meant.
std::string tell_days(const Schedule& schedule) {
    const bool is_any_date = schedule.days == all_days;
    const bool is_any_weekday = schedule.weekdays == all_weekdays;
    const bool needs_both = schedule.dom_star || schedule.dow_star;
    // Without a star one full field is enough: either may match.
    if (!needs_both && (is_any_date || is_any_weekday)) return {};
    const std::string weekdays = join_runs(weekdays_of(schedule), weekday_name);
    if (is_any_date) return is_any_weekday ? "" : "on " + weekdays;
    if (is_any_weekday) return tell_dates(schedule);
    return tell_dates(schedule) + (needs_both ? " if it is a " : " or on ") + weekdays;
}

bool is_single_weekday(const Schedule& schedule) {
    return schedule.dom_star && schedule.days == all_days && std::popcount(schedule.weekdays) == 1;
}

std::string describe_cron(const Schedule& schedule) {
    const TimeOfDay time = tell_time_of_day(schedule);
    std::string text = time.text;
    const std::string days = tell_days(schedule);
    const bool is_any_month = (schedule.months & all_months) == all_months;
    if (time.is_clock_time && is_single_weekday(schedule)) {
        text = "every " + weekday_name(std::countr_zero(schedule.weekdays)) + " " + time.text;
    } else if (time.is_clock_time && days.empty()) {
        text = "every day " + time.text;
    } else if (!days.empty()) {
        text += " " + days;
    }
    if (!is_any_month) text += " in " + join_runs(values_of(schedule.months), month_name);
    return text;
}

std::string describe_every(seconds period) {
    struct Unit {
        seconds length;
        const char* noun;
    };
    static constexpr std::array<Unit, 4> units{{{std::chrono::weeks{1}, "week"},
                                                {std::chrono::days{1}, "day"},
                                                {std::chrono::hours{1}, "hour"},
                                                {std::chrono::minutes{1}, "minute"}}};
    for (const Unit& unit : units) {
        if (period % unit.length == seconds{0}) {
            return every(static_cast<int>(period / unit.length), unit.noun);
        }
    }
    return every(static_cast<int>(period.count()), "second");
}

std::string describe_at(const Schedule& schedule) {
    std::string time = write_time(schedule.at);
    if (!schedule.at_is_local) return "once at " + time;
    time.pop_back();  // the Z
    time[time.find('T')] = ' ';
    return "once at " + time + " local time";
}

}  // namespace

std::string describe_schedule(const Schedule& schedule) {
    switch (schedule.kind) {
        case Schedule::Kind::cron:
            return describe_cron(schedule);
        case Schedule::Kind::every:
            return describe_every(schedule.every);
        case Schedule::Kind::at:
            return describe_at(schedule);
    }
    return schedule.text;
}

}  // namespace torale::core
