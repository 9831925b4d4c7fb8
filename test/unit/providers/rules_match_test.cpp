#include "providers/rules_match.hpp"

#include <gtest/gtest.h>

namespace torale::providers::rules {
namespace {

const core::Time now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

Match match(const char* text, const char* title, const char* sentence) {
    const Condition condition = parse_condition(text, now);
    EXPECT_EQ(condition.refusal, "");
    core::Source source;
    source.title = title;
    Matcher matcher(condition);
    matcher.open(source, now);
    return matcher.match(sentence);
}

TEST(matcher, says_where_in_the_sentence_the_parts_stand) {
    const Match found = match("a CVE in openssl", "News", "Well: openssl has CVE-2025-9230 now");
    EXPECT_TRUE(found.holds);
    EXPECT_EQ(found.begin, 6U);
    EXPECT_EQ(found.end, 31U);
}

TEST(matcher, counts_the_parts_of_a_sentence_that_falls_short) {
    EXPECT_EQ(match("a CVE in openssl", "openssl 3", "New release").satisfied, 1U);
    EXPECT_EQ(match("a CVE in openssl", "News", "openssl 3 is new").satisfied, 0U);
    EXPECT_EQ(match("a date is announced in Oslo", "Oslo", "It was announced").satisfied, 3U);
    const Match denied = match("a shop opens", "News", "No shop opens");
    EXPECT_FALSE(denied.holds);
    EXPECT_EQ(denied.satisfied, 3U);
    EXPECT_STREQ(denied.denial, "it is negated");
}

TEST(matcher, lets_the_title_carry_all_words_unless_it_takes_them_back) {
    EXPECT_TRUE(match("Acme opens a shop", "Acme opens a shop", "Crowds came.").holds);
    EXPECT_FALSE(match("Acme opens a shop", "Acme opens no shop", "Crowds came.").holds);
    EXPECT_FALSE(match("Acme opens a shop", "Will Acme open a shop?", "Crowds came.").holds);
    EXPECT_FALSE(match("Acme opens a shop", "Acme rumours", "It opens a shop.").holds);
}

TEST(matcher, finds_words_whatever_their_form_and_spelling) {
    EXPECT_TRUE(match("cities in Größenwald", "x", "The CITY of GRÖSSENWALD").holds);
    EXPECT_TRUE(match("pre-orders open", "x", "pre orders opened").holds);
    EXPECT_TRUE(match("a release of postgresql", "postgresql-15 15.2", "New release").holds);
    EXPECT_FALSE(match("a release of postgresql", "postgresql-common 15.2", "New release").holds);
    EXPECT_TRUE(match("Python 3.14 is released", "x", "Python 3.14.2 is released").holds);
    EXPECT_FALSE(match("Python 3.14 is released", "x", "Python 3.14.0rc2 is released").holds);
    EXPECT_FALSE(match("Python 3.1 is released", "x", "Python 3.14 is released").holds);
    EXPECT_TRUE(
        match("animals are dying", "x", "An animal will have died? It dies, animals").holds);
}

TEST(matcher, starts_afresh_with_each_source) {
    const Condition condition = parse_condition("a CVE in openssl", now);
    Matcher matcher(condition);
    core::Source source;
    source.title = "openssl 3";
    matcher.open(source, now);
    EXPECT_TRUE(matcher.match("Fix CVE-2025-9230").holds);
    source.title = "gnutls 3";
    matcher.open(source, now);
    EXPECT_FALSE(matcher.match("Fix CVE-2025-9230").holds);
}

TEST(matcher, reads_years_left_out_by_the_source_s_date) {
    const Condition condition = parse_condition("opens in June 2025", now);
    Matcher matcher(condition);
    core::Source source;
    matcher.open(source, now);
    EXPECT_FALSE(matcher.match("It opens on 5 June").holds);
    source.published_at = now - std::chrono::hours(24 * 365);
    matcher.open(source, now);
    EXPECT_TRUE(matcher.match("It opens on 5 June").holds);
}

}  // namespace
}  // namespace torale::providers::rules
