#include "providers/tavily.hpp"

#include <gtest/gtest.h>

#include "unit/providers/searchers.hpp"

namespace torale::providers {
namespace {

using core::Category;
using core::Json;
using testing::body_of;
using testing::fixture;
using testing::full_query;
using testing::http;
using testing::now;
using testing::read_fixture;
using testing::read_with;
using testing::searcher;

TEST(build_search, has_the_documented_shape) {
    SearchQuery query{.text = "ACME rocket launch date", .options = {}, .now = now};
    query.options.max_results = 3;
    query.options.recency = "week";
    query.options.exclude_domains = {"pinterest.com"};
    const auto request = tavily::build_search(searcher("tavily", {{"topic", "news"}}), query);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://tavily.test/search");
    EXPECT_EQ(core::find_header(request.headers, "authorization"), "Bearer the-secret-key");
    EXPECT_EQ(core::find_header(request.headers, "content-type"), "application/json");
    EXPECT_EQ(Json::parse(request.body), Json::parse(fixture("tavily/request.json")));
}

TEST(build_search, passes_every_filter_of_the_task) {
    const Json body = body_of(searcher("tavily"), full_query());
    EXPECT_EQ(body["max_results"], 3);
    EXPECT_EQ(body["time_range"], "week");
    EXPECT_EQ(body["country"], "germany") << "a name, in lower case";
    EXPECT_EQ(body["include_domains"], Json::array({"acme.example", "gov.example"}));
    EXPECT_EQ(body["exclude_domains"], Json::array({"pinterest.com"}));
}

TEST(build_search, knows_no_hours_and_prefers_the_date) {
    SearchQuery query = full_query();
    query.options.recency = "hour";
    EXPECT_EQ(body_of(searcher("tavily"), query)["time_range"], "day");
    query.options.published_after = core::parse_time("2026-03-04T23:59:59Z");
    query.options.recency = "";
    const Json body = body_of(searcher("tavily"), query);
    EXPECT_EQ(body["start_date"], "2026-03-04");
    EXPECT_FALSE(body.contains("time_range"));
}

TEST(build_search, keeps_to_the_limits_of_the_service) {
    SearchQuery query = full_query();
    query.options.max_results = 500;
    query.options.include_domains.assign(400, "a.test");
    query.options.exclude_domains.assign(400, "b.test");
    query.options.country = "XX";
    const Json body = body_of(searcher("tavily"), query);
    EXPECT_EQ(body["max_results"], 20);
    EXPECT_EQ(body["include_domains"].size(), 300U);
    EXPECT_EQ(body["exclude_domains"].size(), 150U);
    EXPECT_FALSE(body.contains("country")) << "not a country that the service knows";
    query.options.country = "us";
    EXPECT_FALSE(body_of(searcher("tavily", {{"topic", "news"}}), query).contains("country"))
        << "only beside the general topic";
}

TEST(build_search, takes_depth_and_chunks_from_the_provider) {
    const Json body = body_of(
        searcher("tavily", {{"search_depth", "advanced"}, {"chunks_per_source", 2}}), full_query());
    EXPECT_EQ(body["search_depth"], "advanced");
    EXPECT_EQ(body["chunks_per_source"], 2);
}

TEST(read_search, reads_pages_dates_and_credits) {
    const auto reply = read_fixture(searcher("tavily"), 200, "200_full.json");
    ASSERT_TRUE(reply.ok());
    ASSERT_EQ(reply->results.size(), 2U) << "the service's own answer is no source";
    EXPECT_EQ(reply->results[0].url, "https://news.example/acme");
    EXPECT_EQ(reply->results[0].title, "ACME sets launch");
    EXPECT_EQ(reply->results[0].snippet.rfind("ACME said on Thursday", 0), 0U);
    EXPECT_EQ(reply->results[0].published_at, core::parse_time("2026-08-20T09:00:00Z"));
    EXPECT_FALSE(reply->results[1].published_at);
    EXPECT_DOUBLE_EQ(reply->usage.cost_usd, 0.02) << "two credits";
}

TEST(read_search, counts_a_deep_search_twice_when_the_reply_does_not_say) {
    const auto cost = [](Json options) {
        return read_with(searcher("tavily", std::move(options)), http(200, R"({"results":[]})"))
            ->usage.cost_usd;
    };
    EXPECT_DOUBLE_EQ(cost(Json::object()), 0.01);
    EXPECT_DOUBLE_EQ(cost({{"search_depth", "advanced"}}), 0.02);
}

TEST(read_search, bears_odd_replies) {
    testing::expect_odd_replies(searcher("tavily"), 20);
    testing::expect_dates(searcher("tavily"));
    testing::expect_no_secret(searcher("tavily"), 401);
}

TEST(read_search, names_each_failure) {
    testing::expect_failures(
        searcher("tavily"),
        {{400, "400_bad_request.json", Category::bad_request, "Invalid topic"},
         {401, "401_unauthorized.json", Category::auth, "missing or invalid API key"},
         {403, "403_forbidden.json", Category::auth, "not supported"},
         {429, "429_rate_limited.json", Category::rate_limit, "excessive requests"},
         {429, "429_keyless.json", Category::rate_limit, "Keyless limit reached"},
         {432, "432_plan_limit.json", Category::quota, "plan's set usage limit"},
         {433, "433_paygo_limit.json", Category::quota, "pay-as-you-go limit"},
         {500, "500_internal.json", Category::server, "Internal Server Error"}});
    EXPECT_EQ(read_fixture(searcher("tavily"), 429, "429_keyless.json").error().retry_after,
              core::seconds{120});
}

}  // namespace
}  // namespace torale::providers
