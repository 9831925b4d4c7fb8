// Reads a condition in the order in which its words explain each other.
#include "providers/rules_condition.hpp"

#include <algorithm>

#include "providers/rules.hpp"
#include "providers/rules_draft.hpp"

namespace torale::providers::rules {

bool Condition::asks(ValueKind kind) const {
    return std::any_of(typed.begin(), typed.end(),
                       [kind](const TypedPart& part) { return part.kind == kind; });
}

bool Condition::has_word(std::string_view stemmed) const {
    return std::any_of(words.begin(), words.end(), [stemmed](const WordPart& part) {
        return std::any_of(part.any_of.begin(), part.any_of.end(), [stemmed](const Phrase& phrase) {
            return phrase.size() == 1 && phrase[0].text == stemmed;
        });
    });
}

std::size_t Draft::match(std::size_t at, std::string_view phrase) const {
    std::size_t count = 0;
    while (!phrase.empty()) {
        const std::size_t end = std::min(phrase.find(' '), phrase.size());
        if (at + count >= tokens.size() || used[at + count]) return 0;
        if (tokens[at + count].folded != phrase.substr(0, end)) return 0;
        phrase.remove_prefix(std::min(end + 1, phrase.size()));
        ++count;
    }
    return count;
}

bool Draft::is_plain(std::size_t at) const {
    return at < tokens.size() && !used[at] && tokens[at].kind == Token::Kind::word &&
           (at == 0 || !tokens[at].is_capital);
}

void Draft::take(std::size_t begin, std::size_t end) {
    std::fill(used.begin() + static_cast<std::ptrdiff_t>(begin),
              used.begin() + static_cast<std::ptrdiff_t>(end), true);
}

std::string_view Draft::slice(std::size_t begin, std::size_t end) const {
    const Token& last = tokens[end - 1];
    return text.substr(tokens[begin].offset, last.offset + last.raw.size() - tokens[begin].offset);
}

namespace {

bool mentions(const Draft& draft, std::initializer_list<std::string_view> words) {
    return std::any_of(draft.tokens.begin(), draft.tokens.end(), [words](const Token& token) {
        return std::find(words.begin(), words.end(), token.folded) != words.end();
    });
}

}  // namespace

Condition parse_condition(std::string_view text, core::Time now) {
    Draft draft;
    draft.text = text;
    draft.now = now;
    draft.tokens = tokenize(text);
    draft.values = find_values(draft.tokens, now);
    draft.used.assign(draft.tokens.size(), false);
    draft.condition.speaks_of_future =
        mentions(draft, {"will", "shall", "planned", "scheduled", "upcoming"});
    draft.condition.speaks_of_rumours = mentions(
        draft, {"rumor", "rumors", "rumored", "rumour", "rumours", "rumoured", "leak", "leaks",
                "leaked", "reportedly", "expected", "speculation", "forecast", "might", "could"});
    draft.condition.speaks_of_prereleases = mentions(
        draft,
        {"beta", "alpha", "rc", "preview", "prerelease", "pre-release", "nightly", "candidate"});
    take_requests(draft);
    take_bounds(draft);
    take_nouns(draft);
    refuse_undecidable(draft);
    if (!draft.condition.refusal.empty()) return draft.condition;
    take_words(draft);
    Condition& condition = draft.condition;
    if (condition.refusal.empty() && condition.words.empty() && condition.typed.empty()) {
        condition.refusal = "it names nothing to look for";
    }
    return condition;
}

}  // namespace torale::providers::rules
