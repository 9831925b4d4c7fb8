// Word lists. A word too many costs a message that repeats, one that is missing loses an event.
#include "agent/polarity.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace torale::agent {

namespace {

using providers::rules::Token;
using Words = std::vector<std::string_view>;

struct Axis {
    bool goes_to_and_fro = false;
    Words upper;
    Words lower;
};

const std::vector<Axis>& axes() {
    static const std::vector<Axis> known{
        {true,
         {"in stock", "available", "restocked", "restocks", "back in stock"},
         {"sold out", "out of stock", "unavailable", "discontinued", "backordered", "sells out"}},
        {true,
         {"open", "opens", "opened", "opening", "reopens", "reopened", "resumes", "resumed"},
         {"closed", "closes", "closing", "closure", "shut", "shuts", "suspended", "suspends",
          "halted"}},
        {true,
         {"rises", "rise", "rose", "risen", "increases", "increased", "raises", "raised", "higher",
          "climbs", "climbed", "jumps", "jumped", "gains", "up"},
         {"falls", "fall", "fell", "fallen", "decreases", "decreased", "cuts", "cut", "lowers",
          "lowered", "lower", "drops", "dropped", "declines", "declined", "down"}},
        {false,
         {"approved", "approves", "accepted", "accepts", "passes", "passed", "upheld", "granted",
          "grants", "wins", "won", "signed", "signs", "confirmed", "confirms"},
         {"rejected", "rejects", "refused", "refuses", "vetoed", "vetoes", "blocked", "blocks",
          "overturned", "loses", "lost", "struck down", "declined", "fails", "failed"}},
        {false, {"guilty", "convicted"}, {"acquitted", "cleared", "innocent"}},
        {false,
         {"on track", "on schedule", "as planned", "go ahead", "goes ahead"},
         {"behind schedule", "off track"}},
        {true, {"imposed", "imposes", "banned", "bans"}, {"lifted", "lifts", "unbanned"}},
        {true,
         {"online", "operational", "restored", "working"},
         {"offline", "outage", "broken", "down for"}},
    };
    return known;
}

const Words& negators() {
    static const Words known{"not",     "no",   "never",  "neither", "nor",     "none",
                             "without", "none", "cannot", "nobody",  "nothing", "nowhere"};
    return known;
}
const Words& withdrawals() {
    static const Words known{"denies",      "denied",     "deny",        "denial",     "retracts",
                             "retracted",   "retraction", "withdraws",   "withdrew",   "withdrawn",
                             "corrects",    "corrected",  "correction",  "erratum",    "disputes",
                             "refutes",     "refuted",    "false",       "untrue",     "hoax",
                             "debunked",    "mistaken",   "erroneously", "apologises", "apologizes",
                             "apologised",  "fake",       "in error",    "clarifies",  "erroneous",
                             "incorrectly", "incorrect",  "misstated"};
    return known;
}
const Words& delays() {
    static const Words known{
        "delayed",  "delays",          "delay",       "postponed",   "postpones", "deferred",
        "moved to", "moves to",        "rescheduled", "pushed",      "pushes",    "put off",
        "slips",    "brought forward", "moved from",  "reschedules", "later than"};
    return known;
}
const Words& ends() {
    static const Words known{"cancelled", "canceled", "cancels", "scrapped", "scraps",
                             "recalled",  "recalls",  "recall",  "shelved",  "shelves",
                             "abandoned", "abandons", "aborted", "reverted", "called off",
                             "calls off", "pulled",   "revoked", "revokes",  "terminated",
                             "axed",      "cancel"};
    return known;
}
const Words& repeats() {
    static const Words known{"again",     "back in stock", "restocked", "reopens", "reopened",
                             "once more", "returns",       "returned",  "resumes", "resumed"};
    return known;
}

// `phrase`: words with one blank between them.
bool begins_at(const std::vector<Token>& tokens, std::size_t at, std::string_view phrase) {
    for (; at < tokens.size(); ++at) {
        const std::size_t blank = phrase.find(' ');
        if (tokens[at].folded != phrase.substr(0, blank)) return false;
        if (blank == std::string_view::npos) return true;
        phrase.remove_prefix(blank + 1);
    }
    return false;
}

bool is_negator(const std::vector<Token>& tokens, std::size_t at) {
    const std::string& word = tokens[at].folded;
    const std::string_view next =
        at + 1 < tokens.size() ? std::string_view(tokens[at + 1].folded) : "";
    if (next == "only" || next == "just" || next == "later" || next == "doubt") return false;
    if (word == "no" && (next == "change" || next == "changes")) return false;
    if (word == "no" && tokens[at].is_capital && at + 1 < tokens.size() &&
        tokens[at + 1].kind == Token::Kind::number) {
        return false;  // "No. 5"
    }
    if (word.size() > 3 && word.compare(word.size() - 3, 3, "n't") == 0) return true;
    if (word.size() > 5 && word.compare(word.size() - 5, 5, "n’t") == 0) return true;
    return std::find(negators().begin(), negators().end(), word) != negators().end();
}

}  // namespace

Polarity read_polarity(const std::vector<Token>& tokens) {
    Polarity found;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        const auto stands = [&](const Words& words) {
            return std::any_of(words.begin(), words.end(), [&](std::string_view phrase) {
                return begins_at(tokens, at, phrase);
            });
        };
        if (is_negator(tokens, at)) {
            found.is_negated = true;
            continue;
        }
        found.is_withdrawn |= stands(withdrawals());
        found.is_put_off |= stands(delays());
        found.is_ended |= stands(ends());
        found.is_repeated |= stands(repeats());
        for (std::size_t i = 0; i < axes().size(); ++i) {
            // "out of stock" ends where "in stock" would; the longer reading is the lower one.
            if (stands(axes()[i].lower)) {
                found.lower |= 1U << i;
            } else if (stands(axes()[i].upper)) {
                found.upper |= 1U << i;
            }
        }
    }
    return found;
}

Turn turn_between(const Polarity& earlier, const Polarity& later) {
    if (later.is_withdrawn && !earlier.is_withdrawn) return Turn::withdraws;
    const bool same_sign = later.is_negated == earlier.is_negated;
    for (std::size_t i = 0; i < axes().size(); ++i) {
        const std::uint32_t bit = 1U << i;
        // A sentence that names both ends compares them, and says nothing by itself.
        if (((earlier.upper & earlier.lower) | (later.upper & later.lower)) & bit) continue;
        const bool flips = ((earlier.upper & later.lower) | (earlier.lower & later.upper)) & bit;
        const bool stays = ((earlier.upper & later.upper) | (earlier.lower & later.lower)) & bit;
        // "not available" beside "unavailable": two differences that cancel each other.
        if (flips && !same_sign) return Turn::none;
        if (flips || (stays && !same_sign)) {
            return axes()[i].goes_to_and_fro ? Turn::turned : Turn::contradicts;
        }
    }
    if (!same_sign || later.is_ended != earlier.is_ended ||
        earlier.is_withdrawn != later.is_withdrawn) {
        return Turn::contradicts;
    }
    if (later.is_put_off && !earlier.is_put_off) return Turn::turned;
    return later.is_repeated && !earlier.is_repeated ? Turn::turned : Turn::none;
}

}  // namespace torale::agent
