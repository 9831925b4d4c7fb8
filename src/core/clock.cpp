// Reading and writing instants. Strict about what is a date, lenient about how it is punctuated:
// providers, feeds and mail headers all come through here.
#include "core/clock.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

namespace torale::core {

namespace {

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> day_names{"sunday",   "monday", "tuesday", "wednesday",
                                                    "thursday", "friday", "saturday"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

// What is left to read.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    bool at_end() const { return text_.empty(); }
    char peek() const { return text_.empty() ? '\0' : text_.front(); }
    bool skip(char c) {
        if (peek() != c || text_.empty()) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool skip_blanks() {
        const auto count = std::min(text_.find_first_not_of(" \t"), text_.size());
        text_.remove_prefix(count);
        return count > 0;
    }
    // A number of `digits_min` to `digits_max` digits, not followed by another digit.
    std::optional<int> number(std::size_t digits_min, std::size_t digits_max) {
        const std::string_view digits = take(is_digit);
        if (digits.size() < digits_min || digits.size() > digits_max) return std::nullopt;
        int value = 0;
        for (const char c : digits) value = value * 10 + (c - '0');
        return value;
    }
    std::string word() {
        std::string letters{take(is_letter)};
        std::transform(letters.begin(), letters.end(), letters.begin(), lower);
        return letters;
    }
    std::string_view digits() { return take(is_digit); }
    std::string_view rest() const { return text_; }

private:
    template <class Predicate>
    std::string_view take(Predicate wanted) {
        const auto end = std::find_if_not(text_.begin(), text_.end(), wanted);
        const auto count = static_cast<std::size_t>(end - text_.begin());
        const std::string_view taken = text_.substr(0, count);
        text_.remove_prefix(count);
        return taken;
    }

    std::string_view text_;
};

struct Parts {
    int year = 0;
    int month = 0;
    int day = 0;
    microseconds time_of_day{0};
    std::optional<std::chrono::minutes> offset;
};

std::optional<WrittenTime> assemble(const Parts& parts) {
    const std::chrono::year_month_day date{std::chrono::year{parts.year},
                                           std::chrono::month{static_cast<unsigned>(parts.month)},
                                           std::chrono::day{static_cast<unsigned>(parts.day)}};
    if (parts.year < 1 || parts.year > 9999 || !date.ok()) return std::nullopt;
    Time time = std::chrono::sys_days{date} + parts.time_of_day;
    if (parts.offset) time -= *parts.offset;
    return WrittenTime{time, parts.offset.has_value()};
}

// "hh:mm[:ss[.fraction]]"; a leap second becomes the second after it, digits beyond the
// microsecond are cut.
std::optional<microseconds> read_time_of_day(Reader& reader) {
    const auto hour = reader.number(1, 2);
    if (!hour || *hour > 23 || !reader.skip(':')) return std::nullopt;
    const auto minute = reader.number(2, 2);
    if (!minute || *minute > 59) return std::nullopt;
    microseconds time = std::chrono::hours{*hour} + std::chrono::minutes{*minute};
    if (!reader.skip(':')) return time;
    const auto second = reader.number(2, 2);
    if (!second || *second > 60) return std::nullopt;
    time += seconds{*second};
    if (!reader.skip('.') && !reader.skip(',')) return time;
    const std::string_view fraction = reader.digits();
    if (fraction.empty()) return std::nullopt;
    std::int64_t unit = 100'000;
    for (const char c : fraction.substr(0, 6)) {
        time += microseconds{(c - '0') * unit};
        unit /= 10;
    }
    return time;
}

// "+01:00", "+0100", "+01".
std::optional<std::chrono::minutes> read_numeric_offset(Reader& reader) {
    const int sign = reader.peek() == '-' ? -1 : 1;
    if (!reader.skip('-') && !reader.skip('+')) return std::nullopt;
    const std::string_view digits = reader.digits();
    int hour = 0;
    int minute = 0;
    if (digits.size() == 4 || digits.size() == 2) {
        hour = (digits[0] - '0') * 10 + (digits[1] - '0');
        if (digits.size() == 4) minute = (digits[2] - '0') * 10 + (digits[3] - '0');
    } else {
        return std::nullopt;
    }
    if (digits.size() == 2 && reader.skip(':')) {
        const auto written = reader.number(2, 2);
        if (!written) return std::nullopt;
        minute = *written;
    }
    if (hour > 23 || minute > 59) return std::nullopt;
    return sign * (std::chrono::hours{hour} + std::chrono::minutes{minute});
}

// The zones RFC 2822 names; its single military letters other than Z are noise there, and here.
std::optional<std::chrono::minutes> read_named_offset(Reader& reader) {
    struct Named {
        std::string_view name;
        int hours;
    };
    static constexpr std::array<Named, 12> named{{{"z", 0},
                                                  {"ut", 0},
                                                  {"utc", 0},
                                                  {"gmt", 0},
                                                  {"est", -5},
                                                  {"edt", -4},
                                                  {"cst", -6},
                                                  {"cdt", -5},
                                                  {"mst", -7},
                                                  {"mdt", -6},
                                                  {"pst", -8},
                                                  {"pdt", -7}}};
    const std::string word = reader.word();
    for (const Named& row : named) {
        if (row.name == word) return std::chrono::hours{row.hours};
    }
    return std::nullopt;
}

// False when what follows is neither an offset nor the end.
bool read_offset(Reader& reader, Parts& parts) {
    reader.skip_blanks();
    if (reader.at_end()) return true;
    parts.offset =
        is_letter(reader.peek()) ? read_named_offset(reader) : read_numeric_offset(reader);
    return parts.offset.has_value();
}

std::optional<WrittenTime> parse_rfc3339(Reader reader) {
    Parts parts;
    const auto year = reader.number(4, 4);
    if (!year || !reader.skip('-')) return std::nullopt;
    const auto month = reader.number(2, 2);
    if (!month || !reader.skip('-')) return std::nullopt;
    const auto day = reader.number(2, 2);
    if (!day) return std::nullopt;
    parts.year = *year;
    parts.month = *month;
    parts.day = *day;
    if (reader.at_end()) return assemble(parts);
    if (!reader.skip('T') && !reader.skip('t') && !reader.skip_blanks()) return std::nullopt;
    const auto time_of_day = read_time_of_day(reader);
    if (!time_of_day || !read_offset(reader, parts) || !reader.at_end()) return std::nullopt;
    parts.time_of_day = *time_of_day;
    return assemble(parts);
}

bool is_day_name(const std::string& word) {
    return std::any_of(day_names.begin(), day_names.end(), [&](std::string_view name) {
        return word == name || word == name.substr(0, 3);
    });
}

int month_number(const std::string& word) {
    const auto found = std::find(month_names.begin(), month_names.end(), word.substr(0, 3));
    return found == month_names.end() ? 0 : static_cast<int>(found - month_names.begin()) + 1;
}

// "Tue, 01 Dec 2026"; hyphens and two-digit years are the obsolete forms HTTP still allows.
// A wrong day name is ignored: feeds often get it wrong, and the date is what counts.
bool read_rfc2822_date(Reader& reader, Parts& parts) {
    if (is_letter(reader.peek())) {
        if (!is_day_name(reader.word())) return false;
        reader.skip(',');
        reader.skip_blanks();
    }
    const auto between = [&reader] { return reader.skip('-') || reader.skip_blanks(); };
    const auto day = reader.number(1, 2);
    if (!day || !between()) return false;
    parts.day = *day;
    parts.month = month_number(reader.word());
    if (parts.month == 0 || !between()) return false;
    const std::size_t before = reader.rest().size();
    const auto year = reader.number(2, 4);
    if (!year) return false;
    const bool is_short = before - reader.rest().size() == 2;
    parts.year = !is_short ? *year : *year + (*year < 50 ? 2000 : 1900);
    return true;
}

std::optional<WrittenTime> parse_rfc2822(Reader reader) {
    Parts parts;
    if (!read_rfc2822_date(reader, parts)) return std::nullopt;
    reader.skip_blanks();
    if (reader.at_end()) return assemble(parts);
    const auto time_of_day = read_time_of_day(reader);
    if (!time_of_day || !read_offset(reader, parts)) return std::nullopt;
    parts.time_of_day = *time_of_day;
    // A trailing comment names the zone once more: "+0000 (UTC)".
    reader.skip_blanks();
    const std::string_view rest = reader.rest();
    const bool is_comment = rest.size() >= 2 && rest.front() == '(' && rest.back() == ')';
    if (!rest.empty() && !is_comment) return std::nullopt;
    return assemble(parts);
}

// "Tue" of "tuesday".
std::string short_name(std::string_view name) {
    std::string letters{name.substr(0, 3)};
    letters[0] = static_cast<char>(letters[0] - 'a' + 'A');
    return letters;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace

Time SystemClock::now() const {
    return std::chrono::floor<microseconds>(std::chrono::system_clock::now());
}

std::string write_time(Time time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    std::array<char, 64> out{};
    const int length = std::snprintf(
        out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()));
    std::string text(out.data(), static_cast<std::size_t>(length));
    if (const auto fraction = clock.subseconds().count(); fraction != 0) {
        std::snprintf(out.data(), out.size(), ".%06d", static_cast<int>(fraction));
        text += out.data();
    }
    return text + "Z";
}

std::string write_rfc2822_time(Time time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<seconds>(time - day)};
    const std::string day_name = short_name(day_names[std::chrono::weekday{day}.c_encoding()]);
    const std::string month_name = short_name(month_names[static_cast<unsigned>(date.month()) - 1]);
    std::array<char, 64> out{};
    const int length = std::snprintf(
        out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", day_name.c_str(),
        static_cast<unsigned>(date.day()), month_name.c_str(), static_cast<int>(date.year()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()));
    return {out.data(), static_cast<std::size_t>(length)};
}

std::optional<WrittenTime> parse_written_time(std::string_view text) {
    const std::string_view trimmed = trim(text);
    if (const auto time = parse_rfc3339(Reader{trimmed})) return time;
    return parse_rfc2822(Reader{trimmed});
}

std::optional<Time> parse_time(std::string_view text) {
    const auto written = parse_written_time(text);
    if (!written) return std::nullopt;
    return written->time;
}

}  // namespace torale::core
