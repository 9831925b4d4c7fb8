// The event layer. Nominated from 0.35 on, the same only from 0.5 on with four shared words and no
// guard against it; measured on the table of dedupe_test.cpp.
#include "agent/likeness.hpp"

#include <algorithm>
#include <chrono>

#include "core/similarity.hpp"
#include "core/text.hpp"

namespace torale::agent {

namespace {

using Kind = Likeness::Kind;
using providers::rules::ValueKind;

constexpr double nominate_min = 0.35;
constexpr double same_min = 0.5;
constexpr std::size_t shared_words_min = 4;
// Share of the new claim's words that the told finding has: less adds something.
constexpr double cover_min = 0.75;
constexpr double cover_of_equal_facts_min = 0.6;
constexpr double cover_of_a_language_min = 0.5;
// So many words that nobody was told are a fact of their own.
constexpr std::size_t added_words_max = 2;
constexpr std::size_t subject_words_min = 2;
// The same sentence so much later, in another page, is perhaps the next event of its kind.
constexpr std::chrono::days recurrence_min{20};
// A state that is reached again: a copy of the first report comes within these.
constexpr std::chrono::days return_min{2};

using Words = std::set<std::string>;

std::size_t count_shared(const Words& a, const Words& b) {
    return static_cast<std::size_t>(std::count_if(
        a.begin(), a.end(), [&](const std::string& word) { return b.contains(word); }));
}

bool has_foreign_name(const Statement& statement, const Claim& other) {
    return std::any_of(statement.names.begin(), statement.names.end(), [&](const std::string& n) {
        return !other.quote.words.contains(n) && !other.title.words.contains(n);
    });
}

bool is_foreign(const std::string& opening, const Claim& other) {
    return !opening.empty() && !other.quote.words.contains(opening) &&
           !other.title.words.contains(opening);
}

// Versions and CVE ids that titles disagree on: another entry of the same changelog.
bool titles_conflict(const Claim& now, const Claim& told) {
    bool both = false;
    for (const ValueKind kind : {ValueKind::version, ValueKind::cve}) {
        const auto is_kind = [&](const Fact& fact) { return fact.kind == kind; };
        const auto& a = now.title.facts;
        const auto& b = told.title.facts;
        if (std::none_of(a.begin(), a.end(), is_kind) || std::none_of(b.begin(), b.end(), is_kind))
            continue;
        both = true;
        if (std::any_of(a.begin(), a.end(),
                        [&](const Fact& fact) { return is_kind(fact) && is_among(fact, b); })) {
            return false;
        }
    }
    return both;
}

// `part` stands in `whole` and no number runs on beyond it ("version 3" in "version 3.1").
bool stands_in(const std::string& part, const std::string& whole) {
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<signed char>(c) < 0;
    };
    for (std::size_t at = 0; (at = whole.find(part, at)) != std::string::npos; ++at) {
        const std::size_t end = at + part.size();
        const bool begins = at == 0 || !is_word(whole[at - 1]);
        const bool runs_on = end < whole.size() && (is_word(whole[end]) || is_word(part.back())) &&
                             (is_word(whole[end]) || (whole[end] == '.' && end + 1 < whole.size() &&
                                                      is_word(whole[end + 1])));
        if (begins && !runs_on) return true;
    }
    return false;
}

bool names_a_day(const Statement& statement) {
    return std::any_of(statement.facts.begin(), statement.facts.end(),
                       [](const Fact& fact) { return fact.kind == ValueKind::date; });
}

// The day on which the other one was reported.
bool is_day_of(const Fact& fact, const std::optional<core::Time>& published_at) {
    return fact.kind == ValueKind::date && fact.first == fact.last && published_at &&
           std::chrono::floor<std::chrono::days>(*published_at) == fact.first;
}

bool is_recurrence(const Claim& now, const Claim& told) {
    if (!now.published_at || !told.published_at) return false;
    const auto later = *now.published_at - *told.published_at;
    // "Back in stock" for the second time; its day is in the report's date, not in its words.
    if (now.quote.polarity.is_repeated && later > return_min && !names_a_day(now.quote)) {
        return true;
    }
    if (!now.quote.facts.empty()) return false;
    if (core::fingerprints_are_near(now.fingerprint, told.fingerprint)) return false;
    return now.title.folded != told.title.folded && later > recurrence_min;
}

bool has_changed_since(const Claim& now, const Claim& told) {
    return now.published_at && told.published_at && now.quote.facts.empty() &&
           *now.published_at - *told.published_at > return_min &&
           !core::fingerprints_are_near(now.fingerprint, told.fingerprint);
}

Likeness compare_equal_words(const Claim& now, const Claim& told) {
    const bool has_titles = !now.title.folded.empty() && !told.title.folded.empty();
    const std::size_t shared = count_shared(now.title.words, told.title.words);
    const std::size_t fewer = std::min(now.title.words.size(), told.title.words.size());
    if (titles_conflict(now, told)) {
        if (2 * shared < fewer) return {Kind::unrelated, false, 0, "the title names another thing"};
        return {Kind::changed, false, 1, "the same words under another version"};
    }
    if (has_titles && !now.quote.stands_alone()) {
        if (2 * shared < fewer) return {Kind::unrelated, false, 0, "a phrase of any such report"};
        const bool is_known =
            std::all_of(now.title.facts.begin(), now.title.facts.end(), [&](const Fact& fact) {
                return is_among(fact, told.title.facts) || told.title.facts.empty();
            });
        if (!is_known) return {Kind::changed, false, 1, "the same words under another title"};
        if (has_changed_since(now, told)) {
            return {Kind::maybe, true, 1, "the same phrase in a page that has changed since"};
        }
    }
    if (is_recurrence(now, told)) {
        return {Kind::maybe, true, 1, "the same words weeks later in another page"};
    }
    return {Kind::same, false, 1,
            now.url == told.url ? "the same quote at the same address" : "the same words"};
}

// Facts of the two claims: what differs, what only the new one has, what both have.
struct FactChange {
    bool has_changed = false;
    bool other_cve = false;
    bool has_added = false;
    std::size_t agreeing = 0;  // but for bare numbers
};
FactChange compare_facts(const Statement& now, const Statement& told, const ToldContext& context) {
    FactChange change;
    bool adds_count = false;
    for (const Fact& fact : now.facts) {
        if (is_among(fact, context.facts)) {
            change.agreeing += fact.kind != ValueKind::number ? 1 : 0;
            continue;
        }
        const bool replaces =
            std::any_of(told.facts.begin(), told.facts.end(), [&](const Fact& other) {
                return other.kind == fact.kind && !is_among(other, now.facts) &&
                       !(other.is_report_date && !fact.is_report_date) &&
                       !(fact.kind == ValueKind::date && fact.first <= other.first &&
                         other.last <= fact.last);
            });
        const bool both_report =
            fact.is_report_date && replaces &&
            std::none_of(told.facts.begin(), told.facts.end(), [](const Fact& other) {
                return other.kind == ValueKind::date && !other.is_report_date;
            });
        if (fact.is_report_date && (!replaces || both_report)) continue;
        change.has_changed |= replaces;
        change.other_cve |= fact.kind == ValueKind::cve;
        change.has_added |= !replaces && !fact.is_spelled;
        adds_count |= !replaces && fact.is_spelled;
    }
    // "And at two other chains" beside the same price: a count by the way.
    change.has_added |= adds_count && change.agreeing == 0;
    return change;
}

struct Measure {
    double score = 0;
    std::size_t shared = 0;        // content words and values
    std::size_t shared_words = 0;  // content words
    double cover = 0;              // of the new words, by all that the told finding said
    std::size_t added = 0;         // new words that it did not say
    bool goes_on = false;          // the told words, and more behind them
};
Measure measure(const Statement& now, const Statement& told, const ToldContext& context,
                std::size_t agreeing) {
    Measure found;
    found.shared_words = count_shared(now.words, told.words);
    found.shared = found.shared_words + agreeing;
    const std::size_t all = now.words.size() + told.words.size();
    const double dice =
        all == 0 ? 0 : 2.0 * static_cast<double>(found.shared_words) / static_cast<double>(all);
    found.score = std::max(core::trigram_similarity(now.trigrams, told.trigrams), dice);
    const std::size_t known = count_shared(now.words, context.words);
    found.added = now.words.size() - known;
    found.cover =
        now.words.empty() ? 1 : static_cast<double>(known) / static_cast<double>(now.words.size());
    found.goes_on = !told.folded.empty() && stands_in(told.folded, now.folded);
    return found;
}

Likeness compare_languages(const Statement& now, const Statement& told, const FactChange& facts,
                           double score) {
    const std::size_t names = count_shared(now.names, told.words);
    if (facts.has_changed || facts.other_cve || facts.agreeing + names < 2) return {};
    return {Kind::maybe, false, score,
            "a report in another language has the same names and values"};
}

// What is left when no guard spoke.
Likeness weigh(const Statement& now, const ToldContext& context, const FactChange& facts,
               const Measure& found) {
    if (facts.has_added) {
        if (found.score < same_min) return {};
        return {Kind::maybe, true, found.score, "a value was added"};
    }
    const bool adds_name =
        std::any_of(now.names.begin(), now.names.end(),
                    [&](const std::string& name) { return !context.words.contains(name); });
    const double needed = facts.agreeing >= 2 ? cover_of_equal_facts_min : cover_min;
    const bool is_same = found.score >= same_min && found.shared >= shared_words_min &&
                         found.cover >= needed && !adds_name &&
                         found.added <= (found.goes_on ? 0 : added_words_max);
    if (is_same) return {Kind::same, false, found.score, "the same event in other words"};
    return {Kind::maybe, found.score >= same_min, found.score,
            adds_name ? "a name was added" : "alike, but not enough to be sure"};
}

Likeness compare_other_words(const Claim& now, const Claim& told, const ToldContext& context) {
    const bool alone = now.quote.stands_alone() && told.quote.stands_alone();
    const Statement& a = alone ? now.quote : now.titled;
    const Statement& b = alone ? told.quote : told.titled;
    const FactChange facts = compare_facts(a, b, context);
    const Measure found = measure(a, b, context, facts.agreeing);
    if (a.is_english != b.is_english && found.cover < cover_of_a_language_min) {
        return compare_languages(a, b, facts, found.score);
    }
    const bool is_near = found.score >= nominate_min;
    const bool is_about_it = found.shared_words >= subject_words_min;
    if (!is_about_it && !is_near) return {};
    Turn turn = turn_between(b.polarity, a.polarity);
    // Told words that go on in a further clause keep their meaning: the rest is an addition.
    if (found.goes_on && turn != Turn::withdraws) turn = Turn::none;
    // A delay to the day that was told.
    const bool is_told_day = !facts.has_changed && facts.agreeing > 0;
    if (a.polarity.is_put_off && !b.polarity.is_put_off && turn == Turn::turned && is_told_day) {
        turn = Turn::none;
    }
    if (has_foreign_name(a, told) && has_foreign_name(b, now)) {
        return {Kind::unrelated, false, 0, "other names"};
    }
    if (facts.other_cve) return {Kind::unrelated, false, 0, "another CVE"};
    if (!is_near && found.cover < cover_min) return {};
    const bool opens_otherwise = is_foreign(a.opening, told) && is_foreign(b.opening, now);
    if (turn == Turn::withdraws && is_about_it) {
        return {Kind::withdraws, false, found.score, "it takes back what was told"};
    }
    if (opens_otherwise) {
        const bool may_be = found.score >= same_min && turn == Turn::none && !facts.has_changed;
        return {may_be ? Kind::maybe : Kind::unrelated, false, found.score, "another subject"};
    }
    if (turn == Turn::contradicts && is_about_it) {
        return {Kind::contradicts, false, found.score, "it says the opposite of what was told"};
    }
    if (turn == Turn::turned) return {Kind::changed, false, found.score, "its state has changed"};
    if (facts.has_changed) return {Kind::changed, false, found.score, "another value"};
    if (!is_near) return {};
    Likeness weighed = weigh(a, context, facts, found);
    if (weighed.kind == Kind::same && is_recurrence(now, told)) {
        return {Kind::maybe, true, found.score, "the same words days later: perhaps once more"};
    }
    return weighed;
}

}  // namespace

