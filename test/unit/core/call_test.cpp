// Looking up headers.
#include "core/call.hpp"

#include <gtest/gtest.h>

namespace torale::core {
namespace {

const std::vector<Header> headers{
    {"Content-Type", "text/html"}, {"Retry-After", "7"}, {"retry-after", "9"}, {"Empty", ""}};

TEST(find_header, ignores_case) {
    EXPECT_EQ(find_header(headers, "content-type"), "text/html");
    EXPECT_EQ(find_header(headers, "CONTENT-TYPE"), "text/html");
}

TEST(find_header, takes_the_first_of_two) {
    EXPECT_EQ(find_header(headers, "retry-after"), "7");
}

TEST(find_header, tells_empty_from_absent) {
    EXPECT_EQ(find_header(headers, "empty"), "");
    EXPECT_EQ(find_header(headers, "content"), std::nullopt);
    EXPECT_EQ(find_header(headers, "content-type-x"), std::nullopt);
    EXPECT_EQ(find_header({}, "empty"), std::nullopt);
}

}  // namespace
}  // namespace torale::core
