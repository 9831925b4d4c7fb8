#include "providers/searching.hpp"

#include <gtest/gtest.h>

#include "unit/providers/searchers.hpp"

namespace torale::providers {
namespace {

using core::Json;
using testing::full_query;
using testing::http;
using testing::now;
using testing::searcher;

TEST(get_json, encodes_and_leaves_out_what_is_empty) {
    const auto request = get_json("https://a.test/search", {{"X-Key", "k"}},
                                  {{"a", ""}, {"q", "x y&z"}, {"n", "1"}});
    EXPECT_EQ(request.url, "https://a.test/search?q=x%20y%26z&n=1");
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(core::find_header(request.headers, "x-key"), "k");
}

TEST(wanted_since, is_the_later_of_date_and_recency) {
    SearchQuery query{.text = "q", .options = {}, .now = now};
    EXPECT_EQ(wanted_since(query), std::nullopt);
    query.options.recency = "day";
    EXPECT_EQ(wanted_since(query), now - std::chrono::hours{24});
    query.options.published_after = now - std::chrono::hours{1};
    EXPECT_EQ(wanted_since(query), now - std::chrono::hours{1});
    query.options.published_after = now - std::chrono::hours{100};
    EXPECT_EQ(wanted_since(query), now - std::chrono::hours{24});
    query.now = {};
    EXPECT_EQ(wanted_since(query), now - std::chrono::hours{100}) << "nothing to count from";
}

TEST(bare_domains, speaks_as_services_do) {
    EXPECT_EQ(
        bare_domains({"*.gov.uk", ".edu", "News.Example", "", "*.", std::string(254, 'a')}, 9),
        Json::array({"gov.uk", "edu", "news.example"}));
    EXPECT_EQ(bare_domains({"a.test", "b.test"}, 1), Json::array({"a.test"}));
}

TEST(with_sites, adds_words_for_engines) {
    SearchQuery query = full_query();
    EXPECT_EQ(with_sites(query),
              "ACME rocket launch date (site:acme.example OR site:gov.example) "
              "-site:pinterest.com");
    query.options = {};
    EXPECT_EQ(with_sites(query), "ACME rocket launch date");
    query.options.include_domains.assign(30, "a.test");
    EXPECT_LT(with_sites(query).size(), 200U);
}

TEST(read_date, reads_what_engines_write) {
    using std::chrono::hours;
    struct Row {
        const char* text;
        std::optional<core::Time> time;
    };
    for (const Row& row :
         {Row{"2026-08-20", core::parse_time("2026-08-20")},
          Row{" 2026-08-20T09:00:00 ", core::parse_time("2026-08-20T09:00:00Z")},
          Row{"3 days ago", now - hours{72}}, Row{"1 hour ago", now - hours{1}},
          Row{"An hour ago", now - hours{1}}, Row{"2 weeks ago", now - hours{14 * 24}},
          Row{"Yesterday", now - hours{24}}, Row{"just now", now},
          Row{"August 20, 2026", core::parse_time("2026-08-20")},
          Row{"Aug 5, 2026", core::parse_time("2026-08-05")}, Row{"", std::nullopt},
          Row{"ago", std::nullopt}, Row{"3 moons ago", std::nullopt},
          Row{"-3 days ago", std::nullopt}, Row{"99999999999999 years ago", std::nullopt},
          Row{"3 days", std::nullopt}, Row{"August", std::nullopt},
          Row{"Smarch 20, 2026", std::nullopt}, Row{"August 32, 2026", std::nullopt}}) {
        EXPECT_EQ(read_date(row.text, now), row.time) << row.text;
    }
}

TEST(make_result, takes_marks_out_and_leaves_text_in) {
    const auto result =
        make_result("https://a.test/", "A &amp; <b>B</b>", "1 < 2, x<y and &bogus; <script>");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->title, "A & B");
    EXPECT_EQ(result->snippet, "1 < 2, x<y and &bogus; <script>");
    EXPECT_FALSE(make_result("ftp://a.test/", "t", "s"));
    EXPECT_FALSE(make_result("", "t", "s"));
}

TEST(said_in, finds_the_words_in_every_usual_shape) {
    for (const char* body :
         {R"({"error":{"message":"said"}})", R"({"error":{"code":"said"}})", R"({"error":"said"})",
          R"({"detail":"said"})", R"({"detail":{"error":"said"}})",
          R"({"detail":[{"msg":"said"}]})", R"({"errors":[{"detail":"said"}]})",
          R"({"message":"said"})", R"({"errors":["said"]})"}) {
        EXPECT_EQ(said_in(Json::parse(body)), "said") << body;
    }
    EXPECT_EQ(said_in(Json::parse(R"({"detail":[{"loc":["body","n"],"msg":"m"}]})")), "n: m");
    for (const char* body : {"{}", "[]", "7", R"({"detail":[]})", R"({"error":{}})"}) {
        EXPECT_EQ(said_in(Json::parse(body)), "") << body;
    }
}

TEST(read_object, counts_an_error_inside_a_success_by_its_own_number) {
    const Provider provider = searcher("exa");
    const auto category = [&](const char* body) {
        return read_object(provider, http(200, body), now, {}).error().category;
    };
    EXPECT_EQ(category(R"({"error":{"code":429}})"), core::Category::rate_limit);
    EXPECT_EQ(category(R"({"error":{"status":503}})"), core::Category::overload);
    EXPECT_EQ(category(R"({"error":{"code":"odd"}})"), core::Category::bad_reply);
    EXPECT_EQ(category(R"({"error":"words","results":[]})"), core::Category::bad_reply);
    EXPECT_EQ(category(R"({"results":{}})"), core::Category::bad_reply);
    EXPECT_TRUE(read_object(provider, http(200, R"({"error":null,"results":[]})"), now, {}).ok());
}

}  // namespace
}  // namespace torale::providers
