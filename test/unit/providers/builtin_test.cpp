#include "providers/builtin.hpp"

#include <gtest/gtest.h>

namespace torale::providers::builtin {
namespace {

using Terms = std::vector<std::string>;
const core::Time now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

DocumentQuery plan(std::string_view text, const core::SearchOptions& options = {}) {
    return plan_query("pg:ada", text, options, now);
}

struct Row {
    const char* query;
    Terms words;
    Terms phrases;
    Terms excluded;
};

TEST(plan_query, tells_strict_terms_from_those_that_rank) {
    const Row rows[] = {
        {"openssl", {"openssl"}, {}, {}},
        {"When was the last security update of openssl?",
         {"security", "update", "openssl"},
         {},
         {}},
        {"What's the latest version of PostgreSQL?", {"version", "postgresql"}, {}, {}},
        {"OpenSSL openssl OPENSSL", {"openssl"}, {}, {}},
        {"\"buffer overflow\" openssl", {"openssl"}, {"buffer overflow"}, {}},
        {"“Buffer  Overflow”", {}, {"buffer overflow"}, {}},
        {"apple -pie -\"fruit salad\"", {"apple"}, {}, {"pie", "fruit salad"}},
        {"postgresql-15 3.0.17-1~deb12u2", {"postgresql-15", "3.0.17-1~deb12u2"}, {}, {}},
        {"a - b-side", {"b-side"}, {}, {}},
        {"C++ and C# in .NET", {"c++", "c#", ".net"}, {}, {}},
        {"Apple's iPhone, (released)!", {"apple", "iphone", "released"}, {}, {}},
        {"unclosed \"quote here", {"unclosed", "quote"}, {}, {}},
        {"the who", {"the", "who"}, {}, {}},
        {"what is the latest?", {"latest"}, {}, {}},
        {"the \"who\"", {}, {"who"}, {}},
        {"Tell me when GTA 6 is out", {"gta", "6"}, {}, {}},
        {"größe München", {"grösse", "münchen"}, {}, {}},
        {"\"\" - -- ...", {}, {}, {}},
    };
    for (const Row& row : rows) {
        const DocumentQuery query = plan(row.query);
        EXPECT_EQ(query.words, row.words) << row.query;
        EXPECT_EQ(query.phrases, row.phrases) << row.query;
        EXPECT_EQ(query.excluded, row.excluded) << row.query;
    }
}

TEST(plan_query, keeps_owner_and_options) {
    core::SearchOptions options;
    options.max_results = 3;
    options.exclude_domains = {"spam.example"};
    const DocumentQuery query = plan("x1", options);
    EXPECT_EQ(query.owner, "pg:ada");
    EXPECT_EQ(query.options, options);
    EXPECT_FALSE(query.published_after);
}

TEST(plan_query, turns_recency_into_an_instant_and_keeps_the_stricter_bound) {
    core::SearchOptions options;
    options.recency = "week";
    EXPECT_EQ(plan("x1", options).published_after, now - std::chrono::hours(7 * 24));
    options.recency = "hour";
    EXPECT_EQ(plan("x1", options).published_after, now - std::chrono::hours(1));
    options.published_after = now - std::chrono::minutes(5);
    EXPECT_EQ(plan("x1", options).published_after, now - std::chrono::minutes(5));
    options.published_after = now - std::chrono::hours(48);
    EXPECT_EQ(plan("x1", options).published_after, now - std::chrono::hours(1));
    options.recency = "";
    EXPECT_EQ(plan("x1", options).published_after, now - std::chrono::hours(48));
}

TEST(plan_query, caps_a_pasted_page) {
    std::string page;
    for (int i = 0; i < 500; ++i) page += "word" + std::to_string(i) + " ";
    EXPECT_EQ(plan(page).words.size(), 32U);
}

}  // namespace
}  // namespace torale::providers::builtin
