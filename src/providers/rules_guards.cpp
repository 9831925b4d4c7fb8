// Word lists and how far they reach. A guard that reaches too far only costs a finding; one
// that is missing tells the user something untrue.
#include "providers/rules_guards.hpp"

#include <algorithm>
#include <array>

#include "providers/rules.hpp"

namespace torale::providers::rules {

namespace {

template <std::size_t n>
bool is_any(std::string_view word, const std::array<std::string_view, n>& known) {
    return std::find(known.begin(), known.end(), word) != known.end();
}

// How many words before a part a negation or a doubt still concerns it.
constexpr std::size_t reach = 6;
constexpr std::size_t future_reach = 4;

constexpr std::array<std::string_view, 23> negators{
    "not",    "no",     "never",   "neither", "nor",     "none",     "cannot",  "without",
    "denied", "deny",   "denies",  "lacks",   "lacking", "nobody",   "nothing", "unaffected",
    "fails",  "failed", "refused", "refuses", "untrue",  "declined", "unable"};
constexpr std::array<std::string_view, 33> doubts{
    "could",    "might",       "would",       "should",   "may",      "expected",  "expects",
    "expect",   "anticipated", "anticipates", "likely",   "possibly", "perhaps",   "maybe",
    "probably", "potentially", "predicted",   "predicts", "forecast", "forecasts", "projected",
    "hopes",    "hoped",       "considering", "if",       "whether",  "unless",    "proposed",
    "claims",   "claimed",     "suggests",    "hints",    "tipped"};
// These also follow what they doubt: "a June 5 launch is likely".
constexpr std::array<std::string_view, 6> late_doubts{"expected", "likely",      "possible",
                                                      "rumored",  "anticipated", "rumoured"};
constexpr std::array<std::string_view, 25> rumours{
    "rumor",       "rumors",      "rumored",   "rumour",      "rumours",
    "rumoured",    "reportedly",  "allegedly", "alleged",     "supposedly",
    "unconfirmed", "speculation", "speculate", "speculates",  "speculated",
    "speculative", "leak",        "leaks",     "leaked",      "leaker",
    "leakers",     "tipster",     "purported", "purportedly", "prediction"};
constexpr std::array<std::string_view, 18> reversals{
    "cancelled", "canceled", "postponed", "scrapped", "withdrawn", "hoax",
    "debunked",  "untrue",   "retracted", "disputed", "delayed",   "fake",
    "reverted",  "aborted",  "abandoned", "shelved",  "suspended", "deferred"};
constexpr std::array<std::string_view, 16> prereleases{
    "beta",        "betas",     "alpha",      "rc",      "rc1",      "rc2",
    "rc3",         "rc4",       "preview",    "nightly", "snapshot", "prerelease",
    "pre-release", "candidate", "candidates", "beta1"};
constexpr std::array<std::string_view, 6> releases{"releas", "avail",   "launch",
                                                   "ship",   "publish", "download"};
constexpr std::array<std::string_view, 7> harmless{
    "affected", "vulnerable", "applicable", "exploitable", "impacted", "relevant", "affecting"};
// What maintainers do with an old fix.
constexpr std::array<std::string_view, 26> upkeep{
    "drop",     "dropped",   "drops",     "dropping",      "remove",  "removed", "removes",
    "removing", "refresh",   "refreshed", "rebase",        "rebased", "revert",  "reverts",
    "rename",   "renamed",   "disable",   "reword",        "delete",  "deleted", "unapply",
    "mention",  "reference", "document",  "retroactively", "annotate"};

bool is_number_sign(const std::vector<Token>& tokens, std::size_t at) {
    // "No. 5" counts.
    return at + 1 < tokens.size() && tokens[at + 1].kind == Token::Kind::number &&
           tokens[at].folded == "no" && tokens[at].is_capital;
}

bool is_negator(const std::vector<Token>& tokens, std::size_t at) {
    const std::string& word = tokens[at].folded;
    const std::string_view next =
        at + 1 < tokens.size() ? std::string_view(tokens[at + 1].folded) : "";
    if (word == "not" && (next == "only" || next == "just")) return false;
    if (word == "no" && (next == "doubt" || next == "later" || is_number_sign(tokens, at))) {
        return false;
    }
    if (word == "yet" && next == "to") return true;
    if (word.size() > 3 && word.compare(word.size() - 3, 3, "n't") == 0) return true;
    return is_any(word, negators);
}

// "May" the month is written with a capital.
bool is_doubt(const std::vector<Token>& tokens, std::size_t at) {
    const Token& token = tokens[at];
    if (token.folded == "may" && token.is_capital && at > 0) return false;
    return is_any(token.folded, doubts) || is_any(token.folded, rumours);
}

bool is_future(const std::vector<Token>& tokens, std::size_t at) {
    const std::string& word = tokens[at].folded;
    const std::string_view next =
        at + 1 < tokens.size() ? std::string_view(tokens[at + 1].folded) : "";
    if (word == "will" || word == "shall" || word == "upcoming") return true;
    if (word.size() > 3 && word.compare(word.size() - 3, 3, "'ll") == 0) return true;
    if (next != "to") return word == "to" && next == "be";
    for (const std::string_view before :
         {"going", "set", "scheduled", "plans", "planned", "plan", "about", "planning", "intends",
          "aims", "ready", "due", "wants", "slated"}) {
        if (word == before) return true;
    }
    return false;
}

// Calls `is` for the tokens before the span that are in its clause, nearest first.
template <class Is>
bool any_before(const std::vector<Token>& tokens, TokenSpan span, std::size_t words, Is is) {
    const int clause = tokens[span.begin].clause;
    for (std::size_t back = 1; back <= words && back <= span.begin; ++back) {
        const std::size_t at = span.begin - back;
        if (tokens[at].clause != clause) return false;
        if (is(tokens, at)) return true;
    }
    return false;
}

bool contains(const std::vector<Token>& tokens, std::string_view word) {
    return std::any_of(tokens.begin(), tokens.end(),
                       [word](const Token& token) { return token.folded == word; });
}

template <std::size_t n>
bool contains_any(const std::vector<Token>& tokens, const std::array<std::string_view, n>& words) {
    return std::any_of(tokens.begin(), tokens.end(),
                       [&words](const Token& token) { return is_any(token.folded, words); });
}

bool is_harmless(const std::vector<Token>& tokens) {
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (!is_any(tokens[at].folded, harmless)) continue;
        if (any_before(tokens, {at, at + 1}, 2, is_negator)) return true;
    }
    return false;
}

bool begins_with_upkeep(const std::vector<Token>& tokens) {
    const std::size_t first_words = std::min<std::size_t>(tokens.size(), 2);
    for (std::size_t at = 0; at < first_words; ++at) {
        if (is_any(tokens[at].folded, upkeep)) return true;
    }
    return false;
}

// "The fix for CVE-… was too strict", "introduced by the changes made for CVE-…": the id names
// an earlier event. "Backport the fix for CVE-…" does not.
bool is_earlier_fix(const std::vector<Token>& tokens, std::size_t article) {
    constexpr std::array<std::string_view, 6> fixes{"fix",     "fixes",  "patch",
                                                    "patches", "change", "changes"};
    constexpr std::array<std::string_view, 6> links{"by", "after", "from",
                                                    "in", "since", "following"};
    if (tokens[article].folded != "the") return false;
    if (article > 0 && !is_any(tokens[article - 1].folded, links)) return false;
    bool is_fix = false;
    for (std::size_t at = article + 1; at < tokens.size() && at <= article + 4; ++at) {
        const std::string& word = tokens[at].folded;
        if (is_fix && (word == "for" || word == "of" || word == "to")) return true;
        is_fix = is_fix || is_any(word, fixes);
    }
    return false;
}

bool is_after_earlier_fix(const std::vector<Token>& tokens) {
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (is_earlier_fix(tokens, at)) return true;
    }
    return false;
}

