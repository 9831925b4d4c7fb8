// The parts of content_hash that text_test.cpp does not see: which ages are ages.
#include <gtest/gtest.h>

#include "core/text.hpp"

namespace torale::core {
namespace {

std::string hash(std::string_view text) {
    return content_hash("https://a.example", "t", text);
}

TEST(content_hash, removes_ages_wherever_they_stand) {
    const std::string plain = hash("shares rose");
    for (const char* text : {"2 hours ago shares rose", "shares rose 2 hours ago",
                             "shares yesterday rose", "3h ago shares rose", "today shares rose",
                             "shares rose last night", "shares rose (12 minutes ago)"}) {
        EXPECT_EQ(hash(text), plain) << text;
    }
}

TEST(content_hash, keeps_words_that_are_no_age) {
    for (const char* text : {"shares rose ago", "shares rose 2 hours", "shares rose last",
                             "shares rose the last time", "shares rose in 2 hours"}) {
        EXPECT_NE(hash(text), hash("shares rose")) << text;
    }
}

TEST(content_hash, sees_a_changed_title) {
    EXPECT_NE(content_hash("u", "price 5", "x"), content_hash("u", "price 6", "x"));
    EXPECT_EQ(content_hash("u", "price 1 day ago", "x"),
              content_hash("u", "price 2 days ago", "x"));
}

}  // namespace
}  // namespace torale::core
