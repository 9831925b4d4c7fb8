#include "providers/openai_search.hpp"

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
    Provider made = searcher("openai_search", std::move(options));
    made.model = "gpt-5-mini";
    made.price_in_per_mtok = 0.25;
    made.price_out_per_mtok = 2;
    return made;
}

TEST(build_search, has_the_documented_shape) {
    SearchQuery query{.text = "ACME rocket launch date", .options = {}};
    query.options.max_results = 3;
    query.options.country = "de";
    query.options.language = "de";
    query.options.recency = "week";
    query.options.exclude_domains = {"pinterest.com"};
    const auto request = openai_search::build_search(row(), query);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://openai_search.test/responses");
    EXPECT_EQ(core::find_header(request.headers, "authorization"), "Bearer the-secret-key");
    EXPECT_EQ(Json::parse(request.body), Json::parse(fixture("openai_search/request.json")));
}

TEST(build_search, passes_every_filter_of_the_task) {
    const Json body = body_of(row(), full_query());
    EXPECT_EQ(body["tools"][0]["filters"]["allowed_domains"],
              Json::array({"acme.example", "gov.example"}));
    EXPECT_EQ(body["tools"][0]["user_location"]["country"], "DE");
    const std::string input = body["input"];
    EXPECT_NE(input.find("published on or after 2026-08-14"), std::string::npos);
    EXPECT_NE(input.find("No pages of pinterest.com."), std::string::npos);
    EXPECT_NE(input.find("up to 3 pages"), std::string::npos);
}

TEST(build_search, takes_effort_and_sizes_from_the_provider) {
    const Json body = body_of(row({{"search_context_size", "high"},
                                   {"reasoning_effort", "low"},
                                   {"max_output_tokens", 99}}),
                              full_query());
    EXPECT_EQ(body["tools"][0]["search_context_size"], "high");
    EXPECT_EQ(body["reasoning"]["effort"], "low");
    EXPECT_EQ(body["max_output_tokens"], 99);
}

TEST(read_search, takes_the_cited_pages_without_the_model_s_words) {
    const auto reply = read_fixture(row(), 200, "200_full.json");
    ASSERT_TRUE(reply.ok());
    ASSERT_EQ(reply->results.size(), 2U) << "each page once";
    EXPECT_EQ(reply->results[0].title, "ACME sets launch");
    EXPECT_EQ(reply->results[0].snippet, "");
    EXPECT_EQ(reply->usage.tokens_in, 8000);
    EXPECT_DOUBLE_EQ(reply->usage.cost_usd, 0.01 + 0.002 + 0.0008) << "one search and its tokens";
}

TEST(read_search, keeps_what_was_cited_before_the_answer_was_cut) {
    EXPECT_EQ(read_fixture(row(), 200, "200_incomplete_tokens.json")->results.size(), 1U);
    EXPECT_EQ(read_fixture(row(), 200, "200_refusal.json")->results.size(), 0U);
}

TEST(read_search, bears_odd_replies) {
    testing::expect_odd_replies(row(), 20);
    testing::expect_no_secret(row(), 401);
}

TEST(read_search, names_each_failure) {
    testing::expect_failures(
        row(),
        {{400, "400_unsupported.json", Category::bad_request, "not supported with gpt-5-nano"},
         {401, "401_invalid_key.json", Category::auth, "Incorrect API key"},
         {403, "403_forbidden.json", Category::auth, "not supported"},
         {404, "404_model.json", Category::bad_request, "does not exist"},
         {429, "429_rate_limited.json", Category::rate_limit, "Rate limit reached"},
         {429, "429_quota.json", Category::quota, "current quota"},
         {500, "500_server_error.json", Category::server, "had an error"},
         {200, "200_content_filter.json", Category::declined, "content_filter"},
         {200, "200_failed_server_error.json", Category::server, "failed to generate"},
         {200, "200_failed_rate_limit_exceeded.json", Category::rate_limit, "Rate limit reached"},
         {200, "200_in_progress.json", Category::bad_reply, "in_progress"}});
}

}  // namespace
}  // namespace torale::providers
