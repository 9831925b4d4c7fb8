// The grammar of schedules: what is read how, and where the rest is wrong. When they fall due is
// next_time_test's; the inside of one cron field cron_field_test's.
#include "core/schedule.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <string>

namespace torale::core {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

Schedule parsed(const char* text) {
    const auto read = parse_schedule(text);
    EXPECT_TRUE(read.ok()) << text << ": " << (read.ok() ? "" : read.error().message);
    return read.ok() ? *read : Schedule{};
}

Time at(const char* text) {
    return parse_time(text).value();
}

struct Refused {
    const char* text;
    std::size_t position;
    const char* message;
};
void PrintTo(const Refused& row, std::ostream* out) {
    *out << '"' << row.text << '"';
}

class RefusedSchedule : public testing::TestWithParam<Refused> {};

TEST_P(RefusedSchedule, names_the_position_and_the_reason) {
    const auto read = parse_schedule(GetParam().text);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().position, GetParam().position);
    EXPECT_EQ(read.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    table, RefusedSchedule,
    testing::Values(
        Refused{"", 1, "the schedule is empty"}, Refused{"  \t\n", 1, "the schedule is empty"},
        Refused{"* * * *", 8, "the weekday field is missing"},
        Refused{"5", 2, "the hour field is missing"},
        Refused{"0 9  ", 4, "the day field is missing"},
        Refused{"* * * * * *", 11, "unexpected text after the fifth field: \"*\""},
        Refused{"0 9 * * * echo hi", 11, "unexpected text after the fifth field: \"echo\""},
        Refused{"60 * * * *", 1, "minute 60 is out of range"},
        Refused{"0 24 * * *", 3, "hour 24 is out of range"},
        Refused{"  0  24 * * *", 6, "hour 24 is out of range"},
        Refused{"0 9 32 * *", 5, "day 32 is out of range"},
        Refused{"0 9 * 13 *", 7, "month 13 is out of range"},
        Refused{"0 9 * * 8", 9, "weekday 8 is out of range"},
        Refused{"0 9 1,2,x * *", 9, "unknown day \"x\""},
        Refused{"\xC3\xA9 9 * * *", 1, "unexpected \"\xC3\xA9\" in the minute field"},
        Refused{"0,\xC3\xA9 9 * * *", 3, "unexpected \"\xC3\xA9\" in the minute field"},
        Refused{"0 9 * * *\xE2\x82\xAC", 10, "unexpected \"\xE2\x82\xAC\" in the weekday field"},
        Refused{"*\n* * * *", 2, "unexpected \"\n\" in the minute field"},
        Refused{"# c\n0 9 * * *", 1, "unexpected \"#\" in the minute field"},
        Refused{"@reboot", 1, "unknown schedule \"@reboot\""},
        Refused{" @restart", 2, "unknown schedule \"@restart\""},
        Refused{"@", 1, "unknown schedule \"@\""}, Refused{"@daily now", 8, "unexpected \"now\""},
        Refused{"30 seconds", 4, "seconds are not supported: \"seconds\""},
        Refused{"1 sEcOnD", 3, "seconds are not supported: \"sEcOnD\""},
        Refused{"every 30 seconds", 10, "seconds are not supported: \"seconds\""},
        Refused{"every", 6, "a unit of time is missing"},
        Refused{"every 5", 8, "a unit of time is missing"},
        Refused{"every 0 minutes", 7, "not a count from 1 on: \"0\""},
        Refused{"every -5 minutes", 7, "not a count from 1 on: \"-5\""},
        Refused{"every 1.5 hours", 7, "not a count from 1 on: \"1.5\""},
        Refused{"every 9999999999 minutes", 7, "not a count from 1 on: \"9999999999\""},
        Refused{"every 5 months", 9, "unknown unit of time \"months\""},
        Refused{"every 5 minutes please", 17, "unexpected \"please\""},
        Refused{"every 367 days", 7, "too long an interval: \"367\""},
        Refused{"every 53 weeks", 7, "too long an interval: \"53\""},
        Refused{"at", 3, "a time is missing"}, Refused{"at noon", 4, "not a time: \"noon\""},
        Refused{"at 09:00", 4, "not a time: \"09:00\""},
        Refused{"at  2026-02-30T09:00:00Z", 5, "not a time: \"2026-02-30T09:00:00Z\""},
        Refused{"daily", 1, "unknown minute \"daily\""}));

TEST(parse_schedule, reads_five_fields) {
    const Schedule read = parsed("5 4 1,15 jan-mar mon");
    EXPECT_EQ(read.kind, Schedule::Kind::cron);
    EXPECT_EQ(read.minutes, std::uint64_t{1} << 5);
    EXPECT_EQ(read.hours, 1U << 4);
    EXPECT_EQ(read.days, (1U << 1) | (1U << 15));
    EXPECT_EQ(read.months, 0b1110U);
    EXPECT_EQ(read.weekdays, 0b10U);
    EXPECT_FALSE(read.dom_star);
    EXPECT_FALSE(read.dow_star);
    EXPECT_FALSE(read.last_day);
}

TEST(parse_schedule, keeps_which_day_field_began_with_a_star) {
    EXPECT_TRUE(parsed("0 0 */2 * 1").dom_star);
    EXPECT_FALSE(parsed("0 0 */2 * 1").dow_star);
    EXPECT_TRUE(parsed("0 0 1 * */2").dow_star);
    EXPECT_FALSE(parsed("0 0 1-31 * *").dom_star);
}

TEST(parse_schedule, takes_seven_for_sunday) {
    EXPECT_EQ(parsed("0 0 * * 7").weekdays, parsed("0 0 * * 0").weekdays);
    EXPECT_EQ(parsed("0 0 * * 5-7").weekdays, 0b1100001U);
    EXPECT_EQ(parsed("0 0 * * *").weekdays, 0b1111111U);
}

TEST(parse_schedule, takes_dollar_for_the_last_day) {
    Schedule dollar = parsed("0 11 $ * *");
    const Schedule letter = parsed("0 11 L * *");
    EXPECT_TRUE(dollar.last_day);
    EXPECT_EQ(dollar.days, 0U);
    dollar.text = letter.text;
    EXPECT_EQ(dollar, letter);
}

TEST(parse_schedule, reads_nicknames_as_their_cron) {
    const std::pair<const char*, const char*> same[] = {
        {"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
        {"@weekly", "0 0 * * 0"},   {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
        {"@annually", "0 0 1 1 *"}, {"@Daily", "0 0 * * *"}};
    for (const auto& [nickname, cron] : same) {
        Schedule read = parsed(nickname);
        EXPECT_EQ(read.text, nickname);
        read.text = cron;
        EXPECT_EQ(read, parsed(cron)) << nickname;
    }
}

TEST(parse_schedule, keeps_the_text_with_single_blanks) {
    EXPECT_EQ(parsed(" \t5  4\t* *   Mon \n").text, "5 4 * * Mon");
    EXPECT_EQ(parsed("every   15  minutes").text, "every 15 minutes");
}

TEST(parse_schedule, reads_intervals) {
    const std::pair<const char*, seconds> rows[] = {
        {"every minute", minutes{1}},     {"every 15 minutes", minutes{15}},
        {"every 1 minute", minutes{1}},   {"every 90 min", minutes{90}},
        {"every 5 mins", minutes{5}},     {"every hour", hours{1}},
        {"Every 6 Hours", hours{6}},      {"every day", days{1}},
        {"every 2 days", days{2}},        {"every week", days{7}},
        {"every 366 days", days{366}},    {"EVERY 52 WEEKS", days{364}},
        {"every 007 minutes", minutes{7}}};
    for (const auto& [text, period] : rows) {
        EXPECT_EQ(parsed(text).kind, Schedule::Kind::every) << text;
        EXPECT_EQ(parsed(text).every, period) << text;
    }
}

TEST(parse_schedule, reads_one_instant) {
    EXPECT_EQ(parsed("at 2026-12-01T09:00:00Z").at, at("2026-12-01T09:00:00Z"));
    EXPECT_FALSE(parsed("at 2026-12-01T09:00:00Z").at_is_local);
    EXPECT_EQ(parsed("AT 2026-12-01 10:00:00+01").at, at("2026-12-01T09:00:00Z"));
    EXPECT_TRUE(parsed("at 2026-12-01T09:00").at_is_local);
    EXPECT_TRUE(parsed("at 2026-12-01").at_is_local);
}

TEST(is_one_shot, is_true_for_at_alone) {
    EXPECT_TRUE(is_one_shot(parsed("at 2026-12-01T09:00:00Z")));
    EXPECT_FALSE(is_one_shot(parsed("every day")));
    EXPECT_FALSE(is_one_shot(parsed("0 0 1 1 *")));
}

class ClampNextRun : public testing::Test {
protected:
    const Time now = at("2026-03-01T12:00:00Z");
    const NextRunBounds bounds{minutes{5}, days{7}};
};

TEST_F(ClampNextRun, keeps_what_lies_within_the_bounds) {
    EXPECT_EQ(clamp_next_run("2026-03-03T08:00:00Z", now, bounds), at("2026-03-03T08:00:00Z"));
    EXPECT_EQ(clamp_next_run("2026-03-03T09:00:00+01:00", now, bounds), at("2026-03-03T08:00:00Z"));
}

TEST_F(ClampNextRun, moves_what_is_too_soon_or_too_late) {
    EXPECT_EQ(clamp_next_run("2026-03-01T12:00:01Z", now, bounds), now + minutes{5});
    EXPECT_EQ(clamp_next_run("2030-01-01T00:00:00Z", now, bounds), now + days{7});
}

TEST_F(ClampNextRun, waits_a_day_for_null_garbage_and_the_past) {
    EXPECT_EQ(clamp_next_run(std::nullopt, now, bounds), now + hours{24});
    EXPECT_EQ(clamp_next_run("soon", now, bounds), now + hours{24});
    EXPECT_EQ(clamp_next_run("", now, bounds), now + hours{24});
    EXPECT_EQ(clamp_next_run("2026-03-01T12:00:00Z", now, bounds), now + hours{24});
    EXPECT_EQ(clamp_next_run("2020-01-01T00:00:00Z", now, bounds), now + hours{24});
}

TEST_F(ClampNextRun, clamps_the_day_it_waits_too) {
    EXPECT_EQ(clamp_next_run(std::nullopt, now, {minutes{5}, hours{6}}), now + hours{6});
    EXPECT_EQ(clamp_next_run(std::nullopt, now, {days{2}, days{7}}), now + days{2});
}

TEST_F(ClampNextRun, lets_the_lower_bound_win_when_they_cross) {
    EXPECT_EQ(clamp_next_run("2026-03-01T13:00:00Z", now, {hours{3}, hours{2}}), now + hours{3});
}

TEST(spread, is_stable_and_inside_the_jitter) {
    const microseconds jitter = seconds{30};
    std::set<microseconds> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = "01940000-0000-7000-8000-" + std::to_string(100000000000 + i);
        const microseconds offset = spread(id, jitter);
        EXPECT_EQ(offset, spread(id, jitter));
        EXPECT_GE(offset, microseconds{0});
        EXPECT_LT(offset, jitter);
        seen.insert(offset / 3'000'000 * 3'000'000);
    }
    // All ten slices of three seconds are used.
    EXPECT_EQ(seen.size(), 10U);
}

TEST(spread, is_nothing_without_jitter) {
    EXPECT_EQ(spread("a", microseconds{0}), microseconds{0});
    EXPECT_EQ(spread("a", microseconds{-1}), microseconds{0});
}

}  // namespace
}  // namespace torale::core
