// Result, and the one table of how an error leaves the house.
#include "core/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

namespace torale::core {
namespace {

constexpr ErrorKind kinds[] = {ErrorKind::invalid,  ErrorKind::unauthorized, ErrorKind::not_found,
                               ErrorKind::conflict, ErrorKind::rate_limited, ErrorKind::upstream,
                               ErrorKind::timeout,  ErrorKind::cancelled,    ErrorKind::internal};

TEST(result, holds_a_value_or_an_error) {
    const Result<std::string> good = std::string("value");
    ASSERT_TRUE(good.ok());
    EXPECT_TRUE(static_cast<bool>(good));
    EXPECT_EQ(*good, "value");
    EXPECT_EQ(good->size(), 5U);

    const Result<std::string> bad = Error{ErrorKind::not_found, "task 7 not found"};
    ASSERT_FALSE(bad.ok());
    EXPECT_EQ(bad.error().kind, ErrorKind::not_found);
    EXPECT_EQ(bad.error().message, "task 7 not found");
}

TEST(result, tells_value_from_error_of_the_same_type) {
    const Result<std::unique_ptr<int>> moved = std::make_unique<int>(7);
    ASSERT_TRUE(moved.ok());
    EXPECT_EQ(**moved, 7);
}

TEST(error_kinds, describe_themselves) {
    std::set<std::string> names;
    for (const ErrorKind kind : kinds) {
        const ErrorKindRow& row = describe(kind);
        EXPECT_EQ(row.kind, kind) << row.name;
        EXPECT_EQ(std::string(row.sqlstate).size(), 5U) << row.name;
        EXPECT_GE(row.http_status, 400) << row.name;
        names.insert(row.name);
    }
    EXPECT_EQ(names.size(), std::size(kinds));
}

TEST(error_kinds, agree_with_the_status_their_sqlstate_names) {
    for (const ErrorKind kind : kinds) {
        const ErrorKindRow& row = describe(kind);
        const std::string sqlstate = row.sqlstate;
        if (!sqlstate.starts_with("PT")) continue;
        EXPECT_EQ(sqlstate.substr(2), std::to_string(row.http_status)) << row.name;
    }
    EXPECT_STREQ(describe(ErrorKind::invalid).sqlstate, "22023");
    EXPECT_STREQ(describe(ErrorKind::unauthorized).sqlstate, "42501");
}

TEST(error_kinds, are_retryable_when_the_world_may_change) {
    EXPECT_TRUE(describe(ErrorKind::rate_limited).retryable);
    EXPECT_TRUE(describe(ErrorKind::upstream).retryable);
    EXPECT_TRUE(describe(ErrorKind::timeout).retryable);
    EXPECT_FALSE(describe(ErrorKind::invalid).retryable);
    EXPECT_FALSE(describe(ErrorKind::internal).retryable);
}

}  // namespace
}  // namespace torale::core
