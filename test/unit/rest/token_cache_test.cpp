#include "rest/token_cache.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

TEST(TokenCache, keeps_the_tokens_used_last) {
    TokenCache cache(2);
    cache.keep("a", {{"sub", "1"}});
    cache.keep("b", {{"sub", "2"}});
    ASSERT_NE(cache.find("a"), nullptr);
    cache.keep("c", {{"sub", "3"}});
    EXPECT_EQ(cache.find("b"), nullptr);
    ASSERT_NE(cache.find("a"), nullptr);
    EXPECT_EQ(cache.find("a")->at("sub"), "1");
    ASSERT_NE(cache.find("c"), nullptr);
    EXPECT_EQ(cache.size(), 2u);
}

TEST(TokenCache, knows_nothing_after_clear_and_keeps_nothing_at_size_zero) {
    TokenCache cache;
    cache.keep("a", 1);
    cache.clear();
    EXPECT_EQ(cache.find("a"), nullptr);
    TokenCache none(0);
    none.keep("a", 1);
    EXPECT_EQ(none.find("a"), nullptr);
}

}  // namespace
}  // namespace torale::rest
