#include "providers/perplexity.hpp"

#include <gtest/gtest.h>

#include "unit/providers/wire.hpp"

namespace torale::providers {
namespace {

using core::Category;
using core::Json;
using testing::fixture;
using testing::http;
using testing::now;

Provider service() {
    return testing::perplexity();
}

Json body_of(const SearchQuery& query) {
    return Json::parse(perplexity::build_search(service(), query).body);
}

Outcome<SearchReply> read(int status, const char* name, std::vector<core::Header> headers = {}) {
    return perplexity::read_search(
        service(), http(status, fixture(std::string("perplexity/") + name), std::move(headers)),
        now);
}

TEST(build_search, has_the_documented_shape) {
    SearchQuery query{.text = "ACME rocket launch date 2026", .options = {}};
    query.options.max_results = 5;
    query.options.recency = "week";
    query.options.exclude_domains = {"pinterest.com"};
    const core::Request request = perplexity::build_search(service(), query);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://perplexity.test/search");
    EXPECT_EQ(core::find_header(request.headers, "authorization"), "Bearer pplx-secret-key");
    EXPECT_EQ(core::find_header(request.headers, "content-type"), "application/json");
    EXPECT_EQ(core::find_header(request.headers, "accept"), "application/json");
    EXPECT_EQ(Json::parse(request.body), Json::parse(fixture("perplexity/request.json")));
}

TEST(build_search, writes_dates_the_american_way) {
    SearchQuery query{.text = "q", .options = {}};
    query.options.published_after = core::parse_time("2026-03-04T23:59:59Z");
    query.options.recency = "week";
    const Json body = body_of(query);
    EXPECT_EQ(body["search_after_date_filter"], "03/04/2026");
    EXPECT_FALSE(body.contains("search_recency_filter")) << "both together are not defined";
}

TEST(build_search, never_mixes_allowed_and_denied_domains) {
    SearchQuery query{.text = "q", .options = {}};
    query.options.include_domains = {"a.test"};
    query.options.exclude_domains = {"b.test"};
    EXPECT_EQ(body_of(query)["search_domain_filter"], Json::array({"a.test"}));
}

TEST(build_search, keeps_to_the_limits_of_the_service) {
    SearchQuery query{.text = "q", .options = {}};
    query.options.max_results = 500;
    query.options.include_domains.assign(30, "a.test");
    query.options.country = "de";
    query.options.language = "de";
    const Json body = body_of(query);
    EXPECT_EQ(body["max_results"], 20);
    EXPECT_EQ(body["search_domain_filter"].size(), 20U);
    EXPECT_EQ(body["country"], "DE");
    EXPECT_EQ(body["search_language_filter"], Json::array({"de"}));
    EXPECT_FALSE(body.contains("search_context_size")) << "not beside max_tokens_per_page";
}

TEST(build_search, takes_the_page_budget_from_the_provider) {
    Provider generous = service();
    generous.options = {{"max_tokens_per_page", 2048}};
    const SearchQuery query{.text = "q", .options = {}};
    EXPECT_EQ(Json::parse(perplexity::build_search(generous, query).body)["max_tokens_per_page"],
              2048);
}

TEST(read_search, reads_pages_and_their_dates) {
    const auto reply = read(200, "200_full.json");
    ASSERT_TRUE(reply.ok());
    ASSERT_GE(reply->results.size(), 2U);
    EXPECT_EQ(reply->results[0].title, "Acme sets a launch date for its Falcon-class rocket");
    EXPECT_EQ(reply->results[0].published_at, core::parse_time("2026-08-20"));
    EXPECT_DOUBLE_EQ(reply->usage.cost_usd, 0.005);
}

TEST(read_search, reads_what_is_there) {
    EXPECT_EQ(read(200, "200_empty.json")->results.size(), 0U);
    EXPECT_EQ(read(200, "200_null_optionals.json")->results.size(), 2U);
    EXPECT_EQ(read(200, "200_largest.json")->results.size(), 20U);
    EXPECT_EQ(read(200, "200_unknown_fields.json")->results.at(0).title, "Extra");
    EXPECT_TRUE(read(200, "200_invalid_utf8.json").ok()) << "one bad byte costs one character";
}

TEST(read_search, passes_over_items_that_are_no_pages) {
    const auto reply = read(200, "200_bad_items.json");
    ASSERT_TRUE(reply.ok());
    ASSERT_EQ(reply->results.size(), 2U);
    EXPECT_EQ(reply->results[0].url, "https://a.example/seven");
    EXPECT_FALSE(reply->results[0].published_at) << "yesterday is no date";
    EXPECT_EQ(reply->results[1].url, "https://a.example/good");
}

TEST(read_search, tells_the_service_s_own_words) {
    const auto message = [](int status, const char* name) {
        return read(status, name).error().message;
    };
    EXPECT_NE(message(422, "422_date_filter.json").find("search_after_date_filter: Value error"),
              std::string::npos);
    EXPECT_NE(message(404, "404_not_found.json").find("Not Found"), std::string::npos);
    EXPECT_EQ(message(401, "401_nginx.html").find('<'), std::string::npos);
    EXPECT_EQ(message(500, "500_internal.json").rfind("perplexity: ", 0), 0U);
}

TEST(read_search, takes_hints_from_error_replies) {
    EXPECT_EQ(read(429, "429_string_code.json", {{"Retry-After", "7"}}).error().retry_after,
              core::seconds{7});
    EXPECT_EQ(read(429, "429_rate_limited.json").error().category, Category::rate_limit);
}

TEST(read_search, never_reads_a_page_as_results) {
    EXPECT_EQ(
        read(200, "200_full.json", {{"content-type", "text/html; charset=utf-8"}}).error().category,
        Category::bad_reply);
}

TEST(read_search, names_used_up_credit_a_quota) {
    const auto reply = perplexity::read_search(
        service(), http(429, R"({"error":{"message":"no credit","type":"insufficient_quota"}})"),
        now);
    EXPECT_EQ(reply.error().category, Category::quota);
}

}  // namespace
}  // namespace torale::providers
