// What one quote says, taken apart for comparison: content words, names, typed values, and which
// way it points.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/polarity.hpp"
#include "core/clock.hpp"
#include "providers/rules_values.hpp"

namespace torale::agent {

// A value that two reports of one event must share.
struct Fact {
    providers::rules::ValueKind kind{};
    std::string text;  // normal form: "money 499 USD", "cve cve-2026-1234"
    // Dates: what the words allow.
    providers::rules::Day first{};
    providers::rules::Day last{};
    bool is_report_date = false;  // the day on which its source was published
    bool is_spelled = false;      // "two"
    bool operator==(const Fact&) const = default;
};

struct Statement {
    std::string folded;
    std::vector<std::uint64_t> trigrams;
    std::set<std::string> words;  // stems without stop words, reporting verbs and values
    std::set<std::string> names;  // stems of words written with a capital inside a sentence
    std::string opening;          // stem of a capitalised first word: perhaps a name
    std::vector<Fact> facts;
    Polarity polarity;
    bool is_english = true;  // as far as its stop words tell
    bool operator==(const Statement&) const = default;

    // True when the quote says by itself what it is about; "New upstream release." does not.
    bool stands_alone() const;
};

// `published_at` of its source; `reference` gives years that the text leaves out.
Statement read_statement(std::string_view text, std::optional<core::Time> published_at,
                         core::Time reference);

// Whether `fact` is among `told`: equal, or a date that one of them makes more precise.
bool is_among(const Fact& fact, const std::vector<Fact>& told);

}  // namespace torale::agent
