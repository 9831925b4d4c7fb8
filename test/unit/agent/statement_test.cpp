#include "agent/statement.hpp"

#include <gtest/gtest.h>

#include "providers/rules_tokens.hpp"

namespace torale::agent::testing {
namespace {

const core::Time now{std::chrono::sys_days{std::chrono::year{2026} / 4 / 10}};

Statement read(std::string_view text) {
    return read_statement(text, now, now);
}
std::vector<std::string> facts(std::string_view text) {
    std::vector<std::string> out;
    for (const Fact& fact : read(text).facts) out.push_back(fact.text);
    return out;
}
using Texts = std::vector<std::string>;

TEST(read_statement, finds_the_values_that_two_reports_must_share) {
    EXPECT_EQ(facts("It costs $1,299.50 now."), (Texts{"money 1299.5 USD"}));
    EXPECT_EQ(facts("It costs 2.5 million euros."), (Texts{"money 2500000 EUR"}));
    EXPECT_EQ(facts("Inflation fell to 2.1 percent."), (Texts{"percent 2.1"}));
    EXPECT_EQ(facts("CVE-2026-12345 is fixed."), (Texts{"cve cve-2026-12345"}));
    EXPECT_EQ(facts("Version v3.0.17 is out."), (Texts{"version 3.0.17"}));
    EXPECT_EQ(facts("openssl 3.0.11-1~deb12u2"), (Texts{"version 3.0.11-1~deb12u2"}));
    EXPECT_EQ(facts("The pipe is 12 km long."), (Texts{"number 12 km"}));
    EXPECT_EQ(facts("A fire injured 5 workers."), (Texts{"number 5"}));
    EXPECT_EQ(facts("A fire injured five workers."), (Texts{"number 5"}));
    EXPECT_EQ(facts("Nothing is said."), (Texts{}));
}

TEST(read_statement, a_date_of_the_report_is_marked) {
    const Statement reported = read("Acme said on 10 April 2026 that it agrees.");
    ASSERT_EQ(reported.facts.size(), 1u);
    EXPECT_TRUE(reported.facts[0].is_report_date);
    const Statement valid = read("It is valid on 10 April 2026.");
    ASSERT_EQ(valid.facts.size(), 1u);
    EXPECT_FALSE(valid.facts[0].is_report_date);
    const Statement planned = read("It opens on 5 May 2026.");
    ASSERT_EQ(planned.facts.size(), 1u);
    EXPECT_FALSE(planned.facts[0].is_report_date);
}

TEST(is_among, a_coarser_date_is_told_and_a_finer_one_is_not) {
    const auto day = read("on 5 May 2026").facts;
    const auto month = read("in May 2026").facts;
    ASSERT_EQ(day.size(), 1u);
    ASSERT_EQ(month.size(), 1u);
    EXPECT_TRUE(is_among(month[0], day));
    EXPECT_FALSE(is_among(day[0], month));
    EXPECT_FALSE(is_among(read("$5").facts[0], read("5 %").facts));
}

TEST(read_statement, names_are_capitals_inside_a_sentence) {
    const Statement statement = read("Shares of Globex rose. Investors praised NASA and acme.");
    EXPECT_TRUE(statement.names.contains("globex"));
    EXPECT_TRUE(statement.names.contains("nasa"));
    EXPECT_FALSE(statement.names.contains("investor"));
    EXPECT_FALSE(statement.names.contains("acm"));
    EXPECT_EQ(statement.opening, "share");
}

TEST(read_statement, a_phrase_of_any_report_does_not_stand_alone) {
    EXPECT_FALSE(read("New upstream release.").stands_alone());
    EXPECT_FALSE(read("It is out now.").stands_alone());
    EXPECT_TRUE(read("The council approved the tram line.").stands_alone());
    EXPECT_TRUE(read("Fixes CVE-2026-12345.").stands_alone());
}

TEST(read_statement, tells_english_from_other_languages) {
    EXPECT_TRUE(read("The council approved the new tram line to the harbour.").is_english);
    EXPECT_FALSE(read("Der Rat hat die neue Tramlinie zum Hafen gebilligt.").is_english);
    EXPECT_TRUE(read("Tram approved").is_english) << "too short to tell";
}

struct Row {
    const char* earlier;
    const char* later;
    Turn turn;
};

TEST(turn_between, table) {
    const std::vector<Row> rows{
        {"It is open.", "It is open.", Turn::none},
        {"It is in stock.", "It is sold out.", Turn::turned},
        {"It is in stock.", "It is out of stock.", Turn::turned},
        {"It is available.", "It is not available.", Turn::turned},
        {"It is unavailable.", "It is not available.", Turn::none},
        {"It is in stock.", "It is back in stock.", Turn::turned},
        {"The road is open.", "The road isn't open.", Turn::turned},
        {"The road is open.", "The road isn’t open.", Turn::turned},
        {"The price rose.", "The price fell.", Turn::turned},
        {"The price rose and fell.", "The price fell.", Turn::none},
        {"It was approved.", "It was rejected.", Turn::contradicts},
        {"It was approved.", "It was not approved.", Turn::contradicts},
        {"It was rejected.", "It was not approved.", Turn::none},
        {"It comes in May.", "It never comes.", Turn::contradicts},
        {"It comes in May.", "It is cancelled.", Turn::contradicts},
        {"It is cancelled.", "It comes in May.", Turn::contradicts},
        {"It comes in May.", "It is delayed to June.", Turn::turned},
        {"It is delayed to June.", "It comes in June.", Turn::none},
        {"It comes in May.", "Acme denies that it comes.", Turn::withdraws},
        {"It comes in May.", "Correction: it comes in June.", Turn::withdraws},
        {"It comes in May.", "It comes not only in May.", Turn::none},
        {"It is number one.", "It is No. 1.", Turn::none},
    };
    for (const Row& row : rows) {
        const auto read_one = [](const char* text) {
            return read_polarity(providers::rules::tokenize(text));
        };
        EXPECT_EQ(turn_between(read_one(row.earlier), read_one(row.later)), row.turn)
            << row.earlier << " | " << row.later;
    }
}

}  // namespace
}  // namespace torale::agent::testing
