// Which way a sentence points: the same words may say that something holds, that it does not,
// that it is over, or that it never was so.
#pragma once
#include <cstdint>
#include <vector>

#include "providers/rules_tokens.hpp"

namespace torale::agent {

struct Polarity {
    bool is_negated = false;
    bool is_withdrawn = false;  // denies, retracts, corrects
    bool is_put_off = false;    // postponed, moved to
    bool is_ended = false;      // cancelled, recalled, scrapped
    bool is_repeated = false;   // "again", "back in stock"
    // Bit n: a word of this end of axis n (in stock – sold out) stands there.
    std::uint32_t upper = 0;
    std::uint32_t lower = 0;
    bool operator==(const Polarity&) const = default;
};
Polarity read_polarity(const std::vector<providers::rules::Token>& tokens);

// What a later sentence does to an earlier one about the same subject. turned: a state that goes
// to and fro (stock, opening, direction); contradicts: both cannot be true; withdraws: it says that
// the earlier one was wrong.
enum class Turn { none, turned, contradicts, withdraws };
Turn turn_between(const Polarity& earlier, const Polarity& later);

}  // namespace torale::agent
