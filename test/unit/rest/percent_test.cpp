#include <gtest/gtest.h>

#include "rest/query_string.hpp"

namespace torale::rest {
namespace {

TEST(percent_decode, reads_escapes_and_a_plus_where_it_is_a_blank) {
    EXPECT_EQ(percent_decode("a%20b+c", true), "a b c");
    EXPECT_EQ(percent_decode("a%20b+c", false), "a b+c");
    EXPECT_EQ(percent_decode("%2B%2b%25", true), "++%");
    EXPECT_EQ(percent_decode("%C3%A4", true), "\xC3\xA4");
    EXPECT_EQ(percent_decode("", true), "");
    EXPECT_EQ(percent_decode("%2541", true), "%41") << "once";
}

TEST(percent_decode, refuses_broken_escapes_and_nul) {
    for (const std::string_view text :
         {"%", "%4", "a%", "%zz", "%4g", "%g4", "%00", "a%00b", "% 1"}) {
        EXPECT_EQ(percent_decode(text, true), std::nullopt) << text;
    }
    EXPECT_EQ(percent_decode(std::string_view("a\0b", 3), true), std::nullopt);
}

TEST(percent_encode, leaves_only_unreserved_characters) {
    EXPECT_EQ(percent_encode("azAZ09-_.~"), "azAZ09-_.~");
    EXPECT_EQ(percent_encode("a b+c&d=e%"), "a%20b%2Bc%26d%3De%25");
    EXPECT_EQ(percent_encode("(\"',*)"), "%28%22%27%2C%2A%29");
    EXPECT_EQ(percent_encode("\xC3\xA4\n"), "%C3%A4%0A");
}

TEST(percent_encode, is_undone_by_decoding) {
    std::string bytes;
    for (int c = 1; c < 256; ++c) bytes += static_cast<char>(c);
    EXPECT_EQ(percent_decode(percent_encode(bytes), true), bytes);
    EXPECT_EQ(percent_decode(percent_encode(bytes), false), bytes);
}

}  // namespace
}  // namespace torale::rest
