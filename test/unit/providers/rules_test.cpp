#include "providers/rules.hpp"

#include <gtest/gtest.h>

#include <map>

#include "core/text.hpp"
#include "rules_table.inc"

namespace torale::providers::rules {
namespace {

using core::Source;
using core::Verdict;

const core::Time now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

Source source(int number, const char* title, const char* text, int days_old = 31) {
    Source made;
    made.number = number;
    made.title = title;
    made.snippet = text;
    made.url = "https://news.example/" + std::to_string(number);
    made.published_at = now - std::chrono::hours(24 * days_old);
    return made;
}

TEST(judge, decides_every_row_of_the_table) {
    std::map<std::string, int> met;
    std::map<std::string, int> others;
    for (const Case& row : cases) {
        const core::Judgement judged =
            judge({row.condition, {source(1, row.title, row.text)}, now});
        SCOPED_TRACE(std::string(row.condition) + " | " + row.title + " | " + row.text);
        EXPECT_STREQ(core::name_of(judged.verdict), row.verdict) << judged.evidence;
        EXPECT_FALSE(judged.evidence.empty());
        const bool is_met = std::string_view(row.verdict) == "met";
        ++(is_met ? met : others)[row.kind];
        EXPECT_EQ(judged.notification.has_value(), judged.verdict == Verdict::met);
        EXPECT_EQ(judged.citations.size(), judged.verdict == Verdict::met ? 1U : 0U);
        if (judged.citations.empty()) continue;
        EXPECT_NE(judged.citations[0].quote.find(row.quote), std::string::npos)
            << judged.citations[0].quote;
        EXPECT_NE(std::string_view(row.text).find(judged.citations[0].quote), std::string::npos);
    }
    EXPECT_GE(std::size(cases), 80U);
    EXPECT_GE(others.size(), 10U);
    for (const auto& [kind, count] : met) EXPECT_GE(others[kind], 1) << kind;
}

TEST(judge, refuses_exactly_what_why_undecidable_names) {
    for (const Case& row : cases) {
        const std::string reason = why_undecidable(row.condition);
        EXPECT_EQ(reason.empty(), std::string_view(row.verdict) != "unknown") << row.condition;
        if (reason.empty()) continue;
        const core::Judgement judged =
            judge({row.condition, {source(1, row.title, row.text)}, now});
        EXPECT_NE(judged.evidence.find(reason), std::string::npos);
    }
    EXPECT_EQ(why_undecidable("the date has not been announced"), "it is a negation: \"not\"");
}

TEST(judge, looks_at_new_sources_only) {
    Source seen = source(1, "openssl 3", "* Fix CVE-2025-9230.");
    seen.is_new = false;
    core::Judgement judged = judge({"a CVE in openssl", {seen}, now});
    EXPECT_EQ(judged.verdict, Verdict::not_met);
    EXPECT_EQ(judged.evidence, "There is no new source.");
    judged =
        judge({"a CVE in openssl", {seen, source(2, "openssl 3.1", "* Fix CVE-2026-1000.")}, now});
    ASSERT_EQ(judged.citations.size(), 1U);
    EXPECT_EQ(judged.citations[0].source, 2);
}

TEST(judge, cites_the_newest_first_and_five_at_most) {
    std::vector<Source> sources;
    for (int number = 1; number <= 8; ++number) {
        sources.push_back(source(number, "openssl 3", "* Fix CVE-2025-9230.", 10 * (number % 4)));
    }
    sources[6].published_at.reset();
    const core::Judgement judged = judge({"a CVE in openssl", sources, now});
    std::vector<int> order;
    for (const core::Citation& citation : judged.citations) order.push_back(citation.source);
    EXPECT_EQ(order, (std::vector<int>{4, 8, 1, 5, 2}));
}

TEST(judge, counts_the_quote_s_place_in_characters) {
    const core::Judgement judged =
        judge({"a strike is announced",
               {source(1, "Rail", "Größe zählt. A strike was announced.")},
               now});
    ASSERT_EQ(judged.citations.size(), 1U);
    EXPECT_EQ(judged.citations[0].quote, "A strike was announced.");
    EXPECT_EQ(judged.citations[0].quote_offset, 13);
}

TEST(judge, shows_at_most_300_characters_around_the_match) {
    std::string text;
    for (int i = 0; i < 80; ++i) text += "größere wörter ";
    text += "fix CVE-2025-9230 here ";
    for (int i = 0; i < 80; ++i) text += "mehr wörter ";
    const core::Judgement judged =
        judge({"a CVE in openssl", {source(1, "openssl", text.c_str())}, now});
    ASSERT_EQ(judged.citations.size(), 1U);
    const std::string& quote = judged.citations[0].quote;
    EXPECT_NE(quote.find("fix CVE-2025-9230 here"), std::string::npos);
    const auto chars = std::count_if(quote.begin(), quote.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    });
    EXPECT_LE(chars, 300);
    EXPECT_GE(chars, 200);
    EXPECT_NE(text.find(" " + quote + " "), std::string::npos) << "cut inside a word";
    const auto span = core::find_folded(text, quote);
    ASSERT_TRUE(span);
    EXPECT_EQ(span->char_offset, judged.citations[0].quote_offset);
}

TEST(judge, explains_which_sentence_satisfied_which_part) {
    const core::Judgement judged =
        judge({"a CVE in openssl", {source(1, "openssl 3.0.17", "* Fix CVE-2025-9230.", 1)}, now});
    EXPECT_EQ(judged.evidence,
              "\"openssl 3.0.17\" of 2026-05-31 says in one sentence: \"openssl\" and a CVE id; "
              "the title has \"openssl\".");
    EXPECT_EQ(*judged.notification,
              "Fix CVE-2025-9230.\n\n— [openssl 3.0.17](https://news.example/1), 2026-05-31");
    EXPECT_EQ(*judged.topic, "openssl 3.0.17");
    EXPECT_FALSE(judged.model_confidence);
}

TEST(judge, explains_what_was_missing) {
    const auto evidence = [](const char* condition, const char* text) {
        return judge({condition, {source(1, "openssl 3.0.17", text)}, now}).evidence;
    };
    EXPECT_EQ(evidence("openssl version at least 99", "* New upstream version 3.0.17."),
              "No new source (of 1) says in one sentence \"openssl\" and a version at least 99. "
              "The closest is \"openssl 3.0.17\": it lacks a version at least 99.");
    EXPECT_NE(evidence("a CVE in openssl", "* Not affected by CVE-2025-9230.").find("negated"),
              std::string::npos);
    EXPECT_EQ(evidence("a CVE in gnutls", "* Nothing."),
              "No new source (of 1) says in one sentence \"gnutls\" and a CVE id.");
}

TEST(judge, writes_web_text_as_text) {
    const core::Judgement judged =
        judge({"a strike is announced",
               {source(1, "[x](javascript:y)", "A strike *was* <b>announced</b>\n  `today`.")},
               now});
    EXPECT_EQ(*judged.notification,
              "A strike \\*was\\* \\<b\\>announced\\</b\\> \\`today\\`.\n\n— "
              "[\\[x\\](javascript:y)](https://news.example/1), 2026-05-01");
}

TEST(judge, survives_any_bytes) {
    std::string noise;
    for (int i = 0; i < 4096; ++i) noise += static_cast<char>((i * 7919) >> 3);
    for (const char* condition : {"a CVE in openssl", "price below $5", "a date is announced"}) {
        for (std::size_t from = 0; from < noise.size(); from += 97) {
            const std::string text = noise.substr(from);
            EXPECT_NE(judge({condition, {source(1, text.c_str(), text.c_str())}, now}).verdict,
                      Verdict::unknown);
        }
        for (std::size_t from = 0; from < noise.size(); from += 97) {
            why_undecidable(noise.substr(from, 64));
        }
    }
}

}  // namespace
}  // namespace torale::providers::rules
