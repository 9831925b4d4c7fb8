// Reading a quote with the rules judge's own tokens, values and stems.
#include "agent/statement.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "core/similarity.hpp"
#include "core/text.hpp"
#include "providers/rules.hpp"

namespace torale::agent {

namespace {

namespace rules = providers::rules;
using rules::Token;
using rules::Value;
using rules::ValueKind;

// Every report has them.
constexpr std::array<std::string_view, 44> reporting{
    "accord",       "ad",       "also",     "announc", "can",       "compani",   "could",
    "friday",       "hour",     "inc",      "it",      "last",      "ltd",       "may",
    "monday",       "month",    "mr",       "ms",      "new",       "news",      "one",
    "report",       "said",     "saturday", "say",     "statement", "state",     "sunday",
    "tell",         "thursday", "time",     "today",   "told",      "tuesday",   "via",
    "wednesday",    "week",     "would",    "year",    "yesterday", "spokesman", "spokeswoman",
    "spokesperson", "press"};
// Units that make two equal numbers different values.
constexpr std::array<std::string_view, 44> measures{
    "km",     "mile", "kg",    "lb",    "gb",   "tb",    "mb",     "kb",
    "day",    "hour", "week",  "month", "year", "minut", "second", "percentage point",
    "%",      "°",    "meter", "metr",  "m",    "cm",    "mm",     "inch",
    "feet",   "foot", "watt",  "kw",    "kwh",  "mw",    "gw",     "mph",
    "ghz",    "mhz",  "gram",  "g",     "ton",  "tonn",  "litr",   "liter",
    "gallon", "mah",  "mg",    "h"};
constexpr std::array<std::string_view, 12> number_words{"zero",  "one",  "two", "three",
                                                        "four",  "five", "six", "seven",
                                                        "eight", "nine", "ten", "eleven"};

template <std::size_t n>
bool is_any(std::string_view word, const std::array<std::string_view, n>& known) {
    return std::find(known.begin(), known.end(), word) != known.end();
}

std::string write_number(double amount) {
    std::array<char, 32> buffer{};
    const int size = std::snprintf(buffer.data(), buffer.size(), "%.10g", amount);
    return std::string(buffer.data(), static_cast<std::size_t>(size));
}

std::string version_text(std::string_view folded) {
    if (folded.size() > 1 && folded[0] == 'v' && rules::is_digit(folded[1]))
        folded.remove_prefix(1);
    while (!folded.empty() && folded.back() == '.') folded.remove_suffix(1);
    return "version " + std::string(folded);
}

// Nothing for a reading that another one of the same token makes better.
std::optional<Fact> fact_of(const std::vector<Token>& tokens, const Value& value) {
    Fact fact;
    fact.kind = value.kind;
    switch (value.kind) {
        case ValueKind::money:
            fact.text = "money " + write_number(value.amount) + " " + value.unit;
            return fact;
        case ValueKind::percent:
            fact.text = "percent " + write_number(value.amount);
            return fact;
        case ValueKind::number:
            fact.text = "number " + write_number(value.amount);
            if (is_any(value.unit, measures)) fact.text += " " + value.unit;
            return fact;
        case ValueKind::version:
            // One dot reads as a number too; two dots or letters do not.
            if (value.version.parts.size() < 3 &&
                tokens[value.begin].folded.find_first_not_of("0123456789.v") == std::string::npos) {
                return std::nullopt;
            }
            if (!value.is_dotted) return std::nullopt;
            fact.text = version_text(tokens[value.begin].folded);
            return fact;
        case ValueKind::date:
            fact.first = value.first;
            fact.last = value.last;
            fact.text = "date " + std::to_string(value.first.time_since_epoch().count()) + ".." +
                        std::to_string(value.last.time_since_epoch().count());
            return fact;
        case ValueKind::cve:
            fact.text = "cve " + tokens[value.begin].folded;
            return fact;
    }
    return std::nullopt;
}

class StatementReader {
public:
    StatementReader(std::string_view text, std::optional<core::Time> published_at)
        : text_(text), tokens_(rules::tokenize(text)), is_value_(tokens_.size(), false) {
        if (published_at) published_ = std::chrono::floor<std::chrono::days>(*published_at);
    }

