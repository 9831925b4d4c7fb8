// When schedules fall due: month ends, leap days, and both clock changes in many zones.
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include "core/schedule.hpp"

namespace torale::core {
namespace {

Schedule parsed(const char* text) {
    const auto read = parse_schedule(text);
    EXPECT_TRUE(read.ok()) << text;
    return read.ok() ? *read : Schedule{};
}

Time at(const char* text) {
    return parse_time(text).value();
}

std::vector<std::string> times(const char* schedule, const char* after, const char* zone,
                               int count) {
    std::vector<std::string> written;
    for (const Time time : next_times(parsed(schedule), at(after), zone, count)) {
        written.push_back(write_time(time));
    }
    return written;
}

struct Due {
    const char* schedule;
    const char* zone;
    const char* after;
    std::vector<std::string> next;
};
void PrintTo(const Due& row, std::ostream* out) {
    *out << '"' << row.schedule << "\" in " << row.zone << " after " << row.after;
}

class NextTime : public testing::TestWithParam<Due> {};

TEST_P(NextTime, falls_due) {
    const Due& row = GetParam();
    const int count = static_cast<int>(row.next.size());
    EXPECT_EQ(times(row.schedule, row.after, row.zone, count), row.next);
}

INSTANTIATE_TEST_SUITE_P(
    calendar, NextTime,
    testing::Values(
        Due{"* * * * *", "UTC", "2026-01-01T00:00:00Z", {"2026-01-01T00:01:00Z"}},
        Due{"* * * * *", "UTC", "2026-01-01T00:00:59.999999Z", {"2026-01-01T00:01:00Z"}},
        Due{"*/15 * * * *",
            "UTC",
            "2026-01-01T00:14:59Z",
            {"2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z"}},
        Due{"59 23 31 12 *", "UTC", "2026-01-01T00:00:00Z", {"2026-12-31T23:59:00Z"}},
        Due{"0 9 * * *", "UTC", "2026-01-01T09:00:00Z", {"2026-01-02T09:00:00Z"}},
        Due{"0 9 * * *", "UTC", "2026-01-01T08:59:59.999999Z", {"2026-01-01T09:00:00Z"}},
        Due{"30 9,17 * * *",
            "UTC",
            "2026-01-01T09:30:00Z",
            {"2026-01-01T17:30:00Z", "2026-01-02T09:30:00Z"}},
        Due{"0 0 31 * *",
            "UTC",
            "2026-01-31T00:00:00Z",
            {"2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z", "2026-07-31T00:00:00Z",
             "2026-08-31T00:00:00Z"}},
        Due{"0 0 L * *",
            "UTC",
            "2026-01-31T00:00:00Z",
            {"2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z", "2026-04-30T00:00:00Z"}},
        Due{"0 0 $ 2 *",
            "UTC",
            "2026-03-01T00:00:00Z",
            {"2027-02-28T00:00:00Z", "2028-02-29T00:00:00Z"}},
        Due{"0 0 1,L * *",
            "UTC",
            "2028-02-01T00:00:00Z",
            {"2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"}},
        Due{"0 0 29 2 *",
            "UTC",
            "2026-01-01T00:00:00Z",
            {"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}},
        // 2100 is no leap year: the longest gap between two.
        Due{"0 0 29 2 *", "UTC", "2096-02-29T00:00:00Z", {"2104-02-29T00:00:00Z"}},
        Due{"0 0 * * sun", "UTC", "2026-01-01T00:00:00Z", {"2026-01-04T00:00:00Z"}},
        Due{"0 0 * * 7", "UTC", "2026-01-01T00:00:00Z", {"2026-01-04T00:00:00Z"}},
        Due{"0 8 * * mon-fri", "UTC", "2026-01-02T08:00:00Z", {"2026-01-05T08:00:00Z"}},
        // Both restricted: either decides.
        Due{"0 0 13 * fri",
            "UTC",
            "2026-01-09T00:00:00Z",
            {"2026-01-13T00:00:00Z", "2026-01-16T00:00:00Z"}},
        Due{"0 0 L * mon",
            "UTC",
            "2026-01-26T00:00:00Z",
            {"2026-01-31T00:00:00Z", "2026-02-02T00:00:00Z"}},
        // A field that begins with *: both must match.
        Due{"0 0 */2 * fri",
            "UTC",
            "2026-01-01T00:00:00Z",
            {"2026-01-09T00:00:00Z", "2026-01-23T00:00:00Z"}},
        Due{"0 0 13 * */5",
            "UTC",
            "2026-01-01T00:00:00Z",
            {"2026-02-13T00:00:00Z", "2026-03-13T00:00:00Z", "2026-09-13T00:00:00Z"}},
        // 1-31 is no star: either matches, so every day.
        Due{"0 0 1-31 * fri", "UTC", "2026-01-03T00:00:00Z", {"2026-01-04T00:00:00Z"}},
        Due{"@yearly", "UTC", "2026-01-01T00:00:00Z", {"2027-01-01T00:00:00Z"}},
        Due{"@weekly", "UTC", "2026-01-01T00:00:00Z", {"2026-01-04T00:00:00Z"}},
        Due{"0 12 * * *", "UTC", "1969-12-31T12:00:00Z", {"1970-01-01T12:00:00Z"}},
        Due{"0 9 * * *", "Asia/Tokyo", "2026-01-01T00:00:00Z", {"2026-01-02T00:00:00Z"}},
        Due{"0 0 1 * *", "Asia/Kathmandu", "2026-01-15T00:00:00Z", {"2026-01-31T18:15:00Z"}},
        Due{"0 0 * * mon",
            "Pacific/Kiritimati",
            "2026-01-03T00:00:00Z",
            {"2026-01-04T10:00:00Z"}}));

INSTANTIATE_TEST_SUITE_P(
    clock_put_forward, NextTime,
    testing::Values(
        // 02:00 → 03:00 on 8 March: the slot waits for the end of the gap, once.
        Due{"30 2 * * *",
            "America/New_York",
            "2026-03-07T12:00:00Z",
            {"2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"}},
        Due{"*/20 2 * * *",
            "America/New_York",
            "2026-03-08T00:00:00Z",
            {"2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z"}},
        Due{"30 2,3 * * *",
            "America/New_York",
            "2026-03-08T00:00:00Z",
            {"2026-03-08T07:00:00Z", "2026-03-08T07:30:00Z", "2026-03-09T06:30:00Z"}},
        Due{"0 2-4 * * *",
            "America/New_York",
            "2026-03-08T00:00:00Z",
            {"2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z", "2026-03-09T06:00:00Z"}},
        Due{"0 9 * * *",
            "America/New_York",
            "2026-03-07T00:00:00Z",
            {"2026-03-07T14:00:00Z", "2026-03-08T13:00:00Z"}},
        Due{"15 2 * * *",
            "Europe/Berlin",
            "2026-03-28T12:00:00Z",
            {"2026-03-29T01:00:00Z", "2026-03-30T00:15:00Z"}},
        Due{"30 1 * * *",
            "Europe/London",
            "2026-03-28T12:00:00Z",
            {"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
        Due{"30 2 * * *",
            "Australia/Sydney",
            "2026-10-03T00:00:00Z",
            {"2026-10-03T16:00:00Z", "2026-10-04T15:30:00Z"}},
        // 30 minutes: 02:00 → 02:30.
        Due{"15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03T00:00:00Z",
            {"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
        Due{"45 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", {"2026-10-03T15:45:00Z"}},
        // At midnight: the day begins at 01:00.
        Due{"0 0 * * *",
            "America/Santiago",
            "2026-09-05T12:00:00Z",
            {"2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"}},
        Due{"30 2 * * *",
            "Pacific/Auckland",
            "2026-09-26T00:00:00Z",
            {"2026-09-26T14:00:00Z", "2026-09-27T13:30:00Z"}},
        // Two hours: 01:00 → 03:00.
        Due{"0 2 * * *",
            "Antarctica/Troll",
            "2026-03-28T12:00:00Z",
            {"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}},
        // A whole day: Samoa had no 30 December 2011.
        Due{"0 9 * * *",
            "Pacific/Apia",
            "2011-12-29T20:00:00Z",
            {"2011-12-30T10:00:00Z", "2011-12-30T19:00:00Z"}},
        // Arizona keeps its clocks.
        Due{"30 2 * * *", "America/Phoenix", "2026-03-08T00:00:00Z", {"2026-03-08T09:30:00Z"}}));

INSTANTIATE_TEST_SUITE_P(
    clock_put_back, NextTime,
    testing::Values(
        // 01:30 comes twice on 1 November: the first one counts.
        Due{"30 1 * * *",
            "America/New_York",
            "2026-10-31T12:00:00Z",
            {"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}},
        Due{"30 1 * * *", "America/New_York", "2026-11-01T05:45:00Z", {"2026-11-02T06:30:00Z"}},
        // Asked inside the second pass.
        Due{"30 1 * * *", "America/New_York", "2026-11-01T06:15:00Z", {"2026-11-02T06:30:00Z"}},
        Due{"*/30 * * * *",
            "America/New_York",
            "2026-11-01T04:45:00Z",
            {"2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z", "2026-11-01T07:00:00Z"}},
        Due{"*/30 * * * *", "America/New_York", "2026-11-01T06:10:00Z", {"2026-11-01T07:00:00Z"}},
        Due{"30 2 * * *",
            "Europe/Berlin",
            "2026-10-24T12:00:00Z",
            {"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
        Due{"30 1 * * *",
            "Europe/London",
            "2026-10-24T12:00:00Z",
            {"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
        Due{"30 2 * * *",
            "Australia/Sydney",
            "2026-04-04T00:00:00Z",
            {"2026-04-04T15:30:00Z", "2026-04-05T16:30:00Z"}},
        Due{"45 1 * * *",
            "Australia/Lord_Howe",
            "2026-04-04T00:00:00Z",
            {"2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"}},
        Due{"30 23 * * *",
            "America/Santiago",
            "2026-04-04T12:00:00Z",
            {"2026-04-05T02:30:00Z", "2026-04-06T03:30:00Z"}},
        Due{"30 2 * * *",
            "Pacific/Auckland",
            "2026-04-04T00:00:00Z",
            {"2026-04-04T13:30:00Z", "2026-04-05T14:30:00Z"}},
        Due{"0 2 * * *",
            "Antarctica/Troll",
            "2026-10-24T12:00:00Z",
            {"2026-10-25T00:00:00Z", "2026-10-26T02:00:00Z"}}));

INSTANTIATE_TEST_SUITE_P(
    every, NextTime,
    testing::Values(
        Due{"every minute", "UTC", "2026-01-01T00:00:00Z", {"2026-01-01T00:01:00Z"}},
        Due{"every 15 minutes",
            "UTC",
            "2026-01-01T10:07:00Z",
            {"2026-01-01T10:15:00Z", "2026-01-01T10:30:00Z"}},
        Due{"every 15 minutes", "Asia/Kolkata", "2026-01-01T10:07:00Z", {"2026-01-01T10:15:00Z"}},
        // From local midnight, whatever the offset: 06:00 in Kolkata is 00:30 UTC.
        Due{"every 6 hours",
            "Asia/Kolkata",
            "2026-01-01T00:00:00Z",
            {"2026-01-01T00:30:00Z", "2026-01-01T06:30:00Z"}},
        Due{"every 6 hours",
            "Europe/Berlin",
            "2026-03-28T23:00:00Z",
            {"2026-03-29T04:00:00Z", "2026-03-29T10:00:00Z"}},
        Due{"every 90 minutes",
            "UTC",
            "2026-01-01T22:30:00Z",
            {"2026-01-02T00:00:00Z", "2026-01-02T01:30:00Z"}},
        Due{"every 30 minutes",
            "America/New_York",
            "2026-03-08T06:30:00Z",
            {"2026-03-08T07:00:00Z", "2026-03-08T07:30:00Z"}},
        Due{"every 30 minutes",
            "America/New_York",
            "2026-11-01T05:00:00Z",
            {"2026-11-01T05:30:00Z", "2026-11-01T07:00:00Z"}},
        Due{"every day",
            "America/Santiago",
            "2026-09-05T12:00:00Z",
            {"2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"}},
        Due{"every 2 days",
            "UTC",
            "1970-01-01T00:00:00Z",
            {"1970-01-03T00:00:00Z", "1970-01-05T00:00:00Z"}},
        Due{"every 2 days", "UTC", "1969-12-28T12:00:00Z", {"1969-12-30T00:00:00Z"}},
        Due{"every 3 days", "UTC", "1969-12-28T12:00:00Z", {"1969-12-29T00:00:00Z"}},
        Due{"every week",
            "Europe/Berlin",
            "2026-01-01T00:00:00Z",
            {"2026-01-04T23:00:00Z", "2026-01-11T23:00:00Z"}},
        Due{"every 2 weeks",
            "UTC",
            "1970-01-01T00:00:00Z",
            {"1970-01-05T00:00:00Z", "1970-01-19T00:00:00Z"}},
        Due{"every 2 weeks", "UTC", "1969-12-20T00:00:00Z", {"1969-12-22T00:00:00Z"}},
        // Does not divide a day: elapsed time since the epoch, alike in every zone.
        Due{"every 7 minutes", "UTC", "1970-01-01T23:55:00Z", {"1970-01-02T00:02:00Z"}},
        Due{"every 5 hours",
            "Asia/Kolkata",
            "1970-01-01T00:00:00Z",
            {"1970-01-01T05:00:00Z", "1970-01-01T10:00:00Z"}},
        Due{"every 36 hours",
            "America/New_York",
            "1970-01-01T00:00:00Z",
            {"1970-01-02T12:00:00Z", "1970-01-04T00:00:00Z"}},
        Due{"every 7 minutes",
            "UTC",
            "1969-12-31T23:50:00Z",
            {"1969-12-31T23:53:00Z", "1970-01-01T00:00:00Z", "1970-01-01T00:07:00Z"}}));

INSTANTIATE_TEST_SUITE_P(
    at, NextTime,
    testing::Values(
        Due{"at 2026-12-01T09:00:00Z",
            "Asia/Tokyo",
            "2026-12-01T08:59:59Z",
            {"2026-12-01T09:00:00Z"}},
        Due{"at 2026-12-01T09:00:00.5Z",
            "UTC",
            "2026-12-01T09:00:00Z",
            {"2026-12-01T09:00:00.500000Z"}},
        Due{"at 2026-12-01 09:00", "Asia/Tokyo", "2026-11-01T00:00:00Z", {"2026-12-01T00:00:00Z"}},
        Due{"at 2026-12-01", "America/New_York", "2026-11-01T00:00:00Z", {"2026-12-01T05:00:00Z"}},
        Due{"at 2026-03-08T02:30",
            "America/New_York",
            "2026-03-01T00:00:00Z",
            {"2026-03-08T07:00:00Z"}},
        Due{"at 2026-11-01T01:30",
            "America/New_York",
            "2026-10-01T00:00:00Z",
            {"2026-11-01T05:30:00Z"}}));

TEST(next_time, is_nothing_where_nothing_comes) {
    EXPECT_EQ(next_time(parsed("0 0 30 2 *"), at("2026-01-01"), "UTC"), std::nullopt);
    EXPECT_EQ(next_time(parsed("0 0 31 4,6,9,11 *"), at("2026-01-01"), "UTC"), std::nullopt);
    const Schedule once = parsed("at 2026-12-01T09:00:00Z");
    EXPECT_EQ(next_time(once, at("2026-12-01T09:00:00Z"), "UTC"), std::nullopt);
    EXPECT_TRUE(next_times(once, at("2027-01-01"), "UTC", 3).empty());
}

TEST(next_time, is_nothing_in_an_unknown_zone) {
    EXPECT_EQ(next_time(parsed("* * * * *"), at("2026-01-01"), "Mars/Olympus"), std::nullopt);
    EXPECT_TRUE(next_times(parsed("* * * * *"), at("2026-01-01"), "", 3).empty());
}

TEST(next_time, survives_the_ends_of_time) {
    for (const char* text :
         {"* * * * *", "0 0 29 2 *", "every 15 minutes", "every 2 weeks", "every 7 minutes"}) {
        EXPECT_EQ(next_time(parsed(text), Time::max(), "Europe/Berlin"), std::nullopt) << text;
        EXPECT_NE(next_time(parsed(text), Time::min(), "Europe/Berlin"), std::nullopt) << text;
    }
}

TEST(next_times, ends_with_the_last_one) {
    EXPECT_EQ(times("at 2026-12-01T09:00:00Z", "2026-01-01", "UTC", 5),
              std::vector<std::string>{"2026-12-01T09:00:00Z"});
    EXPECT_TRUE(times("* * * * *", "2026-01-01", "UTC", 0).empty());
}

TEST(count_slots, counts_up_to_and_with_the_end) {
    const Schedule hourly = parsed("@hourly");
    const Time noon = at("2026-01-01T12:00:00Z");
    EXPECT_EQ(count_slots(hourly, noon, at("2026-01-01T15:00:00Z"), "UTC", 100), 3);
    EXPECT_EQ(count_slots(hourly, noon, at("2026-01-01T14:59:59Z"), "UTC", 100), 2);
    EXPECT_EQ(count_slots(hourly, noon, noon, "UTC", 100), 0);
    EXPECT_EQ(count_slots(hourly, noon, at("2026-01-01T11:00:00Z"), "UTC", 100), 0);
}

TEST(count_slots, stops_at_the_most_that_is_asked_for) {
    EXPECT_EQ(count_slots(parsed("* * * * *"), at("2000-01-01"), at("2026-01-01"), "UTC", 1000),
              1000);
}

TEST(count_slots, counts_a_gap_and_a_fold_once) {
    const Schedule half_hourly = parsed("*/30 * * * *");
    // 23 hours, and 02:00 and 02:30 fall on 03:00.
    EXPECT_EQ(count_slots(half_hourly, at("2026-03-08T05:00:00Z"), at("2026-03-09T04:00:00Z"),
                          "America/New_York", 100),
              46);
    // 25 hours, and one of them is silent.
    EXPECT_EQ(count_slots(half_hourly, at("2026-11-01T04:00:00Z"), at("2026-11-02T05:00:00Z"),
                          "America/New_York", 100),
              48);
}

TEST(is_known_zone, knows_the_names_of_tzdata) {
    for (const char* name : {"UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Etc/GMT+12"}) {
        EXPECT_TRUE(is_known_zone(name)) << name;
    }
    for (const char* name : {"", "Mars/Olympus", "europe/berlin", "../etc/passwd", "/etc/passwd",
                             "Europe", "tzdata.zi"}) {
        EXPECT_FALSE(is_known_zone(name)) << name;
    }
}

}  // namespace
}  // namespace torale::core
