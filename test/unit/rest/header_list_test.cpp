#include "rest/header_list.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

using Members = std::vector<std::string_view>;

TEST(split_members, separates_outside_quotes) {
    EXPECT_EQ(split_members("a, b ,\tc", ','), (Members{"a", "b", "c"}));
    EXPECT_EQ(split_members("a;b", ','), (Members{"a;b"}));
    EXPECT_EQ(split_members("\"a,b\",c", ','), (Members{"\"a,b\"", "c"}));
    EXPECT_EQ(split_members(R"("a\",b",c)", ','), (Members{R"("a\",b")", "c"}));
    EXPECT_EQ(split_members("\"a,b", ','), (Members{"\"a,b"}));
    EXPECT_EQ(split_members(R"("a\)", ','), (Members{R"("a\)"}));
    EXPECT_EQ(split_members(",, ,", ','), Members{});
    EXPECT_EQ(split_members("", ','), Members{});
}

TEST(list_members, joins_headers_of_one_name) {
    const std::vector<core::Header> headers{{"X-List", "a, b"}, {"Other", "c"}, {"x-list", "d"}};
    EXPECT_EQ(list_members(headers, "x-list"), (Members{"a", "b", "d"}));
    EXPECT_EQ(list_members(headers, "X-LIST"), (Members{"a", "b", "d"}));
    EXPECT_EQ(list_members(headers, "none"), Members{});
}

}  // namespace
}  // namespace torale::rest
