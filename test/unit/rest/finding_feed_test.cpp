// Feeds by token: found, unknown, in both formats.
#include "rest/finding_feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/rest/fake_database.hpp"

namespace torale::rest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::header;
using ::testing::StartsWith;

class FindingFeed : public testing::ServiceTest {
protected:
    FindingFeed() {
        database.feed =
            R"({"title":"torale: openssl","items":[{"id":"1","title":"CVE","body":"found",
            "published":"2026-11-24T15:00:00Z","task":"openssl","condition":"a CVE",
            "sources":[{"url":"https://e.example/1","title":"news","quote":"CVE-2026-1"}]}]})";
    }
    std::optional<core::HttpResponse> get(const std::string& target,
                                          std::vector<core::Header> headers = {},
                                          const std::string& method = "GET") {
        headers.push_back({"Host", "h.example:8080"});
        return answer_finding_feed({method, target, std::move(headers), "", "192.0.2.1"}, service);
    }
};

TEST_F(FindingFeed, rss_of_a_token) {
    const auto response = get("/rss/ft_x");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_THAT(header(*response, "Content-Type"), StartsWith("application/rss+xml"));
    EXPECT_THAT(response->body, HasSubstr("http://h.example:8080/rss/ft_x"));
    EXPECT_THAT(response->body, HasSubstr("CVE"));
    EXPECT_THAT(database.calls,
                ElementsAre("begin", "feed " + api_key_hash("ft_x").substr(0, 8), "commit"));
}

TEST_F(FindingFeed, links_name_the_public_address) {
    service.public_url = "https://torale.example.com";
    EXPECT_THAT(get("/rss/ft_x")->body, HasSubstr("https://torale.example.com/rss/ft_x"));
}

TEST_F(FindingFeed, json_of_a_token_and_nothing_new_is_304) {
    const auto response = get("/feed/ft_x.json");
    ASSERT_TRUE(response);
    EXPECT_THAT(header(*response, "Content-Type"), StartsWith("application/feed+json"));
    const auto again = get("/feed/ft_x.json", {{"If-None-Match", header(*response, "ETag")}});
    ASSERT_TRUE(again);
    EXPECT_EQ(again->status, 304);
}

TEST_F(FindingFeed, unknown_tokens_are_404_and_counted) {
    database.feed.reset();
    const auto response = get("/rss/ft_unknown");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 404);
    EXPECT_THAT(limiter.refused, ElementsAre("192.0.2.1"));
    limiter.locked.insert("192.0.2.1");
    EXPECT_EQ(get("/rss/ft_unknown")->status, 429);
}

TEST_F(FindingFeed, other_paths_are_not_its_own) {
    for (const char* path : {"/rss", "/rss/", "/feed/x", "/feed/.json", "/rss/a/b", "/tasks"})
        EXPECT_FALSE(get(path)) << path;
    EXPECT_EQ(get("/rss/ft_x", {}, "POST")->status, 405);
}

}  // namespace
}  // namespace torale::rest
