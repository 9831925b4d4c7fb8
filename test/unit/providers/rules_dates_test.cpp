// read_date and read_relative_date, declared in providers/rules_values.hpp.
#include <gtest/gtest.h>

#include "providers/rules_values.hpp"

namespace torale::providers::rules {
namespace {

const core::Time now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

std::string write(const std::optional<Value>& value) {
    if (!value) return "";
    const auto day = [](Day d) { return core::write_time(core::Time(d)).substr(0, 10); };
    return value->first == value->last ? day(value->first)
                                       : day(value->first) + ".." + day(value->last);
}

// The first date in the text.
std::string read(std::string_view text) {
    const std::vector<Token> tokens = tokenize(text);
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (const auto date = read_date(tokens, at, now)) return write(date);
    }
    return "";
}

struct Row {
    const char* text;
    const char* days;
};

TEST(read_date, reads_what_people_write) {
    const Row rows[] = {
        {"2026-06-05", "2026-06-05"},
        {"2026/06/05", "2026-06-05"},
        {"05.06.2026", "2026-06-05"},
        {"06/25/2026", "2026-06-25"},
        {"06/05/2026", "2026-05-06..2026-06-05"},
        {"June 5, 2026", "2026-06-05"},
        {"on Jun 5th 2027", "2027-06-05"},
        {"the 5th of June 2026", "2026-06-05"},
        {"Fri, 05 Jun 2026 10:00", "2026-06-05"},
        {"5 June", "2026-06-05"},
        {"February 2028", "2028-02-01..2028-02-29"},
        {"2026-06", "2026-06-01..2026-06-30"},
        {"in June", "2026-06-01..2026-06-30"},
        {"Q3 2026", "2026-07-01..2026-09-30"},
        {"summer of 2026", "2026-06-01..2026-08-31"},
        {"in 2027", "2027-01-01..2027-12-31"},
    };
    for (const Row& row : rows) EXPECT_EQ(read(row.text), row.days) << row.text;
}

TEST(read_date, takes_the_nearest_year_when_none_is_given) {
    EXPECT_EQ(read("January 5"), "2026-01-05");   // 147 days back, 218 ahead
    EXPECT_EQ(read("November 5"), "2026-11-05");  // 157 ahead, 208 back
    EXPECT_EQ(read("December 20"), "2025-12-20");
}

TEST(read_date, finds_none_in_what_is_no_date) {
    for (const char* text :
         {"it may 5 times", "march 7 miles", "version 2026", "February 30 2026", "3.0.17", "1/2",
          "", "2026-13-01", "5 apples", "10.1.2026.4", "summer"}) {
        EXPECT_EQ(read(text), "") << text;
    }
}

TEST(read_relative_date, counts_from_the_time_it_is_asked) {
    const Row rows[] = {{"today", "2026-06-01"},
                        {"tomorrow", "2026-06-02"},
                        {"this month", "2026-06-01..2026-06-30"},
                        {"next month", "2026-07-01..2026-07-31"},
                        {"next year", "2027-01-01..2027-12-31"},
                        {"within 2 weeks", "2026-06-01..2026-06-15"},
                        {"within reason", ""},
                        {"this", ""}};
    for (const Row& row : rows) {
        EXPECT_EQ(write(read_relative_date(tokenize(row.text), 0, now)), row.days) << row.text;
    }
    const core::Time december = std::chrono::sys_days(std::chrono::year(2026) / 12 / 31);
    EXPECT_EQ(write(read_relative_date(tokenize("next month"), 0, december)),
              "2027-01-01..2027-01-31");
}

}  // namespace
}  // namespace torale::providers::rules
