// A value satisfies a part when its kind and unit fit, the comparison holds, and it is said of
// the condition's subject: "was $599", "save $100" and another product's version are not.
#include <algorithm>
#include <array>
#include <cmath>

#include "providers/rules.hpp"
#include "providers/rules_match.hpp"

namespace torale::providers::rules {

namespace {

template <std::size_t n>
bool is_any(std::string_view word, const std::array<std::string_view, n>& known) {
    return std::find(known.begin(), known.end(), word) != known.end();
}

constexpr std::array<std::string_view, 11> former{"save",    "saves",      "saving", "originally",
                                                  "list",    "msrp",       "rrp",    "normally",
                                                  "usually", "previously", "regular"};
constexpr std::array<std::string_view, 11> reductions{"off",    "discount", "savings",  "cashback",
                                                      "credit", "less",     "cheaper",  "coupon",
                                                      "rebate", "more",     "reduction"};
constexpr std::array<std::string_view, 6> offers{"starting",  "starts", "start",
                                                 "available", "priced", "prices"};
constexpr std::array<std::string_view, 10> periods{"month", "mo",   "monthly", "year",   "week",
                                                   "day",   "hour", "yearly",  "weekly", "annum"};
constexpr std::array<std::string_view, 18> hard_units{
    "km",   "mile", "gb",   "mb",    "kb",   "tb",    "ms", "second", "minut",
    "hour", "day",  "week", "month", "year", "peopl", "kg", "%",      "percentage point"};
// What may stand between a product and its version.
constexpr std::array<std::string_view, 38> version_words{
    "version",   "versions",  "v",         "release",   "releases",    "released", "series",
    "upgrade",   "upgraded",  "upgrades",  "update",    "updated",     "updates",  "import",
    "imported",  "ships",     "shipped",   "bump",      "bumped",      "tag",      "tagged",
    "published", "announced", "announces", "available", "stable",      "upstream", "new",
    "latest",    "branch",    "package",   "lts",       "maintenance", "security", "point",
    "major",     "minor",     "number"};
constexpr std::array<std::string_view, 6> tellings{"announc", "confirm", "publish",
                                                   "post",    "updat",   "report"};

std::string_view word_at(const Context& context, std::size_t at) {
    return at < context.tokens.size() ? std::string_view(context.tokens[at].folded) : "";
}

bool holds(Compare compare, int low, int high) {
    switch (compare) {
        case Compare::present:
            return true;
        case Compare::less:
            return low < 0;
        case Compare::less_equal:
            return low <= 0;
        case Compare::greater:
            return low > 0;
        case Compare::greater_equal:
            return low >= 0;
        case Compare::equal:
            return low == 0;
        case Compare::within:
            return low >= 0 && high <= 0;
    }
    return false;
}

int sign_of(double difference) {
    return std::abs(difference) < 1e-9 ? 0 : difference < 0 ? -1 : 1;
}

bool holds_amount(const TypedPart& part, double amount) {
    return holds(part.compare, sign_of(amount - part.low.amount),
                 sign_of(amount - part.high.amount));
}

bool holds_date(const TypedPart& part, const Value& value) {
    switch (part.compare) {
        case Compare::present:
            return true;
        case Compare::less:
            return value.last < part.low.first;
        case Compare::less_equal:
            return value.last <= part.low.last;
        case Compare::greater:
            return value.first > part.low.last;
        case Compare::greater_equal:
            return value.first >= part.low.first;
        case Compare::equal:
        case Compare::within:
            return value.first >= part.low.first && value.last <= part.high.last;
    }
    return false;
}

// The former price, a saving, an instalment, or the start of a fall ("from 5.8 %").
bool is_other_amount(const Context& context, const Value& value) {
    const auto asked = [&context](std::string_view word) {
        return context.condition.has_word(stem(word));
    };
    const std::size_t begin = value.begin;
    const int clause = context.tokens[begin].clause;
    for (std::size_t back = 1; back <= 3 && back <= begin; ++back) {
        const Token& before = context.tokens[begin - back];
        if (before.clause != clause) break;
        if (is_any(before.folded, former) && !asked(before.folded)) return true;
    }
    const std::string_view previous = begin > 0 ? word_at(context, begin - 1) : "";
    const bool clause_begins = begin < 2 || context.tokens[begin - 2].clause != clause;
    if (previous == "was" && clause_begins) return true;
    if (previous == "from" && (begin < 2 || !is_any(word_at(context, begin - 2), offers))) {
        return true;
    }
    std::string_view next = word_at(context, value.end);
    if (is_any(next, reductions) && !asked(next)) return true;
    if (next == "a" || next == "per" || next == "each") next = word_at(context, value.end + 1);
    return value.kind == ValueKind::money && is_any(next, periods) && !asked(next);
}

std::size_t count_words_in_clause(const Context& context, int clause) {
    return static_cast<std::size_t>(
        std::count_if(context.words.begin(), context.words.end(),
                      [&](TokenSpan span) { return context.tokens[span.begin].clause == clause; }));
}

// Another clause with such a value says more of the condition's words: the value is its.
bool is_said_of_another(const Context& context, const Value& value) {
    const std::size_t mine = count_words_in_clause(context, context.tokens[value.begin].clause);
    return std::any_of(context.values.begin(), context.values.end(), [&](const Value& other) {
        return other.kind == value.kind && other.unit == value.unit &&
               count_words_in_clause(context, context.tokens[other.begin].clause) > mine;
    });
}

// The unit is the word after the number, or one of the two that follow.
bool has_unit(const Context& context, const Value& value, const std::string& unit) {
    if (value.unit == unit) return true;
    if (is_any(value.unit, hard_units)) return false;
    const int clause = context.tokens[value.begin].clause;
    for (std::size_t at = value.begin + 1; at <= value.begin + 3; ++at) {
        if (at >= context.tokens.size() || context.tokens[at].clause != clause) return false;
        if (context.tokens[at].kind == Token::Kind::number) return false;
        if (stem(context.tokens[at].folded) == unit) return true;
    }
    return false;
}

bool satisfies_number(const Context& context, const TypedPart& part, const Value& value) {
    if (value.kind != ValueKind::number) return false;
    const bool unitless = part.low.unit.empty();
    if (!unitless && !has_unit(context, value, part.low.unit)) return false;
    if (unitless && is_any(value.unit, hard_units)) return false;
    const bool is_year =
        value.amount >= 1900 && value.amount < 2200 && std::floor(value.amount) == value.amount;
    if (unitless && is_year && part.low.amount < 1000) return false;
    return holds_amount(part, value.amount) && !is_other_amount(context, value) &&
           !is_said_of_another(context, value);
}

bool ends_word_at(const Context& context, std::size_t end) {
    return std::any_of(context.words.begin(), context.words.end(),
                       [end](TokenSpan span) { return span.end == end; });
}

bool has_word_near(const Context& context, std::size_t at) {
    return std::any_of(context.words.begin(), context.words.end(), [&](TokenSpan span) {
        return span.end <= at && at - span.end <= 6 &&
               context.tokens[span.begin].clause == context.tokens[at].clause;
    });
}

// Walks back over "has been released in version" to what the version belongs to.
bool is_version_of_subject(const Context& context, std::size_t at) {
    for (std::size_t back = at; back > 0; --back) {
        const Token& before = context.tokens[back - 1];
        if (before.clause != context.tokens[at].clause) return true;
        if (ends_word_at(context, back)) return true;
        if (before.kind == Token::Kind::sign && before.folded != "\"") return false;
        if (is_any(before.folded, version_words) || is_stop_word(before.folded)) continue;
        return has_word_near(context, at);
    }
    return true;
}

// "3.2 %", "$3.20" and "3.2 GB" are no versions, and neither is a number that nobody calls one.
bool is_version(const Context& context, const Value& value) {
    for (const Value& other : context.values) {
        const bool here = other.begin <= value.begin && value.begin < other.end;
        if (!here || other.kind == ValueKind::version) continue;
        if (other.kind != ValueKind::number || is_any(other.unit, hard_units)) return false;
    }
    if (value.is_dotted || context.tokens[value.begin].folded[0] == 'v') return true;
    if (value.begin == 0) return false;
    const std::string_view before = word_at(context, value.begin - 1);
    return before == "version" || before == "release" || before == "v" ||
           ends_word_at(context, value.begin);
}

bool satisfies_version(const Context& context, const TypedPart& part, const Value& value) {
    if (value.kind != ValueKind::version || !is_version(context, value)) return false;
    if (part.compare != Compare::present &&
        !holds(part.compare, compare(value.version, part.low.version),
               compare(value.version, part.high.version))) {
        return false;
    }
    return context.condition.words.empty() || is_version_of_subject(context, value.begin);
}

// "On 4 May Apple announced …" dates the announcement, not what was announced.
bool dates_the_telling(const Context& context, const Value& value) {
    const Condition& condition = context.condition;
    if (!condition.has_word("announc") && !condition.has_word("confirm")) return false;
    const Day reference = std::chrono::floor<std::chrono::days>(context.reference);
    if (value.last > reference) return false;
    std::size_t at = value.begin;
    if (at > 0 && word_at(context, at - 1) == "on") --at;
    const bool leads =
        at == 0 && (value.end >= context.tokens.size() ||
                    context.tokens[value.end].clause != context.tokens[value.begin].clause);
    return leads || (at > 0 && is_any(stem(word_at(context, at - 1)), tellings));
}

bool satisfies_date(const Context& context, const TypedPart& part, const Value& value) {
    if (value.kind != ValueKind::date) return false;
    if (part.compare != Compare::present) return holds_date(part, value);
    const bool bare_month = value.precision == Precision::month && value.end == value.begin + 1 &&
                            context.tokens[value.begin].kind == Token::Kind::word;
    const bool precise = value.precision == Precision::day ||
                         (!part.needs_day && value.precision == Precision::month && !bare_month);
    return precise && !dates_the_telling(context, value);
}

}  // namespace

bool satisfies(const Context& context, const TypedPart& part, const Value& value) {
    switch (part.kind) {
        case ValueKind::cve:
            return value.kind == ValueKind::cve;
        case ValueKind::date:
            return satisfies_date(context, part, value);
        case ValueKind::version:
            return satisfies_version(context, part, value);
        case ValueKind::number:
            return satisfies_number(context, part, value);
        case ValueKind::money:
        case ValueKind::percent:
            break;
    }
    if (value.kind != part.kind) return false;
    if (part.compare == Compare::present) return !is_other_amount(context, value);
    return value.unit == part.low.unit && holds_amount(part, value.amount) &&
           !is_other_amount(context, value) && !is_said_of_another(context, value);
}

}  // namespace torale::providers::rules
