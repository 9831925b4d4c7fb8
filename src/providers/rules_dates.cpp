// Dates as people write them. Each becomes the days it allows: "June 2026" is thirty of them.
#include <algorithm>
#include <array>
#include <charconv>

#include "providers/rules_values.hpp"

namespace torale::providers::rules {

namespace {

using std::chrono::days;
using std::chrono::month;
using std::chrono::months;
using std::chrono::year;
using std::chrono::year_month_day;
using std::chrono::year_month_day_last;

constexpr std::array<std::string_view, 12> month_names{
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

// 1 … 12; 0 when the token is no month. "may" and "march" are only with a capital.
unsigned month_of(const Token& token) {
    const std::string& word = token.folded;
    if (word.size() < 3 || !is_ascii_letter(word[0])) return 0;
    if (word == "sept") return 9;
    for (unsigned i = 0; i < 12; ++i) {
        if (word != month_names[i] && word != month_names[i].substr(0, 3)) continue;
        const bool ambiguous = word == "may" || word == "march" || word == "mar";
        return ambiguous && !token.is_capital ? 0 : i + 1;
    }
    return 0;
}

std::optional<int> parse_int(std::string_view digits) {
    int value = 0;
    if (!is_digits(digits) || digits.size() > 4) return std::nullopt;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::optional<int> year_of(const Token& token) {
    if (token.folded.size() != 4) return std::nullopt;
    const auto value = parse_int(token.folded);
    return value && *value >= 1900 && *value <= 2199 ? value : std::nullopt;
}

// "5", "5th", and the first day of "5-7".
std::optional<unsigned> day_of(const Token& token) {
    std::string_view word = token.folded;
    if (word.size() > 2) {
        const std::string_view ending = word.substr(word.size() - 2);
        if (ending == "st" || ending == "nd" || ending == "rd" || ending == "th") {
            word.remove_suffix(2);
        }
    }
    word = word.substr(0, word.find('-'));
    const auto value = parse_int(word);
    if (word.size() > 2 || !value || *value < 1 || *value > 31) return std::nullopt;
    return static_cast<unsigned>(*value);
}

Value make(Precision precision, Day first, Day last) {
    Value value;
    value.kind = ValueKind::date;
    value.precision = precision;
    value.first = first;
    value.last = last;
    return value;
}

std::optional<Value> one_day(int y, unsigned m, unsigned d) {
    const year_month_day date{year(y), month(m), std::chrono::day(d)};
    if (!date.ok()) return std::nullopt;
    return make(Precision::day, Day(date), Day(date));
}

Value span_of_months(Precision precision, int y, unsigned first, unsigned last) {
    const year_month_day begin{year(y), month(first), std::chrono::day(1)};
    return make(precision, Day(begin),
                Day(year_month_day_last(year(y), std::chrono::month_day_last(month(last)))));
}

int nearest_year(unsigned m, unsigned d, core::Time reference) {
    const Day today = std::chrono::floor<days>(reference);
    const int base = static_cast<int>(year_month_day(today).year());
    int best = base;
    for (const int y : {base - 1, base + 1}) {
        const auto distance = [&](int candidate) {
            const Day day{year_month_day{year(candidate), month(m), std::chrono::day(d)}};
            return day > today ? day - today : today - day;
        };
        if (distance(y) < distance(best)) best = y;
    }
    return best;
}

// Tokens after the date's month and day: "[,] 2026". Moves `at` past it.
std::optional<int> take_year(const std::vector<Token>& tokens, std::size_t& at) {
    if (at >= tokens.size()) return std::nullopt;
    const auto value = year_of(tokens[at]);
    if (value) ++at;
    return value;
}

std::optional<Value> with_tokens(std::optional<Value> value, std::size_t begin, std::size_t end) {
    if (value) {
        value->begin = begin;
        value->end = end;
    }
    return value;
}

// 2026-06-01, 2026/06/01, 2026-06, 01.06.2026, 06/25/2026. Where day and month cannot be told
// apart, both readings count.
std::optional<Value> read_numeric(std::string_view text) {
    std::array<int, 3> parts{};
    std::size_t count = 0;
    char separator = 0;
    for (std::size_t at = 0; count < 3;) {
        const std::size_t end = std::min(text.find_first_not_of("0123456789", at), text.size());
        const auto part = parse_int(text.substr(at, end - at));
        if (!part) return std::nullopt;
        parts[count++] = *part;
        if (end == text.size()) {
            at = end;
            break;
        }
        if (separator != 0 && text[end] != separator) return std::nullopt;
        separator = text[end];
        at = end + 1;
        if (count == 3) return std::nullopt;
    }
    if (separator != '-' && separator != '/' && separator != '.') return std::nullopt;
    const auto unsigned_at = [&parts](std::size_t i) { return static_cast<unsigned>(parts[i]); };
    if (parts[0] >= 1900 && parts[0] <= 2199 && separator != '.') {
        if (count == 3) return one_day(parts[0], unsigned_at(1), unsigned_at(2));
        if (count == 2 && separator == '-' && parts[1] >= 1 && parts[1] <= 12) {
            return span_of_months(Precision::month, parts[0], unsigned_at(1), unsigned_at(1));
        }
        return std::nullopt;
    }
    if (count != 3 || parts[2] < 1900 || parts[2] > 2199 || separator == '-') return std::nullopt;
    auto date = one_day(parts[2], unsigned_at(1), unsigned_at(0));
    const auto american =
        separator == '/' ? one_day(parts[2], unsigned_at(0), unsigned_at(1)) : std::nullopt;
    if (date && american) {
        date->last = std::max(date->first, american->first);
        date->first = std::min(date->first, american->first);
        return date;
    }
    return date ? date : american;
}

// "June 5, 2026", "June 5th", "June 2026", "June".
std::optional<Value> read_month_first(const std::vector<Token>& tokens, std::size_t begin,
                                      core::Time reference) {
    const unsigned m = month_of(tokens[begin]);
    std::size_t at = begin + 1;
    if (const auto y = take_year(tokens, at)) {
        return with_tokens(span_of_months(Precision::month, *y, m, m), begin, at);
    }
    const auto d = at < tokens.size() ? day_of(tokens[at]) : std::nullopt;
    if (d) {
        ++at;
        const auto y = take_year(tokens, at);
        return with_tokens(one_day(y ? *y : nearest_year(m, std::min(*d, 28U), reference), m, *d),
                           begin, at);
    }
    const int y = nearest_year(m, 15, reference);
    return with_tokens(span_of_months(Precision::month, y, m, m), begin, at);
}

// "5 June 2026", "5th of June".
std::optional<Value> read_day_first(const std::vector<Token>& tokens, std::size_t begin,
                                    core::Time reference) {
    const auto d = day_of(tokens[begin]);
    std::size_t at = begin + 1;
    if (at < tokens.size() && tokens[at].folded == "of") ++at;
    const unsigned m = d && at < tokens.size() ? month_of(tokens[at]) : 0;
    if (m == 0) return std::nullopt;
    ++at;
    const auto y = take_year(tokens, at);
    return with_tokens(one_day(y ? *y : nearest_year(m, std::min(*d, 28U), reference), m, *d),
                       begin, at);
}

// "Q3 2026", "summer 2026".
std::optional<Value> read_season(const std::vector<Token>& tokens, std::size_t begin) {
    struct Season {
        std::string_view name;
        unsigned first;
    };
    constexpr std::array<Season, 8> seasons{{{"q1", 1},
                                             {"q2", 4},
                                             {"q3", 7},
                                             {"q4", 10},
                                             {"spring", 3},
                                             {"summer", 6},
                                             {"autumn", 9},
                                             {"fall", 9}}};
    std::size_t at = begin + 1;
    for (const Season& season : seasons) {
        if (tokens[begin].folded != season.name) continue;
        if (at < tokens.size() && tokens[at].folded == "of") ++at;
        const auto y = take_year(tokens, at);
        if (!y) return std::nullopt;
        return with_tokens(span_of_months(Precision::quarter, *y, season.first, season.first + 2),
                           begin, at);
    }
    return std::nullopt;
}

// A year alone, only where a preposition makes it a time.
std::optional<Value> read_year(const std::vector<Token>& tokens, std::size_t at) {
    const auto y = year_of(tokens[at]);
    if (!y || at == 0) return std::nullopt;
    constexpr std::array<std::string_view, 14> before{"after", "before", "by",    "during", "early",
                                                      "end",   "in",     "late",  "mid",    "of",
                                                      "since", "than",   "until", "within"};
    const std::string& word = tokens[at - 1].folded;
    if (std::find(before.begin(), before.end(), word) == before.end()) return std::nullopt;
    return with_tokens(span_of_months(Precision::year, *y, 1, 12), at, at + 1);
}

}  // namespace

std::optional<Value> read_date(const std::vector<Token>& tokens, std::size_t at,
                               core::Time reference) {
    const Token& token = tokens[at];
    if (token.kind == Token::Kind::number) {
        if (const auto numeric = read_numeric(token.folded)) {
            return with_tokens(numeric, at, at + 1);
        }
        if (const auto date = read_day_first(tokens, at, reference)) return date;
        return read_year(tokens, at);
    }
    if (token.kind != Token::Kind::word) return std::nullopt;
    if (month_of(token) > 0) return read_month_first(tokens, at, reference);
    return read_season(tokens, at);
}

std::optional<Value> read_relative_date(const std::vector<Token>& tokens, std::size_t at,
                                        core::Time now) {
    const Day today = std::chrono::floor<days>(now);
    const year_month_day date(today);
    const int y = static_cast<int>(date.year());
    const std::string& word = tokens[at].folded;
    if (word == "today") return with_tokens(make(Precision::day, today, today), at, at + 1);
    if (word == "tomorrow") {
        return with_tokens(make(Precision::day, today + days(1), today + days(1)), at, at + 1);
    }
    if (at + 1 >= tokens.size()) return std::nullopt;
    const std::string& second = tokens[at + 1].folded;
    const int ahead = word == "next" ? 1 : 0;
    if ((word == "this" || word == "next") && second == "year") {
        return with_tokens(span_of_months(Precision::year, y + ahead, 1, 12), at, at + 2);
    }
    if ((word == "this" || word == "next") && second == "month") {
        const auto month_day = date.year() / date.month() + months(ahead);
        const auto m = static_cast<unsigned>(month_day.month());
        return with_tokens(
            span_of_months(Precision::month, static_cast<int>(month_day.year()), m, m), at, at + 2);
    }
    const auto count = word == "within" ? parse_int(second) : std::nullopt;
    if (!count || at + 2 >= tokens.size()) return std::nullopt;
    const std::string& unit = tokens[at + 2].folded;
    const int length = unit == "days" || unit == "day"       ? 1
                       : unit == "weeks" || unit == "week"   ? 7
                       : unit == "months" || unit == "month" ? 30
                                                             : 0;
    if (length == 0) return std::nullopt;
    return with_tokens(make(Precision::day, today, today + days(length * *count)), at, at + 3);
}

}  // namespace torale::providers::rules
