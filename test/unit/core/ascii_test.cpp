#include "core/ascii.hpp"

#include <gtest/gtest.h>

namespace torale::core {
namespace {

TEST(Trim, takes_blanks_from_both_ends) {
    EXPECT_EQ(trim(" \t a b\r\n"), "a b");
    EXPECT_EQ(trim(" \t"), "");
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim(" \ta\t ", " "), "\ta\t");
    EXPECT_EQ(trim("\"a\"", "\""), "a");
}

TEST(LowerAscii, leaves_other_letters_alone) {
    EXPECT_EQ(lower_ascii(std::string_view("AZ az 09 [`{ \xC3\x84")), "az az 09 [`{ \xC3\x84");
}

TEST(EqualsIgnoringCase, compares_whole_words) {
    EXPECT_TRUE(equals_ignoring_case("Content-Type", "content-tYPE"));
    EXPECT_FALSE(equals_ignoring_case("Content-Type", "Content-Typ"));
    EXPECT_FALSE(equals_ignoring_case("\xC3\x84", "\xC3\xA4"));
    EXPECT_FALSE(equals_ignoring_case("[", "{"));
    EXPECT_TRUE(equals_ignoring_case("", ""));
}

}  // namespace
}  // namespace torale::core
