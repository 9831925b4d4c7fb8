#include "providers/sonar.hpp"

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

Provider row(Json options = Json::object()) {
    Provider made = searcher("sonar", std::move(options));
    made.model = "sonar";
    made.price_in_per_mtok = 1;
    made.price_out_per_mtok = 2;
    return made;
}

TEST(build_search, has_the_documented_shape) {
    SearchQuery query{.text = "ACME rocket launch date", .options = {}, .now = now};
    query.options.country = "de";
    query.options.language = "de";
    query.options.recency = "week";
    query.options.exclude_domains = {"pinterest.com"};
    const auto request = sonar::build_search(row(), query);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://sonar.test/chat/completions");
    EXPECT_EQ(core::find_header(request.headers, "authorization"), "Bearer the-secret-key");
    EXPECT_EQ(Json::parse(request.body), Json::parse(fixture("sonar/request.json")));
}

TEST(build_search, passes_every_filter_of_the_task) {
    SearchQuery query = full_query();
    query.options.published_after = core::parse_time("2026-03-04");
    const Json body = body_of(row(), query);
    EXPECT_EQ(body["search_after_date_filter"], "08/14/2026") << "the later of date and recency";
    EXPECT_FALSE(body.contains("search_recency_filter"));
    EXPECT_EQ(body["search_domain_filter"], Json::array({"acme.example", "gov.example"}));
    EXPECT_EQ(body["search_language_filter"], Json::array({"de"}));
}

TEST(build_search, takes_path_size_and_mode_from_the_provider) {
    const Provider other = row({{"path", "/v1/sonar"},
                                {"search_context_size", "high"},
                                {"search_mode", "academic"},
                                {"max_tokens", 9}});
    const auto request = sonar::build_search(other, full_query());
    EXPECT_EQ(request.url, "https://sonar.test/v1/sonar");
    const Json body = Json::parse(request.body);
    EXPECT_EQ(body["web_search_options"]["search_context_size"], "high");
    EXPECT_EQ(body["search_mode"], "academic");
    EXPECT_EQ(body["max_tokens"], 9);
}

TEST(read_search, reads_the_pages_and_not_the_answer) {
    const auto reply = read_fixture(row(), 200, "200_full.json");
    ASSERT_TRUE(reply.ok());
    ASSERT_EQ(reply->results.size(), 2U);
    EXPECT_EQ(reply->results[0].snippet.rfind("ACME said on Thursday", 0), 0U);
    EXPECT_EQ(reply->results[0].published_at, core::parse_time("2026-08-20"));
    EXPECT_DOUBLE_EQ(reply->usage.cost_usd, 0.005137) << "the service's own bill";
    EXPECT_EQ(reply->usage.tokens_in, 9);
}

TEST(read_search, prices_by_the_row_what_has_no_bill) {
    const auto reply = read_fixture(row(), 200, "200_no_search.json");
    ASSERT_TRUE(reply.ok()) << "it answered without searching";
    EXPECT_EQ(reply->results.size(), 0U);
    EXPECT_DOUBLE_EQ(reply->usage.cost_usd, 0.01 + 0.001 + 0.001);
}

TEST(read_search, bears_odd_replies) {
    testing::expect_odd_replies(row(), 20);
    testing::expect_dates(row());
    testing::expect_no_secret(row(), 401);
}

TEST(read_search, names_each_failure) {
    testing::expect_failures(
        row(), {{400, "400_bad_request.json", Category::bad_request, "Invalid model"},
                {401, "401_invalid_key.json", Category::auth, "Invalid API key"},
                {401, "401_no_credit.json", Category::quota, "current quota"},
                {422, "422_validation.json", Category::bad_request, "search_recency_filter: Input"},
                {429, "429_rate_limited.json", Category::rate_limit, "rate limit exceeded"},
                {500, "500_internal.json", Category::server, "Internal server error"},
                {200, "200_error_inside.json", Category::rate_limit, "rate limit exceeded"}});
}

}  // namespace
}  // namespace torale::providers
