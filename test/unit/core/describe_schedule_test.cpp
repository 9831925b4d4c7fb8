// How schedules read as a sentence.
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "core/schedule.hpp"

namespace torale::core {
namespace {

struct Told {
    const char* schedule;
    const char* sentence;
};
void PrintTo(const Told& row, std::ostream* out) {
    *out << '"' << row.schedule << '"';
}

class DescribeSchedule : public testing::TestWithParam<Told> {};

TEST_P(DescribeSchedule, reads_as_a_sentence) {
    const auto schedule = parse_schedule(GetParam().schedule);
    ASSERT_TRUE(schedule.ok());
    EXPECT_EQ(describe_schedule(*schedule), GetParam().sentence);
}

INSTANTIATE_TEST_SUITE_P(
    table, DescribeSchedule,
    testing::Values(
        Told{"* * * * *", "every minute"}, Told{"*/15 * * * *", "every 15 minutes"},
        Told{"0,30 * * * *", "every 30 minutes"}, Told{"@hourly", "every hour"},
        Told{"*/7 * * * *", "at minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour"},
        Told{"5 * * * *", "at minute 5 of every hour"},
        Told{"5,35 * * * *", "at minutes 5 and 35 of every hour"},
        Told{"10-20 * * * *", "at minutes 10 to 20 of every hour"},
        Told{"0 */6 * * *", "every 6 hours"}, Told{"15 */6 * * *", "at minute 15 of every 6 hours"},
        Told{"0 9 * * *", "every day at 09:00"},
        Told{"0 9,17 * * *", "every day at 09:00 and 17:00"},
        Told{"0,30 9,12,17 * * *", "every day at 09:00, 09:30, 12:00, 12:30, 17:00 and 17:30"},
        Told{"0 8-18 * * *", "every hour from 08:00 to 18:00"},
        Told{"*/15 9-16 * * mon-fri", "every 15 minutes from 09:00 to 16:45 on Monday to Friday"},
        Told{"0 0-6,12,22,23 * * *", "at hours 0 to 6, 12, 22 and 23"},
        Told{"*/10 2,4,9 * * *", "every 10 minutes of hours 2, 4 and 9"},
        Told{"* 9 * * *", "every minute from 09:00 to 09:59"}, Told{"@daily", "every day at 00:00"},
        Told{"@weekly", "every Sunday at 00:00"},
        Told{"@monthly", "at 00:00 on day 1 of the month"},
        Told{"@yearly", "at 00:00 on day 1 of the month in January"},
        Told{"0 8 * * 1", "every Monday at 08:00"},
        Told{"0 8 * * mon-fri", "at 08:00 on Monday to Friday"},
        Told{"0 8 * * sat,sun", "at 08:00 on Saturday and Sunday"},
        Told{"0 8 * * fri-7", "at 08:00 on Friday to Sunday"},
        Told{"5 9 1 * *", "at 09:05 on day 1 of the month"},
        Told{"5 9 1,15 * *", "at 09:05 on days 1 and 15 of the month"},
        Told{"0 0 L * *", "at 00:00 on the last day of the month"},
        Told{"0 0 1,15,$ * *", "at 00:00 on days 1 and 15 and the last day of the month"},
        Told{"0 0 13 * fri", "at 00:00 on day 13 of the month or on Friday"},
        Told{"0 0 */10 * fri", "at 00:00 on days 1, 11, 21 and 31 of the month if it is a Friday"},
        Told{"0 0 1-31 * fri", "every day at 00:00"},
        Told{"0 9 * jun-aug *", "every day at 09:00 in June to August"},
        Told{"*/5 * * 12 5", "every 5 minutes on Friday in December"},
        Told{"every minute", "every minute"}, Told{"every 60 minutes", "every hour"},
        Told{"every 90 minutes", "every 90 minutes"}, Told{"every 36 hours", "every 36 hours"},
        Told{"every 2 days", "every 2 days"}, Told{"every 14 days", "every 2 weeks"},
        Told{"at 2026-12-01T10:00:00+01:00", "once at 2026-12-01T09:00:00Z"},
        Told{"at 2026-12-01 09:00", "once at 2026-12-01 09:00:00 local time"}));

}  // namespace
}  // namespace torale::core
