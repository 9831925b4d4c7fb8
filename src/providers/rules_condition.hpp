// A condition as parts that one sentence must satisfy, or the reason why it cannot be decided.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "providers/rules_values.hpp"

namespace torale::providers::rules {

// One word as it is compared: by stem, or as it is written when it has digits or signs.
struct Term {
    std::string text;
    bool by_stem = true;
    bool operator==(const Term&) const = default;
};
using Phrase = std::vector<Term>;  // consecutive words

struct WordPart {
    std::vector<Phrase> any_of;
    std::string shown;
    bool is_name = false;      // written with a capital: no verb that "will" could put off
    bool in_sentence = false;  // the title does not do (a CVE id)
};

enum class Compare { present, less, less_equal, greater, greater_equal, equal, within };

struct TypedPart {
    ValueKind kind = ValueKind::number;
    Compare compare = Compare::present;
    Value low;  // the bound; for `within` the lower end
    Value high;
    bool needs_day = false;  // "a specific date": month and year are not enough
    std::string shown;
};

struct Condition {
    std::vector<WordPart> words;
    std::vector<TypedPart> typed;
    // "" when it can be decided, else one clause: "it is a negation: \"not\"".
    std::string refusal;
    bool speaks_of_future = false;
    bool speaks_of_rumours = false;
    bool speaks_of_prereleases = false;

    bool asks(ValueKind kind) const;
    bool has_word(std::string_view stem) const;
};

// `now` gives "this year" and years left out their meaning.
Condition parse_condition(std::string_view text, core::Time now);

}  // namespace torale::providers::rules
