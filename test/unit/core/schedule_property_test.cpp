// What holds for every schedule, over random ones: checked against the plainest evaluation there
// is, a walk over all minutes of a window.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <set>
#include <string>

#include "core/schedule.hpp"
#include "core/zone.hpp"

namespace torale::core {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<const char*, 10> zones{
    "UTC",          "America/New_York",    "Europe/Berlin",    "America/Santiago",
    "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Auckland", "Antarctica/Troll",
    "Africa/Cairo", "America/St_Johns"};

class Random {
public:
    explicit Random(unsigned seed) : engine_(seed) {}
    int between(int low, int high) {
        return low + static_cast<int>(engine_() % static_cast<unsigned>(high - low + 1));
    }
    bool chance(int percent) { return between(1, 100) <= percent; }

private:
    std::mt19937 engine_;
};

std::string random_item(Random& random, int low, int high) {
    const int a = random.between(low, high);
    const int b = random.between(low, high);
    const std::string step = "/" + std::to_string(random.between(1, high));
    switch (random.between(0, 3)) {
        case 0:
            return "*" + step;
        case 1:
            return std::to_string(std::min(a, b)) + "-" + std::to_string(std::max(a, b));
        case 2:
            return std::to_string(std::min(a, b)) + "-" + std::to_string(std::max(a, b)) + step;
        default:
            return std::to_string(a);
    }
}

std::string random_field(Random& random, int low, int high, int star_percent) {
    if (random.chance(star_percent)) return "*";
    std::string text = random_item(random, low, high);
    while (random.chance(30)) text += "," + random_item(random, low, high);
    return text;
}

std::string random_schedule(Random& random) {
    if (random.chance(15)) {
        constexpr std::array<const char*, 3> units{"minutes", "hours", "days"};
        const auto unit = static_cast<std::size_t>(random.between(0, 2));
        return "every " + std::to_string(random.between(1, unit == 0 ? 200 : 9)) + " " +
               units[unit];
    }
    return random_field(random, 0, 59, 30) + " " + random_field(random, 0, 23, 40) + " " +
           (random.chance(10) ? "L" : random_field(random, 1, 31, 60)) + " " +
           random_field(random, 1, 12, 80) + " " + random_field(random, 0, 7, 60);
}

// Whether a wall-clock minute is a slot, by the words of the grammar and not by its bit tricks.
bool is_slot(const Schedule& schedule, LocalTime local) {
    const auto since_epoch = std::chrono::floor<minutes>(local.since_epoch);
    const std::chrono::sys_days day{std::chrono::floor<days>(since_epoch)};
    const minutes time_of_day = since_epoch - day.time_since_epoch();
    if (schedule.kind == Schedule::Kind::every) {
        if (days{1} % schedule.every == seconds{0})
            return time_of_day % schedule.every == seconds{0};
        const days offset{schedule.every % days{7} == seconds{0} ? 4 : 0};
        return (since_epoch - offset) % schedule.every == seconds{0};
    }
    const std::chrono::year_month_day date{day};
    const auto allows = [](std::uint64_t bits, auto value) {
        return (bits >> static_cast<unsigned>(value) & 1U) != 0;
    };
    const bool is_last = std::chrono::year_month_day{day + days{1}}.month() != date.month();
    const bool by_date =
        allows(schedule.days, static_cast<unsigned>(date.day())) || (schedule.last_day && is_last);
    const bool by_weekday = allows(schedule.weekdays, std::chrono::weekday{day}.c_encoding());
    const bool by_day =
        schedule.dom_star || schedule.dow_star ? by_date && by_weekday : by_date || by_weekday;
    return by_day && allows(schedule.months, static_cast<unsigned>(date.month())) &&
           allows(schedule.hours, time_of_day / hours{1}) &&
           allows(schedule.minutes, time_of_day.count() % 60);
}

bool is_elapsed(const Schedule& schedule) {
    return schedule.kind == Schedule::Kind::every && days{1} % schedule.every != seconds{0} &&
           schedule.every % days{1} != seconds{0};
}

// All slots in (after, until] by walking the wall clock a minute at a time, with a day to spare
// on either side for the zone's offset.
std::set<Time> walk(const Schedule& schedule, Time after, Time until, const Zone& zone) {
    std::set<Time> slots;
    const auto start = std::chrono::floor<minutes>(after.time_since_epoch() - days{1});
    for (LocalTime local{start}; local.since_epoch < until.time_since_epoch() + days{1};
         local.since_epoch += minutes{1}) {
        if (!is_slot(schedule, local)) continue;
        const Time time = is_elapsed(schedule) ? Time{local.since_epoch} : zone.to_time(local);
        if (time > after && time <= until) slots.insert(time);
    }
    return slots;
}

// Half of the windows hold a clock change: they start within days of the usual dates.
Time random_start(Random& random) {
    const int year = random.between(2016, 2035);
    const std::array<int, 6> months{3, 4, 9, 10, 11, random.between(1, 12)};
    const int month = months[static_cast<std::size_t>(random.between(0, 5))];
    const std::chrono::sys_days day =
        std::chrono::year{year} / std::chrono::month{static_cast<unsigned>(month)} / 1;
    return day + days{random.between(0, 30)} + seconds{random.between(0, 86'399)};
}

TEST(schedule_property, skips_nothing_and_adds_nothing) {
    Random random(20'261'201);
    int slots_seen = 0;
    for (int i = 0; i < 600; ++i) {
        const std::string text = random_schedule(random);
        const auto schedule = parse_schedule(text);
        ASSERT_TRUE(schedule.ok()) << text;
        const char* zone = zones[static_cast<std::size_t>(random.between(0, 9))];
        const Time after = random_start(random);
        const Time until = after + hours{60};
        const std::set<Time> expected = walk(*schedule, after, until, find_zone(zone).value());
        std::set<Time> got;
        for (auto next = next_time(*schedule, after, zone); next && *next <= until;
             next = next_time(*schedule, *next, zone)) {
            got.insert(*next);
        }
        ASSERT_EQ(got, expected) << text << " in " << zone << " after " << write_time(after);
        ASSERT_EQ(count_slots(*schedule, after, until, zone, 10'000),
                  static_cast<int>(expected.size()));
        slots_seen += static_cast<int>(expected.size());
    }
    EXPECT_GT(slots_seen, 10'000);
}

TEST(schedule_property, is_strictly_later_and_monotone) {
    Random random(7);
    for (int i = 0; i < 5'000; ++i) {
        const auto schedule = parse_schedule(random_schedule(random));
        const char* zone = zones[static_cast<std::size_t>(random.between(0, 9))];
        const Time after = random_start(random);
        const auto next = next_time(*schedule, after, zone);
        if (!next) continue;
        ASSERT_GT(*next, after);
        // Any moment before the slot gives the same slot; the slot itself a later one.
        const auto between = after + (*next - after) / 2;
        ASSERT_EQ(next_time(*schedule, between, zone), next) << schedule->text << " in " << zone;
        ASSERT_EQ(next_time(*schedule, *next - microseconds{1}, zone), next);
        const auto later = next_time(*schedule, *next, zone);
        ASSERT_TRUE(!later || *later > *next);
    }
}

TEST(schedule_property, reads_its_own_text_again) {
    Random random(11);
    for (int i = 0; i < 2'000; ++i) {
        const auto schedule = parse_schedule(random_schedule(random));
        ASSERT_TRUE(schedule.ok());
        const auto again = parse_schedule(schedule->text);
        ASSERT_TRUE(again.ok());
        ASSERT_EQ(*again, *schedule);
        ASSERT_FALSE(describe_schedule(*schedule).empty());
    }
}

TEST(schedule_property, answers_any_bytes_with_a_value_or_a_place) {
    Random random(13);
    const std::string alphabet = "0123456789*/,-$L@? \t\nadyevrmonsutT:Z\xC3\xA9\xFF";
    for (int i = 0; i < 50'000; ++i) {
        std::string text;
        for (int length = random.between(0, 24); length > 0; --length) {
            text += alphabet[static_cast<std::size_t>(
                random.between(0, static_cast<int>(alphabet.size()) - 1))];
        }
        const auto read = parse_schedule(text);
        if (read.ok()) continue;
        ASSERT_GE(read.error().position, 1U);
        ASSERT_LE(read.error().position, text.size() + 1);
        ASSERT_FALSE(read.error().message.empty());
    }
}

}  // namespace
}  // namespace torale::core
