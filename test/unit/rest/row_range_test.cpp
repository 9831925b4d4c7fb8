#include "rest/row_range.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace torale::rest {
namespace {

TEST(parse_integer, reads_what_a_client_may_mean_as_a_number) {
    EXPECT_EQ(parse_integer("0"), 0);
    EXPECT_EQ(parse_integer("15"), 15);
    EXPECT_EQ(parse_integer("-1"), -1);
    EXPECT_EQ(parse_integer(" 7 "), 7);
    EXPECT_EQ(parse_integer("007"), 7);
    for (const std::string_view text :
         {"", " ", "-", "abc", "1.5", "1e3", "+1", "0x1", "1 2", "--1", "5;", "5)"}) {
        EXPECT_EQ(parse_integer(text), std::nullopt) << text;
    }
}

TEST(parse_integer, keeps_a_number_too_large_large) {
    using limits = std::numeric_limits<std::int64_t>;
    EXPECT_EQ(parse_integer("9223372036854775807"), limits::max());
    EXPECT_EQ(parse_integer("9223372036854775808"), limits::max());
    EXPECT_EQ(parse_integer(std::string(1000, '9')), limits::max());
    EXPECT_EQ(parse_integer("-99999999999999999999"), limits::min());
}

TEST(parse_row_range, reads_two_forms_and_no_other) {
    EXPECT_EQ(parse_row_range("0-9"), (RowRange{0, 9}));
    EXPECT_EQ(parse_row_range("5-"), (RowRange{5, std::nullopt}));
    EXPECT_EQ(parse_row_range("9-5"), (RowRange{9, 5}));
    for (const std::string_view text : {"", "-", "5", "-5", "bytes=0-9", "items=0-9", "0-9,20-29",
                                        "a-b", "0--1", "0-9x", "1.0-2"}) {
        EXPECT_EQ(parse_row_range(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace torale::rest
