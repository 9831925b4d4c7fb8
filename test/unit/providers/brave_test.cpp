#include "providers/brave.hpp"

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

std::string url_of(const SearchQuery& query, Json options = Json::object()) {
    return brave::build_search(searcher("brave", std::move(options)), query).url;
}

bool has(const std::string& url, const std::string& part) {
    return url.find(part) != std::string::npos;
}

TEST(build_search, has_the_documented_shape) {
    SearchQuery query{.text = "ACME rocket launch date", .options = {}, .now = now};
    query.options.max_results = 3;
    query.options.country = "de";
    query.options.language = "de";
    query.options.recency = "week";
    query.options.exclude_domains = {"pinterest.com"};
    const auto request = brave::build_search(searcher("brave"), query);
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.body, "");
    EXPECT_EQ(core::find_header(request.headers, "x-subscription-token"), "the-secret-key");
    EXPECT_EQ(core::find_header(request.headers, "accept"), "application/json");
    EXPECT_EQ(request.url,
              "https://brave.test/res/v1/web/search?q=ACME%20rocket%20launch%20date%20-site%3A"
              "pinterest.com&count=3&country=DE&search_lang=de&freshness=pw&text_decorations=false"
              "&result_filter=web");
}

TEST(build_search, writes_domains_into_the_query) {
    SearchQuery query = full_query();
    EXPECT_TRUE(has(url_of(query),
                    "%20%28site%3Aacme.example%20OR%20site%3Agov.example%29%20-site%3Apinterest"));
    query.options.include_domains = {"one.example"};
    EXPECT_TRUE(has(url_of(query), "date%20site%3Aone.example%20-site"));
}

TEST(build_search, asks_for_an_age_in_the_service_s_letters) {
    SearchQuery query = full_query();
    for (const auto& [recency, letters] : {std::pair{"hour", "pd"},
                                           {"day", "pd"},
                                           {"week", "pw"},
                                           {"month", "pm"},
                                           {"year", "py"}}) {
        query.options.recency = recency;
        EXPECT_TRUE(has(url_of(query), std::string("freshness=") + letters + "&")) << recency;
    }
    query.options.recency = "";
    EXPECT_FALSE(has(url_of(query), "freshness"));
    query.options.published_after = core::parse_time("2026-03-04T12:00:00Z");
    EXPECT_TRUE(has(url_of(query), "freshness=2026-03-04to2026-08-21&"));
}

TEST(build_search, speaks_of_places_and_languages_as_the_service_does) {
    SearchQuery query = full_query();
    query.options.country = "is";
    query.options.language = "ja";
    EXPECT_TRUE(has(url_of(query), "country=ALL&search_lang=jp&"));
    query.options.country = "br";
    query.options.language = "pt";
    EXPECT_TRUE(has(url_of(query), "country=BR&search_lang=pt-br&"));
}

TEST(build_search, cuts_the_question_but_not_the_sites) {
    SearchQuery query = full_query();
    query.text = std::string(90, 'x');
    for (int i = 0; i < 60; ++i) query.text += " w";
    const std::string url = url_of(query);
    EXPECT_TRUE(has(url, "-site%3Apinterest.com&"));
    std::size_t words = 1;
    for (std::size_t at = 0; (at = url.find("%20", at)) != std::string::npos; ++at) ++words;
    EXPECT_EQ(words, 50U);
    query.text = std::string(900, 'x');
    EXPECT_TRUE(has(url_of(query), "-site%3Apinterest.com&"));
    EXPECT_FALSE(has(url_of(query), std::string(400, 'x')));
}

TEST(build_search, takes_extra_snippets_from_the_provider) {
    EXPECT_TRUE(has(url_of(full_query(), {{"extra_snippets", true}}), "&extra_snippets=true"));
    EXPECT_FALSE(has(url_of(full_query()), "extra_snippets"));
    EXPECT_TRUE(has(url_of(full_query(), {{"safesearch", "off"}}), "&safesearch=off"));
}

TEST(read_search, reads_descriptions_as_plain_text) {
    const auto reply = read_fixture(searcher("brave"), 200, "200_full.json");
    ASSERT_TRUE(reply.ok());
    ASSERT_EQ(reply->results.size(), 2U);
    EXPECT_EQ(reply->results[0].title, "ACME sets launch & lands");
    EXPECT_EQ(reply->results[0].snippet,
              "ACME said on Thursday that its rocket's launch is on 14 March 2027 <final>.\n\nThe "
              "date is final.\n\nA second look.");
    EXPECT_EQ(reply->results[0].published_at, core::parse_time("2026-08-20T09:00:00Z"))
        << "the date, not \"yesterday\"";
    EXPECT_EQ(reply->results[1].published_at, now - std::chrono::hours{72}) << "3 days ago";
    EXPECT_DOUBLE_EQ(reply->usage.cost_usd, 0.01);
}

TEST(read_search, takes_no_hits_for_an_answer) {
    EXPECT_EQ(read_fixture(searcher("brave"), 200, "200_empty.json")->results.size(), 0U);
    EXPECT_EQ(read_fixture(searcher("brave"), 200, "200_no_hits_in_web.json")->results.size(), 0U);
    EXPECT_EQ(read_fixture(searcher("brave"), 200, "200_no_web_section.json").error().category,
              Category::bad_reply);
}

TEST(read_search, bears_odd_replies) {
    testing::expect_odd_replies(searcher("brave"), 20);
    testing::expect_dates(searcher("brave"));
    testing::expect_no_secret(searcher("brave"), 422);
}

TEST(read_search, goes_by_the_code_before_the_status) {
    testing::expect_failures(
        searcher("brave"),
        {{404, "404_no_subscription.json", Category::auth, "No subscription"},
         {422, "422_token.json", Category::auth, "token is invalid"},
         {422, "422_token_plural.json", Category::auth, "token is invalid"},
         {422, "422_validation.json", Category::bad_request, "Unable to validate"},
         {429, "429_rate_limited.json", Category::rate_limit, "rate limit exceeded"},
         {429, "429_quota_limited.json", Category::quota, "quota limit exceeded"},
         {500, "500_internal.json", Category::server, "Something went wrong"}});
}

TEST(read_search, waits_for_the_window_that_is_used_up) {
    const std::vector<core::Header> headers{{"X-RateLimit-Reset", "1, 1419"}};
    const auto wait = [&](const char* name, std::vector<core::Header> with) {
        return read_fixture(searcher("brave"), 429, name, std::move(with)).error().retry_after;
    };
    EXPECT_EQ(wait("429_rate_limited.json", headers), core::seconds{1});
    EXPECT_EQ(wait("429_quota_limited.json", headers), core::seconds{1419});
    EXPECT_EQ(wait("429_rate_limited.json", {{"X-RateLimit-Reset", ""}}), std::nullopt);
    EXPECT_EQ(wait("429_rate_limited.json", {{"X-RateLimit-Reset", "soon, later"}}), std::nullopt);
    EXPECT_EQ(wait("429_rate_limited.json", {{"Retry-After", "9"}, {"X-RateLimit-Reset", "1, 2"}}),
              core::seconds{9});
}

}  // namespace
}  // namespace torale::providers
