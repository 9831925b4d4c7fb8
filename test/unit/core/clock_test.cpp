// Reading and writing instants.
#include "core/clock.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace torale::core {
namespace {

struct Read {
    const char* text;
    const char* written;
};
void PrintTo(const Read& row, std::ostream* out) {
    *out << '"' << row.text << '"';
}

class ReadTime : public testing::TestWithParam<Read> {};

TEST_P(ReadTime, is_that_instant) {
    const auto time = parse_time(GetParam().text);
    ASSERT_TRUE(time.has_value());
    EXPECT_EQ(write_time(*time), GetParam().written);
}

INSTANTIATE_TEST_SUITE_P(
    rfc3339, ReadTime,
    testing::Values(Read{"2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z"},
                    Read{"2026-12-01t09:00:00z", "2026-12-01T09:00:00Z"},
                    Read{"2026-12-01", "2026-12-01T00:00:00Z"},
                    Read{" 2026-12-01\n", "2026-12-01T00:00:00Z"},
                    Read{"2026-12-01T09:00", "2026-12-01T09:00:00Z"},
                    Read{"2026-12-01 09:00:00", "2026-12-01T09:00:00Z"},
                    Read{"2026-12-01 09:00:00+00", "2026-12-01T09:00:00Z"},
                    Read{"2026-12-01 09:00:00 UTC", "2026-12-01T09:00:00Z"},
                    Read{"2026-12-01T09:00:00+01:00", "2026-12-01T08:00:00Z"},
                    Read{"2026-12-01T09:00:00-0530", "2026-12-01T14:30:00Z"},
                    Read{"2026-12-01T00:30:00+05:45", "2026-11-30T18:45:00Z"},
                    Read{"2026-12-01T09:00:00.5Z", "2026-12-01T09:00:00.500000Z"},
                    Read{"2026-12-01T09:00:00,000001Z", "2026-12-01T09:00:00.000001Z"},
                    Read{"2026-12-01T09:00:00.1234567890Z", "2026-12-01T09:00:00.123456Z"},
                    Read{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
                    Read{"2028-02-29", "2028-02-29T00:00:00Z"},
                    Read{"1969-12-31", "1969-12-31T00:00:00Z"},
                    Read{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
                    Read{"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"}));

INSTANTIATE_TEST_SUITE_P(
    rfc2822, ReadTime,
    testing::Values(Read{"Tue, 01 Dec 2026 09:00:00 +0000", "2026-12-01T09:00:00Z"},
                    Read{"Tue, 1 Dec 2026 09:00 +0100", "2026-12-01T08:00:00Z"},
                    Read{"1 Dec 2026 09:00:00 GMT", "2026-12-01T09:00:00Z"},
                    Read{"Tue, 01 Dec 2026 09:00:00 EST", "2026-12-01T14:00:00Z"},
                    Read{"Tue, 01 Dec 2026 09:00:00 -0800 (PST)", "2026-12-01T17:00:00Z"},
                    Read{"Tuesday, 01-Dec-26 09:00:00 GMT", "2026-12-01T09:00:00Z"},
                    Read{"01 Dec 99 09:00:00 UT", "1999-12-01T09:00:00Z"},
                    Read{"Mon, 01 Dec 2026 09:00:00 Z", "2026-12-01T09:00:00Z"},
                    Read{"1 December 2026", "2026-12-01T00:00:00Z"},
                    Read{"01 dec 2026 09:00:00", "2026-12-01T09:00:00Z"}));

class NotATime : public testing::TestWithParam<const char*> {};

TEST_P(NotATime, is_nothing) {
    EXPECT_EQ(parse_time(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    table, NotATime,
    testing::Values("", "   ", "3 days ago", "yesterday", "now", "2026", "2026-12", "20261201",
                    "2026-13-01", "2026-00-10", "2026-02-29", "2026-04-31", "2026-12-00",
                    "0000-01-01", "26-12-01", "2026-12-01T", "2026-12-01T24:00:00Z",
                    "2026-12-01T09", "2026-12-01T09:60:00Z", "2026-12-01T09:00:61Z",
                    "2026-12-01T09:00:00.Z", "2026-12-01T09:00:00+1:00",
                    "2026-12-01T09:00:00+24:00", "2026-12-01T09:00:00+01:60",
                    "2026-12-01T09:00:00 Mars", "2026-12-01T09:00:00ZZ", "2026-12-01 or so",
                    "12345678901234567890-01-01", "Foo, 01 Dec 2026 09:00:00 GMT",
                    "Tue, 01 Foo 2026 09:00:00 GMT", "Tue, 32 Dec 2026 09:00:00 GMT",
                    "Tue, 01 Dec 2026 09:00:00 GMT trailing", "1756684800"));

TEST(parse_written_time, tells_whether_an_offset_was_named) {
    EXPECT_TRUE(parse_written_time("2026-12-01T09:00:00Z")->has_offset);
    EXPECT_TRUE(parse_written_time("2026-12-01T09:00:00+00:00")->has_offset);
    EXPECT_TRUE(parse_written_time("Tue, 01 Dec 2026 09:00:00 GMT")->has_offset);
    EXPECT_FALSE(parse_written_time("2026-12-01T09:00:00")->has_offset);
    EXPECT_FALSE(parse_written_time("2026-12-01")->has_offset);
}

TEST(write_time, writes_decimals_only_when_there_are_some) {
    const Time time = std::chrono::sys_days{std::chrono::year{2026} / 1 / 2};
    EXPECT_EQ(write_time(time), "2026-01-02T00:00:00Z");
    EXPECT_EQ(write_time(time + microseconds{1}), "2026-01-02T00:00:00.000001Z");
    EXPECT_EQ(write_time(time - microseconds{1}), "2026-01-01T23:59:59.999999Z");
    EXPECT_EQ(write_time(Time{}), "1970-01-01T00:00:00Z");
    EXPECT_EQ(write_time(Time{microseconds{-1}}), "1969-12-31T23:59:59.999999Z");
}

TEST(write_time, is_read_back_as_the_same_instant) {
    for (std::int64_t i = -2'000; i < 2'000; ++i) {
        const Time time{microseconds{i * 1'234'567'890'123}};
        EXPECT_EQ(parse_time(write_time(time)), time);
    }
}

TEST(write_rfc2822_time, names_day_and_month_and_cuts_the_fraction) {
    const auto written = [](seconds since_epoch) { return write_rfc2822_time(Time{since_epoch}); };
    EXPECT_EQ(written(seconds{0}), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(written(seconds{784'111'777}), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(written(seconds{951'782'399}), "Mon, 28 Feb 2000 23:59:59 GMT");
    EXPECT_EQ(write_rfc2822_time(parse_time("2026-11-01T09:05:03.9Z").value()),
              "Sun, 01 Nov 2026 09:05:03 GMT");
}

TEST(write_rfc2822_time, is_read_back_as_the_same_second) {
    for (const char* time : {"2026-11-24T14:47:07Z", "1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z",
                             "2026-01-01T09:05:03Z", "1969-12-31T23:59:59Z"}) {
        const Time instant = parse_time(time).value();
        EXPECT_EQ(parse_time(write_rfc2822_time(instant)), instant) << time;
    }
}

TEST(system_clock, tells_a_time_after_this_was_written) {
    EXPECT_GT(SystemClock{}.now(), parse_time("2025-01-01").value());
}

}  // namespace
}  // namespace torale::core
