// What one cron field accepts, and where each refused one is wrong.
#include "core/cron_field.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <ostream>
#include <string>

namespace torale::core {
namespace {

std::uint64_t bits(std::initializer_list<int> values) {
    std::uint64_t set = 0;
    for (const int value : values) set |= std::uint64_t{1} << value;
    return set;
}

std::uint64_t run(int first, int last, int step = 1) {
    std::uint64_t set = 0;
    for (int value = first; value <= last; value += step) set |= std::uint64_t{1} << value;
    return set;
}

struct Accepted {
    const CronField* field;
    const char* text;
    CronValues values;
};
void PrintTo(const Accepted& row, std::ostream* out) {
    *out << row.field->name << " " << row.text;
}

class AcceptedField : public testing::TestWithParam<Accepted> {};

TEST_P(AcceptedField, gives_its_values) {
    const auto read = parse_cron_field(GetParam().text, *GetParam().field);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->bits, GetParam().values.bits);
    EXPECT_EQ(read->is_star, GetParam().values.is_star);
    EXPECT_EQ(read->has_last, GetParam().values.has_last);
}

INSTANTIATE_TEST_SUITE_P(
    table, AcceptedField,
    testing::Values(
        Accepted{&minute_field, "*", {run(0, 59), true}},
        Accepted{&minute_field, "*/15", {bits({0, 15, 30, 45}), true}},
        Accepted{&minute_field, "*/59", {bits({0, 59}), true}},
        Accepted{&minute_field, "0", {bits({0})}}, Accepted{&minute_field, "59", {bits({59})}},
        Accepted{&minute_field, "05", {bits({5})}}, Accepted{&minute_field, "005", {bits({5})}},
        Accepted{&minute_field, "1,2,40", {bits({1, 2, 40})}},
        Accepted{&minute_field, "5-5", {bits({5})}},
        Accepted{&minute_field, "10-13", {bits({10, 11, 12, 13})}},
        Accepted{&minute_field, "10-20/4", {bits({10, 14, 18})}},
        Accepted{&minute_field, "*,7", {run(0, 59), true}},
        Accepted{&minute_field, "7,*/30", {bits({0, 7, 30})}},
        Accepted{&minute_field, "1-3,1-3,50-59/5", {bits({1, 2, 3, 50, 55})}},
        Accepted{&hour_field, "*/23", {bits({0, 23}), true}},
        Accepted{&hour_field, "9-17", {run(9, 17)}},
        Accepted{&day_field, "1-31/10", {bits({1, 11, 21, 31})}},
        Accepted{&day_field, "*/31", {bits({1}), true}},
        Accepted{&day_field, "L", {0, false, true}}, Accepted{&day_field, "l", {0, false, true}},
        Accepted{&day_field, "$", {0, false, true}},
        Accepted{&day_field, "1,15,L", {bits({1, 15}), false, true}},
        Accepted{&day_field, "$,2", {bits({2}), false, true}},
        Accepted{&month_field, "jan", {bits({1})}}, Accepted{&month_field, "DEC", {bits({12})}},
        Accepted{&month_field, "Feb-apr", {bits({2, 3, 4})}},
        Accepted{&month_field, "jan-12/6", {bits({1, 7})}},
        Accepted{&month_field, "*/12", {bits({1}), true}},
        Accepted{&month_field, "3,sep,11-Dec", {bits({3, 9, 11, 12})}},
        Accepted{&weekday_field, "sun", {bits({0})}}, Accepted{&weekday_field, "7", {bits({7})}},
        Accepted{&weekday_field, "mon-fri", {run(1, 5)}},
        Accepted{&weekday_field, "fri-7", {run(5, 7)}},
        Accepted{&weekday_field, "SUN-Sat/2", {bits({0, 2, 4, 6})}},
        Accepted{&weekday_field, "*/7", {bits({0, 7}), true}},
        Accepted{&weekday_field, "0-7", {run(0, 7)}}));

struct Refused {
    const CronField* field;
    const char* text;
    std::size_t offset;
    const char* message;
};
void PrintTo(const Refused& row, std::ostream* out) {
    *out << row.field->name << " " << row.text;
}

class RefusedField : public testing::TestWithParam<Refused> {};

TEST_P(RefusedField, names_the_place_and_the_reason) {
    const auto read = parse_cron_field(GetParam().text, *GetParam().field);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().position, GetParam().offset);
    EXPECT_EQ(read.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    table, RefusedField,
    testing::Values(
        Refused{&minute_field, "60", 0, "minute 60 is out of range"},
        Refused{&minute_field, "1,99999999999999999999", 2,
                "minute 99999999999999999999 is out of range"},
        Refused{&minute_field, "50-61", 3, "minute 61 is out of range"},
        Refused{&minute_field, "-1", 0, "unexpected \"-\" in the minute field"},
        Refused{&minute_field, "5-", 2, "a value is missing in the minute field"},
        Refused{&minute_field, "5,", 2, "a value is missing in the minute field"},
        Refused{&minute_field, "5,,6", 2, "unexpected \",\" in the minute field"},
        Refused{&minute_field, "5/10", 1, "a step needs a range or * in the minute field"},
        Refused{&minute_field, "*/0", 2, "step 0 is out of range in the minute field"},
        Refused{&minute_field, "*/60", 2, "step 60 is out of range in the minute field"},
        Refused{&minute_field, "*/-1", 2, "a number is missing after / in the minute field"},
        Refused{&minute_field, "*/", 2, "a number is missing after / in the minute field"},
        Refused{&minute_field, "*/5/5", 3, "unexpected \"/\" in the minute field"},
        Refused{&minute_field, "*5", 1, "unexpected \"5\" in the minute field"},
        Refused{&minute_field, "**", 1, "unexpected \"*\" in the minute field"},
        Refused{&minute_field, "*-5", 1, "unexpected \"-\" in the minute field"},
        Refused{&minute_field, "5~7", 1, "unexpected \"~\" in the minute field"},
        Refused{&minute_field, "30-10", 0, "range 30-10 runs backward in the minute field"},
        Refused{&minute_field, "1,30-10", 2, "range 30-10 runs backward in the minute field"},
        Refused{&minute_field, "5\xC3\xA9", 1, "unexpected \"\xC3\xA9\" in the minute field"},
        Refused{&minute_field, "jan", 0, "unknown minute \"jan\""},
        Refused{&minute_field, "L", 0, "unknown minute \"L\""},
        Refused{&hour_field, "24", 0, "hour 24 is out of range"},
        Refused{&hour_field, "9-17/24", 5, "step 24 is out of range in the hour field"},
        Refused{&day_field, "0", 0, "day 0 is out of range"},
        Refused{&day_field, "32", 0, "day 32 is out of range"},
        Refused{&day_field, "$foo", 1, "unexpected \"f\" in the day field"},
        Refused{&day_field, "L-3", 1, "unexpected \"-\" in the day field"},
        Refused{&day_field, "LW", 0, "unknown day \"LW\""},
        Refused{&day_field, "15W", 0, "unknown day \"15W\""},
        Refused{&day_field, "?", 0, "unexpected \"?\" in the day field"},
        Refused{&month_field, "0", 0, "month 0 is out of range"},
        Refused{&month_field, "13", 0, "month 13 is out of range"},
        Refused{&month_field, "january", 0, "unknown month \"january\""},
        Refused{&month_field, "nov-feb", 0, "range nov-feb runs backward in the month field"},
        Refused{&weekday_field, "8", 0, "weekday 8 is out of range"},
        Refused{&weekday_field, "sat-sun", 0, "range sat-sun runs backward in the weekday field"},
        Refused{&weekday_field, "5L", 0, "unknown weekday \"5L\""},
        Refused{&weekday_field, "5#2", 1, "unexpected \"#\" in the weekday field"},
        Refused{&weekday_field, "1-5/mon", 4, "step mon is out of range in the weekday field"}));

TEST(cron_field, hints_how_to_say_it) {
    EXPECT_EQ(parse_cron_field("5/10", minute_field).error().hint, "Write 5-59/… to start at 5.");
    EXPECT_EQ(parse_cron_field("?", day_field).error().hint, "Write * for every value.");
    EXPECT_EQ(parse_cron_field("sat-sun", weekday_field).error().hint,
              "Write 7 for a Sunday that ends a range, or a list of two ranges.");
    EXPECT_EQ(parse_cron_field("friday", weekday_field).error().hint,
              "Names have three letters: sun to sat.");
    EXPECT_EQ(parse_cron_field("24", hour_field).error().hint, "It goes from 0 to 23.");
}

}  // namespace
}  // namespace torale::core
