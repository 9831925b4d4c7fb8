#include "providers/countries.hpp"

#include <gtest/gtest.h>

namespace torale::providers {
namespace {

TEST(country_name, knows_codes_in_either_case) {
    EXPECT_EQ(country_name("us"), "united states");
    EXPECT_EQ(country_name("GB"), "united kingdom");
    EXPECT_EQ(country_name("AF"), "afghanistan") << "the first";
    EXPECT_EQ(country_name("zw"), "zimbabwe") << "the last";
}

TEST(country_name, is_empty_for_others) {
    for (const char* code : {"", "XX", "U", "USA", "AQ", "  "}) EXPECT_EQ(country_name(code), "");
}

}  // namespace
}  // namespace torale::providers
