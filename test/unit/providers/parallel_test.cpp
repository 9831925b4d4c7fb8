#include "providers/parallel.hpp"

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
    query.options.country = "DE";
    query.options.published_after = core::parse_time("2026-08-01");
    query.options.exclude_domains = {"pinterest.com"};
    const auto request = parallel::build_search(searcher("parallel"), query);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://parallel.test/v1/search");
    EXPECT_EQ(core::find_header(request.headers, "x-api-key"), "the-secret-key");
    EXPECT_FALSE(core::find_header(request.headers, "parallel-beta"));
    EXPECT_EQ(Json::parse(request.body), Json::parse(fixture("parallel/request.json")));
    const auto beta = parallel::build_search(searcher("parallel", {{"beta", true}}), query);
    EXPECT_EQ(beta.url, "https://parallel.test/v1beta/search");
    EXPECT_EQ(core::find_header(beta.headers, "parallel-beta"), "search-extract-2025-10-10");
    EXPECT_EQ(Json::parse(beta.body), Json::parse(fixture("parallel/request_beta.json")));
}

TEST(build_search, passes_every_filter_of_the_task) {
    const Json settings = body_of(searcher("parallel"), full_query())["advanced_settings"];
    EXPECT_EQ(settings["max_results"], 3);
    EXPECT_EQ(settings["location"], "de");
    EXPECT_EQ(settings["source_policy"]["after_date"], "2026-08-14") << "a week before now";
    EXPECT_EQ(settings["source_policy"]["include_domains"],
              Json::array({"acme.example", "gov.example"}));
    EXPECT_EQ(settings["source_policy"]["exclude_domains"], Json::array({"pinterest.com"}));
}

TEST(build_search, keeps_to_the_limits_of_the_service) {
    SearchQuery query = full_query();
    query.text = std::string(900, 'x');
    query.options.include_domains.assign(150, "a.test");
    query.options.exclude_domains.assign(150, "b.test");
    const Json body = body_of(searcher("parallel"), query);
    const Json& policy = body["advanced_settings"]["source_policy"];
    EXPECT_EQ(policy["include_domains"].size() + policy["exclude_domains"].size(), 200U);
    EXPECT_EQ(body["objective"].get<std::string>().size(), 900U);
    EXPECT_LE(body["search_queries"][0].get<std::string>().size(), 203U);
}

TEST(build_search, takes_mode_and_length_from_the_provider) {
    const Json body = body_of(
        searcher("parallel", {{"mode", "turbo"}, {"max_chars_per_result", 700}}), full_query());
    EXPECT_EQ(body["mode"], "turbo");
    EXPECT_EQ(body["advanced_settings"]["excerpt_settings"]["max_chars_per_result"], 700);
}

TEST(read_search, joins_excerpts) {
    const auto reply = read_fixture(searcher("parallel"), 200, "200_full.json");
    ASSERT_TRUE(reply.ok());
    ASSERT_EQ(reply->results.size(), 2U);
    EXPECT_EQ(reply->results[0].snippet,
              "Section Title: News\n\nACME said on Thursday that its rocket will fly on 14 March "
              "2027.\n\nThe date is final.");
    EXPECT_EQ(reply->results[0].published_at, core::parse_time("2026-08-20"));
    EXPECT_DOUBLE_EQ(reply->usage.cost_usd, 0.01);
}

TEST(read_search, bears_odd_replies) {
    testing::expect_odd_replies(searcher("parallel"), 20);
    testing::expect_dates(searcher("parallel"));
    testing::expect_no_secret(searcher("parallel"), 401);
}

TEST(read_search, names_each_failure) {
    testing::expect_failures(
        searcher("parallel"),
        {{401, "401_unauthorized.json", Category::auth, "Unauthorized"},
         {402, "402_balance.json", Category::quota, "Insufficient balance"},
         {403, "403_forbidden.json", Category::auth, "Forbidden"},
         {404, "404_not_found.json", Category::bad_request, "Not found"},
         {408, "408_timeout.json", Category::timeout, "timed out"},
         {409, "409_conflict.json", Category::overload, "Conflict"},
         {422, "422_validation.json", Category::bad_request, "validation error"},
         {429, "429_rate_limited.json", Category::rate_limit, "Too many requests"},
         {500, "500_internal.json", Category::server, "Internal error"}});
}

}  // namespace
}  // namespace torale::providers
