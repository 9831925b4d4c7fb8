#include "providers/exa.hpp"

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
    query.options.country = "de";
    query.options.published_after = core::parse_time("2026-08-01");
    query.options.exclude_domains = {"pinterest.com"};
    const auto request = exa::build_search(searcher("exa"), query);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://exa.test/search");
    EXPECT_EQ(core::find_header(request.headers, "x-api-key"), "the-secret-key");
    EXPECT_EQ(Json::parse(request.body), Json::parse(fixture("exa/request.json")));
}

TEST(build_search, passes_every_filter_of_the_task) {
    const Json body = body_of(searcher("exa"), full_query());
    EXPECT_EQ(body["numResults"], 3);
    EXPECT_EQ(body["startPublishedDate"], "2026-08-14T08:00:00Z") << "a week before now";
    EXPECT_EQ(body["userLocation"], "DE");
    EXPECT_EQ(body["includeDomains"], Json::array({"acme.example", "gov.example"}));
    EXPECT_EQ(body["excludeDomains"], Json::array({"pinterest.com"}));
}

TEST(build_search, asks_for_the_later_of_date_and_recency) {
    SearchQuery query = full_query();
    query.options.published_after = core::parse_time("2026-08-20");
    EXPECT_EQ(body_of(searcher("exa"), query)["startPublishedDate"], "2026-08-20T00:00:00Z");
    query.options.published_after = core::parse_time("2020-01-01");
    EXPECT_EQ(body_of(searcher("exa"), query)["startPublishedDate"], "2026-08-14T08:00:00Z");
    query.options.published_after.reset();
    query.now = core::Time{};
    EXPECT_FALSE(body_of(searcher("exa"), query).contains("startPublishedDate"))
        << "no now, nothing to count from";
}

TEST(build_search, takes_type_category_and_text_from_the_provider) {
    const Json body =
        body_of(searcher("exa", {{"type", "fast"}, {"category", "news"}, {"text_chars", 900}}),
                full_query());
    EXPECT_EQ(body["type"], "fast");
    EXPECT_EQ(body["category"], "news");
    EXPECT_EQ(body["contents"]["text"], Json({{"maxCharacters", 900}}));
    EXPECT_FALSE(body_of(searcher("exa", {{"category", "people"}}), full_query())
                     .contains("startPublishedDate"))
        << "people have no date of publication: the service answers 400";
}

TEST(build_search, keeps_to_the_limits_of_the_service) {
    SearchQuery query = full_query();
    query.options.max_results = 5'000;
    EXPECT_EQ(body_of(searcher("exa"), query)["numResults"], 100);
}

TEST(read_search, reads_highlights_before_the_text_and_the_price) {
    const auto reply = read_fixture(searcher("exa"), 200, "200_full.json");
    ASSERT_TRUE(reply.ok());
    ASSERT_EQ(reply->results.size(), 2U);
    EXPECT_EQ(reply->results[0].snippet,
              "ACME said on Thursday that its rocket will fly on 14 March 2027.\n\nThe date is "
              "final.\n\nThe whole page.")
        << "a summary is a model's, not the page's";
    EXPECT_EQ(reply->results[0].published_at, core::parse_time("2026-08-20T09:00:00Z"));
    EXPECT_DOUBLE_EQ(reply->usage.cost_usd, 0.012);
    EXPECT_DOUBLE_EQ(read_with(searcher("exa"), http(200, R"({"results":[]})"))->usage.cost_usd,
                     0.01)
        << "by the row when the reply does not say";
    EXPECT_EQ(read_fixture(searcher("exa"), 200, "200_null_optionals.json")->results[1].snippet,
              "Only a text.");
}

TEST(read_search, bears_odd_replies) {
    testing::expect_odd_replies(searcher("exa"), 100);
    testing::expect_dates(searcher("exa"));
    testing::expect_no_secret(searcher("exa"), 401);
}

TEST(read_search, names_each_failure) {
    testing::expect_failures(
        searcher("exa"),
        {{400, "400_invalid_request_body.json", Category::bad_request, "Invalid request body"},
         {400, "400_num_results_exceeded.json", Category::bad_request, "Number of results"},
         {401, "401_invalid_api_key.json", Category::auth, "Invalid API key"},
         {402, "402_no_more_credits.json", Category::quota, "credits limit"},
         {402, "402_api_key_budget_exceeded.json", Category::quota, "budget exceeded"},
         {403, "403_feature_disabled.json", Category::auth, "not available on your plan"},
         {403, "403_prohibited_content.json", Category::declined, "prohibited content"},
         {429, "429_rate_limit_exceeded.json", Category::rate_limit, "rate limit"},
         {500, "500_internal_error.json", Category::server, "unexpected error"},
         {503, "503_service_overloaded.json", Category::overload, "overloaded"},
         {504, "504_timeout.json", Category::server, "timed out"}});
}

}  // namespace
}  // namespace torale::providers
