// One sentence against one condition.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/task.hpp"
#include "providers/rules_condition.hpp"
#include "providers/rules_guards.hpp"

namespace torale::providers::rules {

// Bit n: part n, words first, then typed parts. Parts past 64 are not counted but do decide.
struct Match {
    bool holds = false;
    std::uint64_t satisfied = 0;
    const char* denial = nullptr;  // all parts are there, and yet
    // The bytes of the sentence between the first and the last part found in it; empty when all
    // of them stand in the title.
    std::size_t begin = 0;
    std::size_t end = 0;
};

class Matcher {
public:
    explicit Matcher(const Condition& condition) : condition_(condition) {}

    // Sentences that follow are of this source; its title may hold words of the condition.
    void open(const core::Source& source, core::Time now);
    Match match(std::string_view sentence);

private:
    bool may_hold(std::string_view sentence) const;
    void find_words(Match& match);
    void find_typed(Match& match);
    bool find_value(const TypedPart& part, Match& match);
    void note(std::size_t part, bool satisfied, Match& match);
    void widen(TokenSpan span, Match& match) const;
    const char* deny_word(const WordPart& part, const std::vector<Token>& tokens,
                          TokenSpan span) const;
    const char* deny_value(TokenSpan span) const;

    const Condition& condition_;
    core::Time reference_{};
    std::vector<bool> in_title_;
    std::uint64_t title_mask_ = 0;
    // First letters of the words that the title lacks: most sentences fail here, cheaply.
    std::vector<std::size_t> beginnings_;
    bool title_is_rumour_ = false;
    std::vector<Token> tokens_;
    std::vector<Value> values_;
    std::vector<TokenSpan> found_;  // all occurrences of words in this sentence
    bool complete_ = false;
};

// rules_satisfies.cpp: does this value, where it stands, satisfy the part?
struct Context {
    const std::vector<Token>& tokens;
    const std::vector<Value>& values;
    const std::vector<TokenSpan>& words;  // occurrences of the condition's words
    const Condition& condition;
    core::Time reference;
};
bool satisfies(const Context& context, const TypedPart& part, const Value& value);

// rules_occur.cpp: where a part's words stand.
std::vector<TokenSpan> find_occurrences(const std::vector<Token>& tokens, const WordPart& part);

}  // namespace torale::providers::rules