bool is_follow_up(const std::vector<Token>& tokens) {
    return contains(tokens, "follow-up") || contains(tokens, "followup") ||
           contains(tokens, "follow-ups") || contains(tokens, "followups");
}

const char* deny_cve(const std::vector<Token>& tokens) {
    if (contains(tokens, "regression") || contains(tokens, "regressions")) {
        return "it is about a regression of a fix";
    }
    if (is_harmless(tokens) || contains(tokens, "unaffected")) return "it says: not affected";
    if (begins_with_upkeep(tokens)) return "it is upkeep of an earlier fix";
    if (is_after_earlier_fix(tokens) || is_follow_up(tokens)) return "it is about an earlier fix";
    if (contains(tokens, "changelog") || contains(tokens, "changelogs")) {
        return "it is about the changelog itself";
    }
    return nullptr;
}

bool speaks_of_release(const Condition& condition) {
    if (condition.asks(ValueKind::version)) return true;
    return std::any_of(releases.begin(), releases.end(),
                       [&condition](std::string_view word) { return condition.has_word(word); });
}

bool condition_has(const Condition& condition, std::string_view word) {
    return condition.has_word(stem(word));
}

}  // namespace

bool is_negated(const std::vector<Token>& tokens, TokenSpan span) {
    return any_before(tokens, span, reach, is_negator);
}

bool is_doubted(const std::vector<Token>& tokens, TokenSpan span) {
    if (any_before(tokens, span, reach, is_doubt)) return true;
    for (std::size_t at = span.end; at < tokens.size() && at < span.end + 4; ++at) {
        if (tokens[at].clause != tokens[span.begin].clause) return false;
        if (is_any(tokens[at].folded, late_doubts)) return true;
    }
    return false;
}

bool is_to_come(const std::vector<Token>& tokens, TokenSpan span) {
    return any_before(tokens, span, future_reach, is_future);
}

const char* find_denial(const std::vector<Token>& tokens, const Condition& condition) {
    if (!tokens.empty() && tokens.back().folded == "?") return "it is a question";
    if (condition.asks(ValueKind::cve)) return deny_cve(tokens);
    if (!condition.speaks_of_rumours && contains_any(tokens, rumours)) return "it is a rumour";
    for (const Token& token : tokens) {
        if (is_any(token.folded, reversals) && !condition_has(condition, token.folded)) {
            return "it takes the event back";
        }
    }
    if (!condition.speaks_of_prereleases && speaks_of_release(condition) &&
        contains_any(tokens, prereleases)) {
        return "it is about a prerelease";
    }
    return nullptr;
}

bool is_rumour(const std::vector<Token>& title) {
    return contains_any(title, rumours);
}

}  // namespace torale::providers::rules