    Statement read(core::Time reference) {
        statement_.folded = core::fold(text_);
        statement_.trigrams = core::trigrams(statement_.folded);
        read_facts(reference);
        for (std::size_t at = 0; at < tokens_.size(); ++at) read_word(at);
        statement_.polarity = read_polarity(tokens_);
        // A third of English text are stop words; a few words may have none.
        statement_.is_english = words_ < 5 || stop_words_ * 5 >= words_;
        return std::move(statement_);
    }

private:
    void read_facts(core::Time reference) {
        for (const Value& value : rules::find_values(tokens_, reference)) {
            std::optional<Fact> fact = fact_of(tokens_, value);
            if (!fact) continue;
            for (std::size_t at = value.begin; at < value.end && at < tokens_.size(); ++at) {
                // The word that a number counts stays a word: "5 deaths".
                is_value_[at] = value.kind != ValueKind::number || at == value.begin;
            }
            if (fact->kind == ValueKind::date && published_ && fact->first == fact->last) {
                const auto apart = std::chrono::abs(fact->first - *published_);
                fact->is_report_date = apart <= std::chrono::days{1} && follows_report(value.begin);
            }
            add(std::move(*fact));
        }
        for (std::size_t at = 0; at < tokens_.size(); ++at) {
            const auto known =
                std::find(number_words.begin() + 2, number_words.end(), tokens_[at].folded);
            if (known == number_words.end() || is_value_[at]) continue;
            is_value_[at] = true;
            Fact fact;
            fact.kind = ValueKind::number;
            fact.text = "number " + std::to_string(known - number_words.begin());
            fact.is_spelled = true;
            add(std::move(fact));
        }
    }

    // "Acme said on 11 April": the day of the report, not of what is reported.
    bool follows_report(std::size_t at) const {
        constexpr std::array<std::string_view, 8> verbs{
            "said", "says", "told", "reported", "announced", "stated", "confirmed", "wrote"};
        constexpr std::size_t reach = 3;
        for (std::size_t i = at > reach ? at - reach : 0; i < at; ++i) {
            if (is_any(tokens_[i].folded, verbs)) return true;
        }
        return false;
    }

    void add(Fact fact) {
        if (std::find(statement_.facts.begin(), statement_.facts.end(), fact) ==
            statement_.facts.end()) {
            statement_.facts.push_back(std::move(fact));
        }
    }

    bool opens_sentence(std::size_t at) const {
        if (at == 0) return true;
        const std::size_t begin = tokens_[at - 1].offset + tokens_[at - 1].raw.size();
        const std::string_view between = text_.substr(begin, tokens_[at].offset - begin);
        return between.find_first_of(".!?:\n") != std::string_view::npos;
    }

    void read_word(std::size_t at) {
        const Token& token = tokens_[at];
        if (token.kind != Token::Kind::word || is_value_[at]) return;
        ++words_;
        if (rules::is_stop_word(token.folded)) {
            ++stop_words_;
            return;
        }
        std::string stem = rules::stem(token.folded);
        if (is_any(stem, reporting)) return;
        const bool is_acronym = token.raw.size() > 1 && token.raw[1] >= 'A' && token.raw[1] <= 'Z';
        const bool opens = opens_sentence(at);
        if (token.is_capital && (!opens || is_acronym)) statement_.names.insert(stem);
        if (token.is_capital && opens && statement_.opening.empty()) statement_.opening = stem;
        statement_.words.insert(std::move(stem));
    }

    std::string_view text_;
    std::vector<Token> tokens_;
    std::vector<bool> is_value_;
    std::optional<rules::Day> published_;
    Statement statement_;
    std::size_t words_ = 0;
    std::size_t stop_words_ = 0;
};

}  // namespace

bool Statement::stands_alone() const {
    constexpr std::size_t words_min = 4;
    if (words.size() >= words_min) return true;
    return std::any_of(facts.begin(), facts.end(),
                       [](const Fact& fact) { return fact.kind != ValueKind::number; }) &&
           !words.empty();
}

Statement read_statement(std::string_view text, std::optional<core::Time> published_at,
                         core::Time reference) {
    return StatementReader(text, published_at).read(reference);
}

bool is_among(const Fact& fact, const std::vector<Fact>& told) {
    return std::any_of(told.begin(), told.end(), [&](const Fact& other) {
        if (fact.kind != other.kind) return false;
        if (fact.kind != ValueKind::date) return fact.text == other.text;
        return fact.first <= other.first && other.last <= fact.last;
    });
}

}  // namespace torale::agent
