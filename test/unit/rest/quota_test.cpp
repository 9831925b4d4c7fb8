// Rate limits as headers, and as the failure of who is over one.
#include "rest/quota.hpp"

#include <gtest/gtest.h>

#include "rest/reply.hpp"

namespace torale::rest {
namespace {

std::string header_of(const core::HttpResponse& response, const char* name) {
    return std::string(core::find_header(response.headers, name).value_or("(none)"));
}

core::Time at(const char* text) {
    return core::parse_time(text).value();
}

TEST(add_quota_headers, tell_limit_rest_and_reset) {
    struct Row {
        Quota quota;
        const char* limit;
        const char* remaining;
        const char* reset;
    };
    const Row rows[] = {
        {{60, 59, 1'800'000'000, false}, "60", "59", "1800000000"},
        {{60, 0, 1'800'000'000, true}, "60", "0", "1800000000"},
        {{60, -3, 1'800'000'000, true}, "60", "0", "1800000000"},
        {{60, 61, 1'800'000'000, false}, "60", "60", "1800000000"},
        {{0, 0, 0, false}, "(none)", "(none)", "(none)"},
    };
    for (const Row& row : rows) {
        core::HttpResponse response;
        add_quota_headers(response, row.quota);
        EXPECT_EQ(header_of(response, "X-RateLimit-Limit"), row.limit);
        EXPECT_EQ(header_of(response, "X-RateLimit-Remaining"), row.remaining);
        EXPECT_EQ(header_of(response, "X-RateLimit-Reset"), row.reset);
    }
}

TEST(quota_failure, says_how_long_to_wait) {
    struct Row {
        const char* now;
        const char* wait;
        const char* hint;
    };
    const std::int64_t reset_at =
        std::chrono::floor<core::seconds>(at("2026-12-01T09:01:00Z")).time_since_epoch().count();
    const Row rows[] = {
        {"2026-12-01T09:00:00Z", "60", "Ask again in 60 seconds."},
        {"2026-12-01T09:00:00.5Z", "60", "Ask again in 60 seconds."},
        {"2026-12-01T09:00:59Z", "1", "Ask again in 1 second."},
        {"2026-12-01T09:00:59.999Z", "1", "Ask again in 1 second."},
        {"2026-12-01T09:01:00Z", "1", "Ask again in 1 second."},
        {"2026-12-01T10:00:00Z", "1", "Ask again in 1 second."},
    };
    for (const Row& row : rows) {
        const Failure failure = quota_failure({60, 0, reset_at, true}, at(row.now));
        EXPECT_EQ(failure.status, 429);
        EXPECT_EQ(failure.code, "PT429");
        EXPECT_EQ(failure.hint, row.hint) << row.now;
        const core::HttpResponse response = reply_failure(failure);
        EXPECT_EQ(header_of(response, "Retry-After"), row.wait) << row.now;
        EXPECT_EQ(response.status, 429);
    }
}

TEST(quota_failure, is_a_standard_error_body) {
    EXPECT_EQ(reply_failure(quota_failure({60, 0, 10, true}, core::Time{})).body,
              R"({"code":"PT429","details":"The limit of 60 requests is used up.",)"
              R"("hint":"Ask again in 10 seconds.","message":"too many requests"})");
}

}  // namespace
}  // namespace torale::rest
