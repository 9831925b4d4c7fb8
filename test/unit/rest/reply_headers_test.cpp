// Editing a list of headers, and what may stand in one.
#include "rest/reply_headers.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

using Headers = std::vector<core::Header>;

TEST(set_header, replaces_all_of_the_name_in_place_of_the_first) {
    Headers headers{{"a", "1"}, {"B", "2"}, {"A", "3"}};
    set_header(headers, "A", "9");
    EXPECT_EQ(headers, (Headers{{"a", "9"}, {"B", "2"}}));
    set_header(headers, "C", "4");
    EXPECT_EQ(headers, (Headers{{"a", "9"}, {"B", "2"}, {"C", "4"}}));
}

TEST(remove_header, removes_every_one_of_the_name) {
    Headers headers{{"a", "1"}, {"B", "2"}, {"A", "3"}};
    remove_header(headers, "A");
    EXPECT_EQ(headers, (Headers{{"B", "2"}}));
    remove_header(headers, "absent");
    EXPECT_EQ(headers.size(), 1u);
}

TEST(append_to_header, adds_a_member_once) {
    struct Row {
        const char* before;
        const char* after;
    };
    const Row rows[] = {
        {"", "Origin"},
        {"Accept", "Accept, Origin"},
        {"Accept, Prefer", "Accept, Prefer, Origin"},
        {"origin", "origin"},
        {"Accept,ORIGIN , x", "Accept,ORIGIN , x"},
        {"X-Origin", "X-Origin, Origin"},
        {"*", "*"},
    };
    for (const Row& row : rows) {
        Headers headers{{"vary", row.before}};
        append_to_header(headers, "Vary", "Origin");
        EXPECT_EQ(headers, (Headers{{"vary", row.after}}));
    }
    Headers none;
    append_to_header(none, "Vary", "Origin");
    EXPECT_EQ(none, (Headers{{"Vary", "Origin"}}));
}

TEST(is_token, takes_names_and_nothing_that_ends_one) {
    for (const char* good : {"X", "x-y", "PGRST116", "42501", "!#$%&'*+-.^_`|~09azAZ"}) {
        EXPECT_TRUE(is_token(good)) << good;
    }
    for (const char* bad : {"", " ", "a b", "a:", "a\r", "a\n", "ü", "a\"", "a/b", "a(b)", "a\t"}) {
        EXPECT_FALSE(is_token(bad)) << bad;
    }
    EXPECT_FALSE(is_token(std::string_view("a\0", 2)));
}

TEST(is_header_value, refuses_control_characters) {
    for (const char* good : {"", "a b", "a\tb", "ü", "\"quoted\"; q=1"}) {
        EXPECT_TRUE(is_header_value(good)) << good;
    }
    for (const char* bad : {"\r", "a\nb", "\x01", "\x7f", "\x1b[0m"}) {
        EXPECT_FALSE(is_header_value(bad)) << bad;
    }
    EXPECT_FALSE(is_header_value(std::string_view("\0", 1)));
}

TEST(one_line, blanks_controls_and_cuts_between_characters) {
    EXPECT_EQ(one_line("a\r\nb\tc", 10), "a  b c");
    EXPECT_EQ(one_line("abcdef", 3), "abc");
    EXPECT_EQ(one_line("aü", 2), "a");
    EXPECT_EQ(one_line("aü", 3), "aü");
    EXPECT_EQ(one_line("\x80\x80\x80", 2), "");
    EXPECT_EQ(one_line("", 2), "");
}

}  // namespace
}  // namespace torale::rest
