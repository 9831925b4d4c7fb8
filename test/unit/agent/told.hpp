// Findings of one line, and tables of them: what was told, what is found now, how they relate.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "agent/dedupe.hpp"

namespace torale::agent::testing {

inline constexpr Relation fresh = Relation::fresh;
inline constexpr Relation same = Relation::same;
inline constexpr Relation update = Relation::update;
inline constexpr Relation contradiction = Relation::contradiction;
inline constexpr Relation retraction = Relation::retraction;

// A quote in its source; day 0 = undated, else that day of April 2026.
struct Text {
    std::string quote;
    std::string title{};
    int day = 0;
    std::string url{};
};

inline core::Time april(int day) {
    return core::Time{std::chrono::sys_days{std::chrono::year{2026} / 4 / 1} +
                      std::chrono::days{day - 1}};
}
inline std::optional<core::Time> date_of(const Text& text) {
    return text.day == 0 ? std::nullopt : std::optional(april(text.day));
}

struct Finding {
    core::Judgement judgement;
    std::vector<core::Source> sources;
};
inline Finding finding(const std::vector<Text>& texts) {
    Finding made;
    made.judgement.verdict = core::Verdict::met;
    for (const Text& text : texts) {
        core::Source source;
        source.number = static_cast<int>(made.sources.size()) + 1;
        source.url =
            text.url.empty() ? "https://new.test/" + std::to_string(source.number) : text.url;
        source.title = text.title;
        source.snippet = text.quote;
        source.published_at = date_of(text);
        made.judgement.citations.push_back({source.number, text.quote, 0});
        made.sources.push_back(std::move(source));
    }
    return made;
}

// One finding a text, newest first: "told-1" is the newest.
inline std::vector<ToldFinding> told_before(const std::vector<Text>& texts) {
    std::vector<ToldFinding> told;
    for (const Text& text : texts) {
        ToldFinding& one = told.emplace_back();
        one.notification_id = "told-" + std::to_string(told.size());
        one.created_at = text.day == 0 ? april(1) : april(text.day);
        one.body = text.quote;
        one.quotes.push_back(
            {text.quote,
             text.url.empty() ? "https://told.test/" + std::to_string(told.size()) : text.url,
             date_of(text), text.title});
    }
    return told;
}

struct Row {
    const char* what;
    std::vector<Text> told;
    std::vector<Text> now;
    Relation relation;
    bool is_contested = false;
};

inline void check(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        const Finding now = finding(row.now);
        const std::vector<ToldFinding> told = told_before(row.told);
        const Resolution resolution = resolve(now.judgement, now.sources, told);
        EXPECT_STREQ(name_of(resolution.relation), name_of(row.relation))
            << row.what << ": " << resolution.why;
        EXPECT_EQ(resolution.is_contested, row.is_contested) << row.what << ": " << resolution.why;
        EXPECT_EQ(resolution.earlier_id.empty(), resolution.relation == fresh) << row.what;
        EXPECT_LE(resolution.candidates.size(), 5u) << row.what;
        EXPECT_FALSE(resolution.why.empty()) << row.what;
    }
}

inline const std::string launch =
    "Acme will launch the Widget Pro in Berlin on 5 May 2026 for $499.";

}  // namespace torale::agent::testing
