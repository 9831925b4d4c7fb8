#include "agent/sources.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace torale::agent {
namespace {

using providers::SearchResult;

SearchResult result(std::string url, std::string snippet = "text",
                    std::optional<core::Time> published_at = std::nullopt) {
    return {.url = std::move(url),
            .title = "title",
            .snippet = std::move(snippet),
            .published_at = published_at};
}

std::vector<std::string> urls(const std::vector<core::Source>& sources) {
    std::vector<std::string> out;
    for (const core::Source& source : sources) out.push_back(source.url);
    return out;
}

using Urls = std::vector<std::string>;

TEST(read_sources, numbers_in_rank_order_and_names_the_provider) {
    const auto sources =
        read_sources({result("https://a.test/1"), result("https://b.test/2")}, {}, "perplexity");
    ASSERT_EQ(sources.size(), 2U);
    EXPECT_EQ(sources[0].number, 1);
    EXPECT_EQ(sources[1].number, 2);
    EXPECT_EQ(sources[1].provider, "perplexity");
    EXPECT_TRUE(sources[1].is_new);
}

TEST(read_sources, keeps_one_of_the_same_page) {
    const auto sources =
        read_sources({result("https://a.test/p?utm_medium=x"), result("https://A.test:443/p"),
                      result("https://a.test/p", "other text")},
                     {}, "p");
    EXPECT_EQ(urls(sources), (Urls{"https://a.test/p", "https://a.test/p"}));
    EXPECT_EQ(sources[1].number, 2) << "numbers have no gap";
    EXPECT_EQ(sources[0].content_hash, core::content_hash("https://a.test/p", "title", "text"));
}

TEST(read_sources, knows_a_copy_at_another_address) {
    const std::string text =
        "Acme said the Widget Pro goes on sale in Berlin on 5 May for 499 euros.";
    const auto sources = read_sources({{"https://a.test/1", "Out soon", text, {}},
                                       {"https://b.test/2", "A date", "By Jim Roe\n" + text, {}},
                                       {"https://c.test/3", "Short", "It is out.", {}}},
                                      {}, "p");
    ASSERT_EQ(sources.size(), 3u);
    EXPECT_NE(sources[0].fingerprint, 0u);
    EXPECT_EQ(sources[0].fingerprint, sources[1].fingerprint);
    EXPECT_EQ(sources[2].fingerprint, 0u);
}

TEST(read_sources, refuses_what_the_task_excluded_even_when_the_provider_did_not) {
    core::SearchOptions options;
    options.exclude_domains = {"spam.test"};
    EXPECT_EQ(urls(read_sources({result("https://www.spam.test/1"), result("https://ok.test/1"),
                                 result("https://notspam.test/1")},
                                options, "p")),
              (Urls{"https://ok.test/1", "https://notspam.test/1"}));
}

TEST(read_sources, keeps_to_the_allowed_domains) {
    core::SearchOptions options;
    options.include_domains = {"ok.test"};
    EXPECT_EQ(urls(read_sources({result("https://spam.test/1"), result("https://sub.ok.test/1")},
                                options, "p")),
              Urls{"https://sub.ok.test/1"});
}

TEST(read_sources, refuses_what_is_known_to_be_older) {
    core::SearchOptions options;
    options.published_after = core::parse_time("2026-06-01");
    EXPECT_EQ(urls(read_sources({result("https://old.test/", "t", core::parse_time("2026-05-31")),
                                 result("https://day.test/1", "t", core::parse_time("2026-06-01")),
                                 result("https://undated.test/1")},
                                options, "p")),
              (Urls{"https://day.test/1", "https://undated.test/1"}));
}

TEST(read_sources, refuses_what_is_known_to_be_older_than_the_recency) {
    const core::Time now = *core::parse_time("2026-06-10T08:00:00Z");
    core::SearchOptions options;
    options.recency = "day";
    const auto dated = [](const char* url, const char* date) {
        return result(url, "t", core::parse_time(date));
    };
    const std::vector<SearchResult> results{dated("https://a.test/old", "2026-06-09T07:59:59Z"),
                                            dated("https://a.test/new", "2026-06-09T08:00:00Z"),
                                            dated("https://a.test/day", "2026-06-09"),
                                            dated("https://a.test/day-before", "2026-06-08"),
                                            result("https://a.test/undated")};
    EXPECT_EQ(urls(read_sources(results, options, "p", now)),
              (Urls{"https://a.test/new", "https://a.test/day", "https://a.test/undated"}))
        << "a date without a time may mean any hour of its day";
    EXPECT_EQ(read_sources(results, options, "p").size(), 5U) << "nothing to count from";
    options.recency = "hour";
    EXPECT_EQ(urls(read_sources(results, options, "p", now)), Urls{"https://a.test/undated"});
    options.recency = "year";
    EXPECT_EQ(read_sources(results, options, "p", now).size(), 5U);
    options.published_after = now;
    EXPECT_EQ(urls(read_sources(results, options, "p", now)), Urls{"https://a.test/undated"})
        << "the later of both";
}

TEST(read_sources, takes_a_public_suffix_for_a_site_unless_told_otherwise) {
    core::SearchOptions options;
    const std::vector<SearchResult> results{result("https://alice.github.io/1"),
                                            result("https://www.gov.uk/2")};
    options.include_domains = {"github.io", "*.gov.uk"};
    EXPECT_EQ(urls(read_sources(results, options, "p")), Urls{"https://www.gov.uk/2"});
    options.include_domains = {};
    options.exclude_domains = {"github.io", "uk"};
    EXPECT_EQ(read_sources(results, options, "p").size(), 2U);
}

TEST(read_sources, caps_count_and_length) {
    core::SearchOptions options;
    options.max_results = 2;
    const auto sources = read_sources({result("https://a.test/1", std::string(30'000, 'x')),
                                       result("https://a.test/2"), result("https://a.test/3")},
                                      options, "p");
    ASSERT_EQ(sources.size(), 2U);
    EXPECT_LE(sources[0].snippet.size(), snippet_chars_max + 3);
    EXPECT_EQ(sources[0].snippet.substr(0, 10), "xxxxxxxxxx");
}

TEST(read_sources, passes_over_what_is_no_source) {
    SearchResult blank = result("https://a.test/1", "");
    blank.title.clear();
    const auto sources = read_sources(
        {blank, result(""), result("https://a.test/" + std::string(url_bytes_max, 'x'))}, {}, "p");
    EXPECT_TRUE(sources.empty());
}

TEST(read_sources, cleans_text_that_a_database_refuses) {
    const auto sources =
        read_sources({result("https://a.test/1", std::string("a\0b", 3))}, {}, "p");
    EXPECT_EQ(sources.at(0).snippet,
              "a\xEF\xBF\xBD"
              "b");
}

TEST(read_sources, keeps_documents_that_are_no_web_pages) {
    EXPECT_EQ(urls(read_sources({result("debian-changelog:openssl/3.0.1")}, {}, "builtin")),
              Urls{"debian-changelog:openssl/3.0.1"});
}

}  // namespace
}  // namespace torale::agent
