// What makes two stored results the same content: page text that only ages ("3 hours ago"
// becomes "4 hours ago") is not new.
#include <algorithm>
#include <array>
#include <cctype>

#include "core/text.hpp"

namespace torale::core {

namespace {

template <std::size_t n>
bool is_one_of(std::string_view word, const std::array<std::string_view, n>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 30> units{
    "second", "seconds", "sec",       "secs",   "minute", "minutes", "min",  "mins",
    "hour",   "hours",   "hr",        "hrs",    "day",    "days",    "week", "weeks",
    "wk",     "wks",     "month",     "months", "year",   "years",   "yr",   "yrs",
    "moment", "moments", "fortnight", "decade", "s",      "h"};
constexpr std::array<std::string_view, 20> counts{
    "a",    "an",  "one",    "two",    "three", "four",    "five",   "six",  "seven", "eight",
    "nine", "ten", "eleven", "twelve", "few",   "several", "couple", "some", "many",  "of"};
constexpr std::array<std::string_view, 7> hedges{"about", "around", "almost", "nearly",
                                                 "over",  "a",      "just"};
constexpr std::array<std::string_view, 3> single_words{"yesterday", "today", "tonight"};
constexpr std::array<std::string_view, 12> after_last{"night",  "week",     "month",     "year",
                                                      "monday", "tuesday",  "wednesday", "thursday",
                                                      "friday", "saturday", "sunday",    "weekend"};

std::string_view bare(std::string_view word) {
    const auto is_punct = [](char c) { return std::ispunct(static_cast<unsigned char>(c)) != 0; };
    while (!word.empty() && is_punct(word.back())) word.remove_suffix(1);
    while (!word.empty() && is_punct(word.front())) word.remove_prefix(1);
    return word;
}

bool is_number(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= '0' && c <= '9') || c == '.' || c == ',';
    });
}

// "3h", "12min": count and unit in one word.
bool is_short_age(std::string_view word) {
    const std::size_t letters = word.find_first_not_of("0123456789");
    if (letters == 0 || letters == std::string_view::npos) return false;
    const std::string_view unit = word.substr(letters);
    return is_one_of(unit, units) || unit == "m" || unit == "d" || unit == "w" || unit == "y";
}

// `words` ends just before "ago": how many of its last words belong to the age.
std::size_t count_age_words(const std::vector<std::string_view>& words) {
    const auto from_end = [&](std::size_t n) {
        return n <= words.size() ? bare(words[words.size() - n]) : std::string_view();
    };
    std::size_t taken = 0;
    if (is_short_age(from_end(1))) {
        taken = 1;
    } else if (is_one_of(from_end(1), units)) {
        taken = 1;
        while (is_number(from_end(taken + 1)) || is_one_of(from_end(taken + 1), counts)) ++taken;
    }
    while (taken > 0 && is_one_of(from_end(taken + 1), hedges)) ++taken;
    return taken;
}

bool may_hold_relative_date(std::string_view folded) {
    for (const std::string_view needle :
         {" ago", "yesterday", "today", "tonight", "just now", "last "}) {
        if (folded.find(needle) != std::string_view::npos) return true;
    }
    return false;
}

std::string without_relative_dates(std::string folded) {
    if (!may_hold_relative_date(folded)) return folded;
    std::vector<std::string_view> kept;
    const std::string_view text = folded;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string_view written = text.substr(at, end - at);
        const std::string_view word = bare(written);
        at = end + 1;
        const std::string_view before = kept.empty() ? std::string_view() : bare(kept.back());
        if (is_one_of(word, single_words)) continue;
        const bool pair = (before == "last" && is_one_of(word, after_last)) ||
                          (before == "just" && word == "now");
        const std::size_t age = pair ? 1 : word == "ago" ? count_age_words(kept) : 0;
        kept.resize(kept.size() - age);
        if (age == 0) kept.push_back(written);
    }
    std::string out;
    out.reserve(folded.size());
    for (const std::string_view word : kept) {
        if (!out.empty()) out += ' ';
        out += word;
    }
    return out;
}

// Length first, so that no text can imitate the border between two parts.
void append_part(std::string& to, std::string_view part) {
    to += std::to_string(part.size());
    to += ':';
    to += part;
}

}  // namespace

std::string content_hash(std::string_view canonical_url, std::string_view title,
                         std::string_view text) {
    std::string bytes;
    append_part(bytes, canonical_url);
    append_part(bytes, without_relative_dates(fold(title)));
    append_part(bytes, without_relative_dates(fold(text)));
    return sha256_hex(bytes);
}

}  // namespace torale::core
