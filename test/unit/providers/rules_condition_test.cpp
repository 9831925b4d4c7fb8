// How a condition is read: bounds, nouns that ask for a value, words, refusals.
#include "providers/rules_condition.hpp"

#include <gtest/gtest.h>

#include "providers/rules.hpp"

namespace torale::providers::rules {
namespace {

const core::Time now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

// "word, other | typed; typed", or "! reason".
std::string read(std::string_view text) {
    const Condition condition = parse_condition(text, now);
    if (!condition.refusal.empty()) return "! " + condition.refusal;
    std::string out;
    for (const WordPart& part : condition.words) out += (out.empty() ? "" : ", ") + part.shown;
    std::string typed;
    for (const TypedPart& part : condition.typed) typed += (typed.empty() ? "" : "; ") + part.shown;
    return typed.empty() ? out : out + " | " + typed;
}

struct Row {
    const char* condition;
    const char* parts;
};

TEST(parse_condition, keeps_content_and_drops_filler) {
    const Row rows[] = {
        {"a new version of curl has been officially released", "curl, released | a version"},
        {"Please notify me when GTA 6 is out", "GTA 6, out"},
        {"let us know if the Tokyo office opens", "Tokyo, office, opens"},
        {"the Next store opens", "Next, store, opens"},
        {"New York is mentioned", "New, York"},
        {"a new phone is announced or unveiled", "phone, announced or unveiled"},
        {"tickets go on sale", "tickets, sale"},
        {"the site is down", "site, down"},
        {"\"rate cut\" by the ECB", "\"rate cut\", ECB"},
        {"CVE-2025-9230 is fixed", "CVE-2025-9230, fixed"},
    };
    for (const Row& row : rows) EXPECT_EQ(read(row.condition), row.parts) << row.condition;
}

TEST(parse_condition, reads_bounds_with_their_comparison) {
    const Row rows[] = {
        {"iPhone price below $500", "iPhone | a price below $500"},
        {"iPhone drops below $500", "iPhone | a price below $500"},
        {"no more than 5 %", " | a percentage no more than 5 %"},
        {"unemployment under 5.5 percent", "unemployment | a percentage under 5.5 percent"},
        {"openssl version at least 99", "openssl | a version at least 99"},
        {"postgresql 17 or later", "postgresql | a version of 17 or later"},
        {"at least 16 GB of memory", "memory | a number at least 16 GB"},
        {"rating >= 4.5", "rating | a number >= 4.5"},
        {"released before June 2026", "released | a date before June 2026"},
        {"released no later than 5 June 2026", "released | a date no later than 5 June 2026"},
        {"opens in 2027", "opens | a date in 2027"},
        {"opens this year", "opens | a date of this year"},
        {"inflation between 2 % and 3 %", "inflation | a percentage between 2 % and 3 %"},
        {"a price drop of more than 10 %", "price, drop | a percentage more than 10 %"},
    };
    for (const Row& row : rows) EXPECT_EQ(read(row.condition), row.parts) << row.condition;
}

TEST(parse_condition, asks_for_a_value_where_a_noun_names_one) {
    const Row rows[] = {
        {"a specific date has been announced", "announced | a date with its day"},
        {"the release date is announced", "release, announced | a date"},
        {"When is the next iPhone being released?", "iPhone, released | a date"},
        {"How much does the Steam Frame cost?", "Steam, Frame | a price"},
        {"CVEs in openssl", "openssl | a CVE id"},
        {"What is the latest version of curl?", "curl | a version"},
    };
    for (const Row& row : rows) EXPECT_EQ(read(row.condition), row.parts) << row.condition;
}

TEST(parse_condition, refuses_what_words_and_values_cannot_decide) {
    const Row rows[] = {
        {"it has not been announced", "! it is a negation: \"not\""},
        {"the shop doesn't open", "! it is a negation: \"doesn't\""},
        {"nothing is announced", "! it is a negation: \"nothing\""},
        {"delayed because of rain", "! it asks for a cause: \"because\""},
        {"closed due to rain", "! it asks for a cause: \"due to\""},
        {"the reviews are good", "! it asks for an opinion: \"good\""},
        {"the price rises", "! it compares over time: \"rises\""},
        {"the price is higher than last week", "! it compares over time: \"higher\""},
        {"all tickets are sold", "! it speaks about all of something: \"all\""},
        {"opens after the election", "! it orders events in time: \"after\""},
        {"Who won the race?", "! it is an open question: \"who\""},
        {"has been", "! it names nothing to look for"},
        {"", "! it names nothing to look for"},
        {"a date or a price", "! it has alternatives that are more than single words: \"or\""},
    };
    for (const Row& row : rows) EXPECT_EQ(read(row.condition), row.parts) << row.condition;
}

TEST(parse_condition, takes_names_for_names_whatever_they_mean) {
    EXPECT_EQ(why_undecidable("a Best Buy store opens"), "");
    EXPECT_EQ(why_undecidable("tickets for No Time To Die are sold"), "");
    EXPECT_NE(why_undecidable("a best store opens"), "");
}

}  // namespace
}  // namespace torale::providers::rules
