#include "agent/grounding.hpp"

#include <gtest/gtest.h>

namespace torale::agent {
namespace {

using core::Citation;
using core::Judgement;
using core::Source;
using core::Verdict;

const core::Time now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

Source source(int number, const char* url, const char* snippet) {
    Source made;
    made.number = number;
    made.url = url;
    made.snippet = snippet;
    made.published_at = now - std::chrono::hours(24);
    return made;
}

Judgement met(std::vector<Citation> citations) {
    Judgement judgement;
    judgement.verdict = Verdict::met;
    judgement.evidence = "said so";
    judgement.notification = "It is out.";
    judgement.citations = std::move(citations);
    return judgement;
}

const std::vector<Source> apple{
    source(1, "https://apple.example/news", "Apple said: “The iPhone 18 ships on 5 June”, today."),
    source(2, "https://blog.example/x", "Nothing here.")};

TEST(ground, keeps_quotes_that_fold_into_their_source_and_restores_its_bytes) {
    const Grounded grounded = ground(met({{1, "\"the iphone 18   ships on 5 june\"", 0}}), apple);
    ASSERT_EQ(grounded.judgement.citations.size(), 1U);
    EXPECT_EQ(grounded.judgement.citations[0].quote, "“The iPhone 18 ships on 5 June”");
    EXPECT_EQ(grounded.judgement.citations[0].quote_offset, 12);
    EXPECT_EQ(grounded.judgement.verdict, Verdict::met);
    EXPECT_EQ(grounded.dropped_citations, 0);
    EXPECT_FALSE(grounded.demoted);
}

TEST(ground, drops_what_no_source_says) {
    for (const Citation& citation :
         {Citation{1, "The iPhone 19 ships", 0}, Citation{2, "ships on 5 June", 0},
          Citation{7, "ships on 5 June", 0}, Citation{0, "ships", 0}, Citation{1, "", 0},
          Citation{1, " \n", 0}, Citation{1, "”,", 0}, Citation{1, "on", 0}}) {
        const Grounded grounded = ground(met({citation}), apple);
        EXPECT_TRUE(grounded.judgement.citations.empty()) << citation.quote;
        EXPECT_EQ(grounded.dropped_citations, 1);
        EXPECT_TRUE(grounded.demoted);
        EXPECT_EQ(grounded.judgement.verdict, Verdict::unknown);
        EXPECT_FALSE(grounded.judgement.notification);
        EXPECT_NE(grounded.judgement.evidence.find("said so"), std::string::npos);
    }
}

TEST(ground, keeps_met_when_one_of_several_quotes_is_true) {
    const Grounded grounded =
        ground(met({{1, "ships on 5 June", 0}, {1, "ships on 6 June", 0}}), apple);
    EXPECT_EQ(grounded.judgement.citations.size(), 1U);
    EXPECT_EQ(grounded.dropped_citations, 1);
    EXPECT_FALSE(grounded.demoted);
    EXPECT_TRUE(grounded.judgement.notification);
}

TEST(ground, counts_the_same_quote_once) {
    const Grounded grounded =
        ground(met({{1, "ships on 5 June", 0}, {1, "SHIPS on 5 june", 3}}), apple);
    EXPECT_EQ(grounded.judgement.citations.size(), 1U);
    EXPECT_EQ(grounded.dropped_citations, 0);
}

TEST(ground, demotes_met_without_any_quote_but_leaves_not_met_alone) {
    EXPECT_TRUE(ground(met({}), apple).demoted);
    Judgement quiet;
    quiet.verdict = Verdict::not_met;
    quiet.evidence = "nothing new";
    const Grounded grounded = ground(quiet, apple);
    EXPECT_FALSE(grounded.demoted);
    EXPECT_EQ(grounded.judgement, quiet);
}

TEST(ground, cuts_long_quotes_after_a_word_and_between_characters) {
    std::string words;
    for (int i = 0; i < 100; ++i) words += "größe ";
    const std::vector<Source> sources{source(1, "https://a.example", words.c_str())};
    const Grounded grounded = ground(met({{1, words, 0}}), sources);
    ASSERT_EQ(grounded.judgement.citations.size(), 1U);
    const std::string& quote = grounded.judgement.citations[0].quote;
    EXPECT_EQ(words.find(quote), 0U);
    EXPECT_EQ(quote.substr(quote.size() - 3), "ße");
    EXPECT_EQ(quote.size(), 50 * std::string("größe ").size() - 1);  // 299 characters

    const std::string one_word(400, 'x');
    const std::vector<Source> wordless{source(1, "https://a.example", one_word.c_str())};
    EXPECT_EQ(ground(met({{1, one_word, 0}}), wordless).judgement.citations[0].quote.size(), 300U);
}

TEST(compute_confidence, is_zero_without_citations) {
    EXPECT_EQ(compute_confidence(met({}), apple, now), core::Confidence{});
    EXPECT_EQ(compute_confidence(met({{9, "no such source", 0}}), apple, now), core::Confidence{});
}

TEST(compute_confidence, is_the_weighted_sum_of_its_parts) {
    const core::Confidence one =
        compute_confidence(met({{1, "The iPhone 18 ships on 5 June", 0}}), apple, now);
    EXPECT_EQ(one, (core::Confidence{.value = 65,  // 12 + 22.8 + 20 + 10
                                     .independent_domains = 40,
                                     .quote_strength = 76,
                                     .date_certainty = 100,
                                     .agreement = 50}));
}

std::vector<Source> three_sites() {
    return {source(1, "https://www.a.example/1", "The launch is on 5 June for everybody."),
            source(2, "https://a.example/2", "Launch day: 5 June for everybody."),
            source(3, "https://b.example/3", "The launch is on 7 July for everybody.")};
}

TEST(compute_confidence, grows_with_other_domains_not_with_other_pages_of_one) {
    const auto sites = three_sites();
    const Citation a{1, "The launch is on 5 June", 0};
    const Citation same_site{2, "Launch day: 5 June", 0};
    const Citation b{3, "The launch is on 7 July", 0};
    EXPECT_EQ(compute_confidence(met({a, same_site}), sites, now).independent_domains, 40);
    EXPECT_EQ(compute_confidence(met({a, b}), sites, now).independent_domains, 70);
}

TEST(compute_confidence, sees_sources_that_contradict_each_other) {
    const auto sites = three_sites();
    const Citation a{1, "The launch is on 5 June", 0};
    const Citation agreeing{2, "Launch day: 5 June", 0};
    const Citation other{3, "The launch is on 7 July", 0};
    EXPECT_EQ(compute_confidence(met({a, agreeing}), sites, now).agreement, 100);
    EXPECT_EQ(compute_confidence(met({a, other}), sites, now).agreement, 0);
    EXPECT_EQ(compute_confidence(met({a, agreeing, other}), sites, now).agreement, 33);
}

TEST(compute_confidence, trusts_dated_sources_more_than_undated_and_future_ones) {
    auto sites = three_sites();
    const Judgement judgement = met({{1, "The launch is on 5 June", 0}});
    EXPECT_EQ(compute_confidence(judgement, sites, now).date_certainty, 100);
    sites[0].published_at.reset();
    EXPECT_EQ(compute_confidence(judgement, sites, now).date_certainty, 30);
    sites[0].published_at = now + std::chrono::hours(48);
    EXPECT_EQ(compute_confidence(judgement, sites, now).date_certainty, 0);
}

TEST(fingerprint, is_equal_for_the_same_finding_however_it_is_told) {
    const Judgement one = met({{1, "The date is June 5", 0}, {2, "It is “out”", 4}});
    Judgement other = met({{5, "it is \"out\"", 0}, {3, "The  date is JUNE 5", 9}});
    other.evidence = "in other words";
    EXPECT_EQ(fingerprint(one), fingerprint(other));
    EXPECT_NE(fingerprint(one), fingerprint(met({{1, "The date is June 6", 0}})));
    EXPECT_NE(fingerprint(met({{1, "ab", 0}, {1, "c", 0}})),
              fingerprint(met({{1, "a", 0}, {1, "bc", 0}})));
    EXPECT_EQ(fingerprint(one).size(), 64U);
}

}  // namespace
}  // namespace torale::agent
