// The rule itself: every part in one sentence, words also in the title, nothing taking it back.
#include "providers/rules_match.hpp"

#include <algorithm>
#include <optional>

#include "providers/rules.hpp"

namespace torale::providers::rules {

namespace {

// Case-insensitive, for "cve-": most sentences end here.
bool has_cve_prefix(std::string_view text) {
    for (std::size_t at = text.find('-'); at != std::string_view::npos;
         at = text.find('-', at + 1)) {
        if (at >= 3 && (text[at - 3] | 32) == 'c' && (text[at - 2] | 32) == 'v' &&
            (text[at - 1] | 32) == 'e') {
            return true;
        }
    }
    return false;
}

constexpr std::size_t pair_of(char first, char second) {
    return static_cast<std::size_t>(first - 'a') * 26 + static_cast<std::size_t>(second - 'a');
}
bool is_small(char c) {
    return c >= 'a' && c <= 'z';
}

// The first two letters of a word that every text with this part has; nothing when there may be
// several beginnings, or one that is no plain letter.
std::optional<std::size_t> beginning_of(const WordPart& part) {
    std::optional<std::size_t> beginning;
    for (const Phrase& phrase : part.any_of) {
        if (phrase.empty() || phrase[0].text.size() < 2) return std::nullopt;
        const std::string& text = phrase[0].text;
        // A stem in "i" may be of a word in "y".
        if (!is_small(text[0]) || !is_small(text[1]) || text[1] == 'i') return std::nullopt;
        const std::size_t pair = pair_of(text[0], text[1]);
        if (beginning && *beginning != pair) return std::nullopt;
        beginning = pair;
    }
    return beginning;
}

bool has_beginning(std::string_view text, std::size_t pair) {
    bool in_word = false;
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
        const char first = static_cast<char>(text[at] | 32);
        const bool is_letter = is_small(first);
        if (is_letter && !in_word) {
            const char second = static_cast<char>(text[at + 1] | 32);
            if (is_small(second) && pair_of(first, second) == pair) return true;
        }
        // What is not ASCII may fold to any letter.
        if (static_cast<signed char>(text[at]) < 0) return true;
        in_word = is_letter;
    }
    return false;
}

bool is_telling(const WordPart& part) {
    for (const Phrase& phrase : part.any_of) {
        if (phrase.size() != 1) continue;
        for (const std::string_view known : {"announc", "confirm", "reveal", "unveil", "disclos"}) {
            if (phrase[0].text == known) return true;
        }
    }
    return false;
}

}  // namespace

void Matcher::open(const core::Source& source, core::Time now) {
    reference_ = source.published_at.value_or(now);
    const std::vector<Token> title = tokenize(source.title);
    const bool is_question = !title.empty() && title.back().folded == "?";
    in_title_.assign(condition_.words.size(), false);
    for (std::size_t i = 0; i < condition_.words.size(); ++i) {
        const WordPart& part = condition_.words[i];
        const bool asked_about = !part.is_name && !condition_.asks(ValueKind::cve) && is_question;
        if (part.in_sentence || asked_about) continue;
        for (const TokenSpan span : find_occurrences(title, part)) {
            in_title_[i] = in_title_[i] || deny_word(part, title, span) == nullptr;
        }
    }
    title_mask_ = 0;
    beginnings_.clear();
    for (std::size_t i = 0; i < condition_.words.size(); ++i) {
        if (in_title_[i] && i < 64) title_mask_ |= std::uint64_t{1} << i;
        const auto beginning = beginning_of(condition_.words[i]);
        if (!in_title_[i] && beginning) beginnings_.push_back(*beginning);
    }
    title_is_rumour_ =
        !condition_.speaks_of_rumours && !condition_.asks(ValueKind::cve) && is_rumour(title);
}

bool Matcher::may_hold(std::string_view sentence) const {
    if (condition_.asks(ValueKind::cve) && !has_cve_prefix(sentence)) return false;
    for (const std::size_t pair : beginnings_) {
        if (!has_beginning(sentence, pair)) return false;
    }
    // Months may come without a digit; all other values have one.
    const bool needs_digit =
        std::any_of(condition_.typed.begin(), condition_.typed.end(),
                    [](const TypedPart& part) { return part.kind != ValueKind::date; });
    return !needs_digit || std::any_of(sentence.begin(), sentence.end(), is_digit);
}

