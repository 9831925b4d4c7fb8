// What words and values cannot decide is refused before any source is read: a wrong "no" would
// be silence about something that happened.
#include <algorithm>
#include <array>

#include "providers/rules_draft.hpp"

namespace torale::providers::rules {

namespace {

template <std::size_t n>
bool is_any(std::string_view word, const std::array<std::string_view, n>& known) {
    return std::find(known.begin(), known.end(), word) != known.end();
}

constexpr std::array<std::string_view, 17> negations{
    "not",    "no",    "never",   "neither", "nor",  "none",   "cannot",  "without",  "unless",
    "except", "lacks", "absence", "besides", "fail", "nobody", "nothing", "excluding"};
constexpr std::array<std::string_view, 8> causes{"because", "why",    "cause",   "causes",
                                                 "caused",  "reason", "reasons", "causing"};
constexpr std::array<std::string_view, 6> cause_phrases{"due to",   "thanks to", "as a result",
                                                        "leads to", "owing to",  "results in"};
constexpr std::array<std::string_view, 42> opinions{
    "good",      "better",      "best",          "bad",         "worse",       "worst",
    "great",     "should",      "worth",         "recommended", "recommend",   "popular",
    "important", "significant", "significantly", "interesting", "relevant",    "useful",
    "notable",   "favorable",   "favourable",    "promising",   "likely",      "unlikely",
    "probably",  "impressive",  "disappointing", "reasonable",  "acceptable",  "affordable",
    "cheap",     "expensive",   "credible",      "reliable",    "trustworthy", "meaningful",
    "think",     "believe",     "opinion",       "sentiment",   "considered",  "safe"};
constexpr std::array<std::string_view, 58> changes{
    "rise",     "rises",     "rose",      "risen",      "rising",   "fall",      "falls",
    "fell",     "fallen",    "falling",   "drop",       "drops",    "dropped",   "dropping",
    "increase", "increases", "increased", "increasing", "decrease", "decreases", "decreased",
    "decline",  "declines",  "declined",  "grow",       "grows",    "grew",      "growth",
    "grown",    "change",    "changes",   "changed",    "changing", "improve",   "improves",
    "improved", "worsen",    "worsens",   "worsened",   "shrink",   "shrinks",   "climb",
    "climbs",   "climbed",   "surge",     "surges",     "surged",   "plunge",    "plunges",
    "plunged",  "doubled",   "goes",      "go",         "went",     "crosses",   "hits",
    "reach",    "reached"};
// Only these carry a level and no change when nothing is compared: "tickets go on sale".
constexpr std::array<std::string_view, 7> level_verbs{"goes",    "go",    "went",   "hits",
                                                      "crosses", "reach", "reached"};
constexpr std::array<std::string_view, 22> comparatives{
    "cheaper", "higher",  "lower",     "faster",    "slower", "larger",   "smaller",  "bigger",
    "fewer",   "than",    "again",     "anymore",   "trend",  "trending", "compared", "differs",
    "differ",  "remains", "unchanged", "different", "longer", "stays"};
constexpr std::array<std::string_view, 9> quantifiers{
    "all", "every", "each", "most", "only", "both", "entire", "majority", "everyone"};
constexpr std::array<std::string_view, 3> orders{"before", "after", "until"};
constexpr std::array<std::string_view, 7> open_questions{"who", "what",  "which", "why",
                                                         "how", "where", "whose"};

std::string because(const char* what, std::string_view word) {
    return std::string(what) + ": \"" + std::string(word) + "\"";
}

bool is_negation(std::string_view word) {
    return is_any(word, negations) || (word.size() > 3 && (word.substr(word.size() - 3) == "n't"));
}

// A bound on a level ("drops below $500"), not on the size of the change ("drops by 5 %").
bool has_level_bound(const Draft& draft) {
    for (const TypedPart& part : draft.condition.typed) {
        const bool bound = part.compare != Compare::present && part.compare != Compare::equal;
        if (bound && part.kind != ValueKind::date) return true;
    }
    return false;
}

bool is_change_size(const Draft& draft, std::size_t at) {
    for (std::size_t i = at + 1; i < draft.tokens.size() && i <= at + 2; ++i) {
        if (draft.tokens[i].folded == "by" || draft.tokens[i].folded == "of") return true;
    }
    return false;
}

std::string refuse_change(Draft& draft, std::size_t at) {
    const std::string& word = draft.tokens[at].folded;
    if (!is_any(word, changes)) {
        return is_any(word, comparatives) ? because("it compares over time", word) : "";
    }
    if (is_any(word, level_verbs) || (has_level_bound(draft) && !is_change_size(draft, at))) {
        draft.used[at] = true;
        return "";
    }
    // "a price drop of more than 10 %": the sentence has to use the word itself.
    if (has_level_bound(draft)) return "";
    return because("it compares over time", word);
}

// "released or announced": one word on either side.
bool is_between_words(const Draft& draft, std::size_t at) {
    return at > 0 && at + 1 < draft.tokens.size() && !draft.used[at - 1] && !draft.used[at + 1] &&
           draft.tokens[at - 1].kind == Token::Kind::word &&
           draft.tokens[at + 1].kind == Token::Kind::word;
}

std::string refuse_word(Draft& draft, std::size_t at) {
    const std::string& word = draft.tokens[at].folded;
    if (is_negation(word)) return because("it is a negation", word);
    if (is_any(word, causes)) return because("it asks for a cause", word);
    for (const std::string_view phrase : cause_phrases) {
        if (draft.match(at, phrase) > 0) return because("it asks for a cause", phrase);
    }
    if (is_any(word, opinions)) return because("it asks for an opinion", word);
    if (is_any(word, quantifiers)) return because("it speaks about all of something", word);
    if (is_any(word, orders)) return because("it orders events in time", word);
    if (word == "or" && !is_between_words(draft, at)) {
        return because("it has alternatives that are more than single words", word);
    }
    return refuse_change(draft, at);
}

}  // namespace

void refuse_undecidable(Draft& draft) {
    std::string& refusal = draft.condition.refusal;
    bool begins = true;
    for (std::size_t at = 0; at < draft.tokens.size() && refusal.empty(); ++at) {
        if (!draft.is_plain(at)) continue;
        const std::string& word = draft.tokens[at].folded;
        if (begins && is_any(word, open_questions) && draft.condition.typed.empty()) {
            refusal = because("it is an open question", word);
            return;
        }
        begins = false;
        refusal = refuse_word(draft, at);
    }
}

}  // namespace torale::providers::rules
