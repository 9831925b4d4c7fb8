#include "providers/searxng.hpp"

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
    return searxng::build_search(searcher("searxng", std::move(options)), query).url;
}

TEST(build_search, has_the_documented_shape) {
    SearchQuery query{.text = "ACME rocket launch date", .options = {}, .now = now};
    query.options.recency = "week";
    query.options.language = "de";
    query.options.country = "ch";
    query.options.exclude_domains = {"pinterest.com"};
    const auto request = searxng::build_search(searcher("searxng"), query);
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.url,
              "https://searxng.test/search?q=ACME%20rocket%20launch%20date%20-site%3Apinterest.com"
              "&format=json&language=de-CH&time_range=week");
    EXPECT_EQ(request.headers, (std::vector<core::Header>{{"Accept", "application/json"}}))
        << "no key, even when there is one";
}

TEST(build_search, passes_what_the_service_can_filter) {
    SearchQuery query = full_query();
    EXPECT_NE(url_of(query).find("%28site%3Aacme.example%20OR%20site%3Agov.example%29"),
              std::string::npos);
    query.options.recency = "hour";
    EXPECT_NE(url_of(query).find("&time_range=day"), std::string::npos) << "no hours";
    query.options.language = "";
    EXPECT_EQ(url_of(query).find("&language"), std::string::npos) << "a country alone is no locale";
}

TEST(build_search, takes_engines_from_the_provider) {
    EXPECT_NE(url_of(full_query(), {{"engines", "bing,mojeek"}, {"categories", "news"}})
                  .find("&categories=news&engines=bing%2Cmojeek"),
              std::string::npos);
    EXPECT_NE(url_of(full_query(), {{"safesearch", 0}}).find("&safesearch=0"), std::string::npos);
}

TEST(build_search, encodes_what_is_no_word) {
    SearchQuery query{.text = "a&b=c #1 \xc3\xbc\xff", .options = {}};
    EXPECT_NE(url_of(query).find("?q=a%26b%3Dc%20%231%20%C3%BC%EF%BF%BD&"), std::string::npos);
}

TEST(read_search, reads_pages_and_their_dates) {
    const auto reply = read_fixture(searcher("searxng"), 200, "200_full.json");
    ASSERT_TRUE(reply.ok()) << "one engine of several may be missing";
    ASSERT_EQ(reply->results.size(), 2U) << "answers and boxes are no pages";
    EXPECT_EQ(reply->results[0].title, "ACME sets launch");
    EXPECT_EQ(reply->results[0].published_at, core::parse_time("2026-08-20T09:00:00Z"));
}

TEST(read_search, takes_silent_engines_for_no_answer) {
    const auto reply = read_fixture(searcher("searxng"), 200, "200_engines_down.json");
    ASSERT_FALSE(reply.ok());
    EXPECT_EQ(reply.error().category, Category::overload) << "to be tried again";
    EXPECT_NE(reply.error().message.find("google, brave, duckduckgo"), std::string::npos);
}

TEST(read_search, bears_odd_replies) {
    testing::expect_odd_replies(searcher("searxng"), 60);
    testing::expect_dates(searcher("searxng"));
}

TEST(read_search, names_each_failure) {
    testing::expect_failures(
        searcher("searxng"),
        {{400, "400_no_query.json", Category::bad_request, "No query"},
         {400, "400_bad_parameter.json", Category::bad_request, "time_range"},
         {403, "403_no_json.html", Category::config, "add json to search.formats"},
         {429, "429_too_many.txt", Category::rate_limit, "HTTP 429"},
         {500, "500_search_error.json", Category::server, "search error"}});
}

}  // namespace
}  // namespace torale::providers