void Matcher::note(std::size_t part, bool satisfied, Match& match) {
    complete_ = complete_ && satisfied;
    if (satisfied && part < 64) match.satisfied |= std::uint64_t{1} << part;
}

void Matcher::widen(TokenSpan span, Match& match) const {
    const Token& last = tokens_[span.end - 1];
    const std::size_t begin = tokens_[span.begin].offset;
    const std::size_t end = last.offset + last.raw.size();
    if (match.end == 0) {
        match.begin = begin;
        match.end = end;
    }
    match.begin = std::min(match.begin, begin);
    match.end = std::max(match.end, end);
}

// Nullptr when the occurrence stands.
const char* Matcher::deny_word(const WordPart& part, const std::vector<Token>& tokens,
                               TokenSpan span) const {
    if (is_negated(tokens, span)) return "it is negated";
    if (condition_.asks(ValueKind::cve)) return nullptr;
    if (!condition_.speaks_of_rumours && is_doubted(tokens, span)) return "it is uncertain";
    // A date that is asked for may lie ahead; its announcement may not.
    const bool may_lie_ahead = part.is_name || condition_.speaks_of_future ||
                               (condition_.asks(ValueKind::date) && !is_telling(part));
    return !may_lie_ahead && is_to_come(tokens, span) ? "it is still to come" : nullptr;
}

const char* Matcher::deny_value(TokenSpan span) const {
    if (is_negated(tokens_, span)) return "it is negated";
    return !condition_.speaks_of_rumours && is_doubted(tokens_, span) ? "it is uncertain" : nullptr;
}

// What is there but denied is noted as there: the denial explains more than "missing" would.
void Matcher::find_words(Match& match) {
    found_.clear();
    for (std::size_t i = 0; i < condition_.words.size(); ++i) {
        const WordPart& part = condition_.words[i];
        const std::vector<TokenSpan> spans = find_occurrences(tokens_, part);
        found_.insert(found_.end(), spans.begin(), spans.end());
        const char* denial = nullptr;
        bool stands = false;
        for (const TokenSpan span : spans) {
            const char* denied = deny_word(part, tokens_, span);
            if (denied != nullptr) {
                denial = denied;
                continue;
            }
            stands = true;
            widen(span, match);
            break;
        }
        if (!stands && denial != nullptr) match.denial = denial;
        note(i, !spans.empty() || in_title_[i], match);
    }
}

bool Matcher::find_value(const TypedPart& part, Match& match) {
    const Context context{tokens_, values_, found_, condition_, reference_};
    const char* denial = nullptr;
    for (const Value& value : values_) {
        if (!satisfies(context, part, value)) continue;
        const TokenSpan span{value.begin, value.end};
        const char* denied = deny_value(span);
        if (denied == nullptr) {
            widen(span, match);
            return true;
        }
        denial = denied;
    }
    if (denial != nullptr) match.denial = denial;
    return denial != nullptr;
}

void Matcher::find_typed(Match& match) {
    if (condition_.typed.empty()) return;
    values_ = find_values(tokens_, reference_);
    for (std::size_t i = 0; i < condition_.typed.size(); ++i) {
        note(condition_.words.size() + i, find_value(condition_.typed[i], match), match);
    }
}

Match Matcher::match(std::string_view sentence) {
    Match match;
    if (!may_hold(sentence)) {
        match.satisfied = title_mask_;
        return match;
    }
    tokens_ = tokenize(sentence);
    complete_ = true;
    find_words(match);
    find_typed(match);
    if (!complete_) {
        match.denial = nullptr;
        return match;
    }
    if (match.denial == nullptr && title_is_rumour_) match.denial = "its title tells a rumour";
    if (match.denial == nullptr) match.denial = find_denial(tokens_, condition_);
    match.holds = match.denial == nullptr;
    return match;
}

}  // namespace torale::providers::rules