Claim read_claim(std::string_view quote, std::string_view title,
                 std::optional<core::Time> published_at, core::Time reference) {
    Claim claim;
    claim.published_at = published_at;
    claim.quote = read_statement(quote, published_at, reference);
    claim.title = read_statement(title, published_at, reference);
    const std::string both = std::string(title) + ".\n" + std::string(quote);
    claim.titled =
        claim.quote.stands_alone() ? claim.quote : read_statement(both, published_at, reference);
    return claim;
}

void add_to(ToldContext& context, const Claim& claim) {
    for (const Statement* statement : {&claim.quote, &claim.title}) {
        context.words.insert(statement->words.begin(), statement->words.end());
        if (!statement->opening.empty()) context.words.insert(statement->opening);
        context.facts.insert(context.facts.end(), statement->facts.begin(), statement->facts.end());
    }
}

Likeness compare_claims(const Claim& now, const Claim& told, const ToldContext& context) {
    const bool is_known =
        !now.quote.folded.empty() && stands_in(now.quote.folded, told.quote.folded);
    Likeness likeness =
        is_known ? compare_equal_words(now, told) : compare_other_words(now, told, context);
    likeness.shares_value =
        std::any_of(now.titled.facts.begin(), now.titled.facts.end(), [&](const Fact& fact) {
            return fact.kind != ValueKind::number &&
                   (is_among(fact, context.facts) || is_day_of(fact, told.published_at));
        });
    return likeness;
}

bool tells_the_opposite(const Claim& claim, std::string_view text, core::Time reference) {
    for (const std::string_view sentence : core::split_sentences(text)) {
        const Statement other = read_statement(sentence, std::nullopt, reference);
        if (turn_between(other.polarity, claim.quote.polarity) == Turn::turned &&
            ((other.polarity.lower & claim.quote.polarity.upper) |
             (other.polarity.upper & claim.quote.polarity.lower)) != 0 &&
            count_shared(other.words, claim.titled.words) >= subject_words_min) {
            return true;
        }
    }
    return false;
}

}  // namespace torale::agent
