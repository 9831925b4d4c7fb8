// Names of verdicts, and how search options are read.
#include "core/task.hpp"

#include <gtest/gtest.h>

namespace torale::core {
namespace {

SearchOptions read(const char* text) {
    return read_search_options(parse_json(text).value());
}

TEST(verdict, has_a_name_that_reads_back) {
    for (const Verdict verdict : {Verdict::met, Verdict::not_met, Verdict::unknown}) {
        EXPECT_EQ(parse_verdict(name_of(verdict)), verdict);
    }
    EXPECT_STREQ(name_of(Verdict::not_met), "not_met");
    EXPECT_EQ(parse_verdict("MET"), std::nullopt);
    EXPECT_EQ(parse_verdict(""), std::nullopt);
    EXPECT_EQ(parse_verdict("yes"), std::nullopt);
}

TEST(task, takes_the_query_for_the_condition_when_there_is_none) {
    Task task;
    task.search_query = "openssl";
    EXPECT_EQ(task.condition(), "openssl");
    task.condition_description = "a CVE in openssl";
    EXPECT_EQ(task.condition(), "a CVE in openssl");
}

TEST(read_search_options, reads_every_option) {
    SearchOptions expected;
    expected.max_results = 5;
    expected.include_domains = {"debian.org", "openssl.org"};
    expected.exclude_domains = {"example.com"};
    expected.recency = "week";
    expected.country = "US";
    expected.language = "en";
    expected.published_after = parse_time("2026-01-01");
    EXPECT_EQ(read(R"({"max_results":5, "recency":"week", "country":"US", "language":"en",
                       "domains":{"allow":["debian.org","openssl.org"],"deny":["example.com"]},
                       "published_after":"2026-01-01"})"),
              expected);
}

TEST(read_search_options, has_defaults_for_what_is_absent) {
    EXPECT_EQ(read("{}"), SearchOptions{});
    EXPECT_EQ(SearchOptions{}.max_results, 10);
}

TEST(read_search_options, keeps_the_count_in_range) {
    EXPECT_EQ(read(R"({"max_results":0})").max_results, 1);
    EXPECT_EQ(read(R"({"max_results":-7})").max_results, 1);
    EXPECT_EQ(read(R"({"max_results":1000})").max_results, 20);
    EXPECT_EQ(read(R"({"max_results":1e300})").max_results, 20);
    EXPECT_EQ(read(R"({"max_results":7.9})").max_results, 7);
    EXPECT_EQ(read(R"({"max_results":"7"})").max_results, 10);
}

TEST(read_search_options, unifies_the_case_of_codes_and_domains) {
    const SearchOptions options = read(
        R"({"country":"us","language":"EN","recency":"Week","domains":{"allow":["Debian.ORG"]}})");
    EXPECT_EQ(options.country, "US");
    EXPECT_EQ(options.language, "en");
    EXPECT_EQ(options.recency, "week");
    EXPECT_EQ(options.include_domains, std::vector<std::string>{"debian.org"});
}

TEST(read_search_options, passes_over_what_it_cannot_read) {
    for (const char* text :
         {"null", "[]", "7", "\"x\"", R"({"domains":7,"recency":1,"country":null})",
          R"({"domains":["a"]})", R"({"domains":{"allow":[1,null,""],"deny":{}}})",
          R"({"published_after":"soon"})", R"({"published_after":7})", R"({"unknown":1})"}) {
        EXPECT_EQ(read(text), SearchOptions{}) << text;
    }
}

TEST(read_search_options, takes_one_domain_for_a_list_of_one) {
    EXPECT_EQ(read(R"({"domains":{"deny":"example.com"}})").exclude_domains,
              std::vector<std::string>{"example.com"});
}

}  // namespace
}  // namespace torale::core
