// Finding words. Stemming is dear and most words are not it: two letters decide first.
#include <algorithm>

#include "providers/rules.hpp"
#include "providers/rules_match.hpp"

namespace torale::providers::rules {

namespace {

// A stem keeps the first letter of its word, and the second but for dying → die.
bool may_share_stem(std::string_view stemmed, std::string_view word) {
    if (stemmed.empty() || word.empty() || stemmed[0] != word[0]) return false;
    if (stemmed.size() < 2 || word.size() < 2) return true;
    return stemmed[1] == word[1] || (stemmed[1] == 'i' && word[1] == 'y');
}

// "postgresql" in "postgresql-15": a number after the hyphen is the name's version.
std::string_view without_version(std::string_view word) {
    const std::size_t hyphen = word.rfind('-');
    if (hyphen == std::string_view::npos || hyphen + 1 >= word.size()) return word;
    const std::string_view tail = word.substr(hyphen + 1);
    const bool numeric =
        std::all_of(tail.begin(), tail.end(), [](char c) { return is_digit(c) || c == '.'; });
    return numeric ? word.substr(0, hyphen) : word;
}

// "3.14" is also what "3.14.2" belongs to, but no release candidate of it.
bool is_same_series(std::string_view wanted, std::string_view word) {
    if (wanted.find('.') == std::string_view::npos || word.size() <= wanted.size() + 1)
        return false;
    if (word.substr(0, wanted.size()) != wanted || word[wanted.size()] != '.') return false;
    const auto version = parse_version(word);
    return version && !version->is_prerelease;
}

bool is_term(const Term& term, const Token& token) {
    if (!term.by_stem) {
        return token.folded == term.text || is_same_series(term.text, token.folded);
    }
    if (!may_share_stem(term.text, token.folded)) return false;
    return stem(without_version(token.folded)) == term.text;
}

bool is_version_word(std::string_view word) {
    return word == "version" || word == "v" || word == "release" || word == "series";
}

// The token after the phrase that begins at `at`, 0 for none.
std::size_t match_phrase(const std::vector<Token>& tokens, std::size_t at, const Phrase& phrase) {
    if (phrase.empty()) return 0;
    const int clause = tokens[at].clause;
    for (std::size_t i = 0; i < phrase.size(); ++i) {
        const bool numeric = i > 0 && !phrase[i].by_stem && is_digit(phrase[i].text[0]);
        if (numeric && at < tokens.size() && is_version_word(tokens[at].folded)) ++at;
        if (at >= tokens.size() || tokens[at].clause != clause) return 0;
        if (!is_term(phrase[i], tokens[at])) return 0;
        ++at;
    }
    return at;
}

}  // namespace

std::vector<TokenSpan> find_occurrences(const std::vector<Token>& tokens, const WordPart& part) {
    std::vector<TokenSpan> found;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        for (const Phrase& phrase : part.any_of) {
            const std::size_t end = match_phrase(tokens, at, phrase);
            if (end == 0) continue;
            found.push_back({at, end});
            break;
        }
    }
    return found;
}

}  // namespace torale::providers::rules
