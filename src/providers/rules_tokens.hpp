// What the rules judge reads: words, numbers and the few signs that mean something, each with
// its place in the text. Conditions, titles and sentences are cut the same way.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace torale::providers::rules {

struct Token {
    enum class Kind {
        word,    // letters first; "openssl-ibmca" and "u.s" are one word
        number,  // a digit first: "5th", "1,234.5", "3.0.17-1~deb12u2", "2026-06-01", "16GB"
        sign     // % $ € £ ¥ ° < > ≤ ≥ = ? "
    };
    Kind kind = Kind::word;
    std::string_view raw;  // into the text
    // Folded; possessive 's removed, "CVEs" → "cve".
    std::string folded;
    std::size_t offset = 0;  // of raw, in bytes
    // Grows at , ; : brackets, dashes and words such as "but": negations do not reach across.
    int clause = 0;
    bool is_capital = false;
    bool is_negative = false;  // a number with a minus sign before it
};

std::vector<Token> tokenize(std::string_view text);

bool is_digit(char c);
// True when all of `text` is digits, and there is one.
bool is_digits(std::string_view text);
bool is_ascii_letter(char c);

}  // namespace torale::providers::rules
