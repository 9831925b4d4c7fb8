// Typed values in a row of tokens: CVE ids, money, percentages, versions, numbers and dates.
// The same reading serves the condition's bound and the sentence that has to satisfy it.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "providers/rules_tokens.hpp"

namespace torale::providers::rules {

using Day = std::chrono::sys_days;

enum class ValueKind { money, percent, number, version, date, cve };

struct Version {
    std::vector<std::uint64_t> parts;  // 3.0.17-1~deb12u2 → 3, 0, 17
    bool is_prerelease = false;        // rc, beta, alpha, dev
    bool operator==(const Version&) const = default;
};
// < 0, 0, > 0; missing parts are 0, a prerelease comes before its release.
int compare(const Version& a, const Version& b);

enum class Precision { day, month, quarter, year };

struct Value {
    ValueKind kind = ValueKind::number;
    // Tokens [begin, end).
    std::size_t begin = 0;
    std::size_t end = 0;
    double amount = 0;
    // money: ISO code; number: stem of the word after it or glued to it, "" when there is none.
    std::string unit;
    Version version;
    bool is_dotted = false;  // a version with at least one dot
    Day first{};             // dates: what the words allow, both ends included
    Day last{};
    Precision precision = Precision::day;
};

// In order of `begin`; "3.2" is a number and a version. Years that a text leaves out are the
// nearest to `reference`.
std::vector<Value> find_values(const std::vector<Token>& tokens, core::Time reference);

// The date that begins at token `at`.
std::optional<Value> read_date(const std::vector<Token>& tokens, std::size_t at,
                               core::Time reference);
// "today", "this month", "next year", "within 30 days": only conditions may speak so, since
// only they are read at the time that they mean.
std::optional<Value> read_relative_date(const std::vector<Token>& tokens, std::size_t at,
                                        core::Time now);
// Nothing unless the token reads as a version: "v3", "3.0.17-1~deb12u2", "1:2.3".
std::optional<Version> parse_version(std::string_view folded);

}  // namespace torale::providers::rules
