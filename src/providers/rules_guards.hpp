// Sentences that hold every word of a condition and still do not say it: negated, doubted,
// still to come, or about an earlier event.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "providers/rules_condition.hpp"
#include "providers/rules_tokens.hpp"

namespace torale::providers::rules {

// Tokens [begin, end) of a sentence.
struct TokenSpan {
    std::size_t begin = 0;
    std::size_t end = 0;
};

// "no CVE", "has not been announced", "without a date": a negation shortly before, in the clause.
bool is_negated(const std::vector<Token>& tokens, TokenSpan span);
// "could be", "is expected to", "likely": the same for doubt, and "June 5 is likely".
bool is_doubted(const std::vector<Token>& tokens, TokenSpan span);
// "will announce", "plans to release".
bool is_to_come(const std::vector<Token>& tokens, TokenSpan span);
// Why the sentence as a whole is no statement that the condition holds; nullptr when it may be.
const char* find_denial(const std::vector<Token>& tokens, const Condition& condition);
// True when the title presents its whole text as a rumour.
bool is_rumour(const std::vector<Token>& title);

}  // namespace torale::providers::rules
