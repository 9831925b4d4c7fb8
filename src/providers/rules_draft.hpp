// A condition while it is being read: each step takes the tokens it understands.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "providers/rules_condition.hpp"

namespace torale::providers::rules {

struct Draft {
    std::string_view text;
    core::Time now{};
    std::vector<Token> tokens;
    std::vector<Value> values;
    std::vector<bool> used;
    Condition condition;

    // How many tokens from `at` on read as `phrase`, words parted by one blank; 0 for none.
    std::size_t match(std::size_t at, std::string_view phrase) const;
    // True for an unused word that is no name: written small, or the first one.
    bool is_plain(std::size_t at) const;
    void take(std::size_t begin, std::size_t end);
    std::string_view slice(std::size_t begin, std::size_t end) const;
};

// rules_bounds.cpp: "below $500", "version 3.2 or later", "before June 2026", "a date".
void take_bounds(Draft& draft);
void take_nouns(Draft& draft);
// rules_refusal.cpp: fills condition.refusal; takes words of change that a bound explains
// ("drops below $500").
void refuse_undecidable(Draft& draft);
// rules_words.cpp: what is left are words to look for.
void take_requests(Draft& draft);
void take_words(Draft& draft);

}  // namespace torale::providers::rules
