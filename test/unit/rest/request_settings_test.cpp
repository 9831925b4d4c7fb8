#include "rest/request_settings.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

core::HttpRequest with(std::vector<core::Header> headers) {
    core::HttpRequest request;
    request.headers = std::move(headers);
    return request;
}

TEST(RequestSettings, headers_have_lower_case_names_and_the_last_one_counts) {
    EXPECT_EQ(headers_json(with({{"X-A", "1"}, {"Prefer", "count=exact"}, {"x-a", "2"}})),
              R"({"prefer":"count=exact","x-a":"2"})");
}

TEST(RequestSettings, credentials_stay_out) {
    EXPECT_EQ(
        headers_json(with(
            {{"Authorization", "Bearer x"}, {"apikey", "sk_x"}, {"Cookie", "a=b"}, {"Host", "h"}})),
        R"({"host":"h"})");
    EXPECT_EQ(cookies_json(with({{"Cookie", "__session=jwt; a=b"}})), R"({"a":"b"})");
}

TEST(RequestSettings, cookies_are_split_and_trimmed) {
    EXPECT_EQ(cookies_json(with({{"cookie", "a=1; b = x=y ;broken; =no"}, {"Cookie", "a=2"}})),
              R"({"a":"2","b":"x=y"})");
    EXPECT_EQ(cookies_json(with({})), "{}");
}

TEST(RequestSettings, broken_bytes_become_valid_json) {
    EXPECT_EQ(headers_json(with({{"X", "a\xff"}})), "{\"x\":\"a\xEF\xBF\xBD\"}");
}

}  // namespace
}  // namespace torale::rest
