// Reads one cron field left to right; the first thing that cannot be read is the fault.
#include "core/cron_field.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>

namespace torale::core {

namespace {

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed",
                                                        "thu", "fri", "sat"};

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

std::string quoted(std::string_view text) {
    return '"' + std::string(text) + '"';
}

class FieldReader {
public:
    FieldReader(std::string_view text, const CronField& field) : text_(text), field_(field) {}

    Result<CronValues, ScheduleFault> read() {
        values_.is_star = text_.starts_with('*');
        do {
            if (!read_item()) return fault_;
        } while (skip(','));
        if (offset_ < text_.size()) {
            fail(offset_, "unexpected " + quoted(character()) + in_field());
            return fault_;
        }
        return values_;
    }

private:
    struct Range {
        int first = 0;
        int last = 0;
        int step = 1;
    };

    bool read_item() {
        const std::size_t start = offset_;
        if (field_.knows_last && read_last()) return true;
        Range range{field_.low, field_.high};
        if (!skip('*')) {
            if (!read_value(range.first)) return false;
            range.last = range.first;
            if (!skip('-')) return read_single(start, range);
            if (!read_value(range.last)) return false;
            if (range.last < range.first) return fail_backward(start);
        }
        if (skip('/') && !read_step(range.step)) return false;
        add(range);
        return true;
    }

    // L or $, unless more letters or digits follow.
    bool read_last() {
        const std::string_view word = peek_word();
        const bool is_last = word == "L" || word == "l";
        if (!is_last && peek() != '$') return false;
        ++offset_;
        values_.has_last = true;
        return true;
    }

    bool read_single(std::size_t start, const Range& range) {
        if (peek() == '/') {
            const std::string value(text_.substr(start, offset_ - start));
            return fail(offset_, "a step needs a range or *" + in_field(),
                        "Write " + value + "-" + std::to_string(field_.high) + "/… to start at " +
                            value + ".");
        }
        add(range);
        return true;
    }

    bool read_value(int& value) {
        const std::size_t start = offset_;
        const std::string_view word = take_word();
        if (word.empty()) return fail_missing(start);
        for (std::size_t i = 0; i < field_.value_names.size(); ++i) {
            if (equals_ignoring_case(word, field_.value_names[i])) {
                value = field_.low + static_cast<int>(i);
                return true;
            }
        }
        const auto number = parse_number(word);
        if (!number) {
            return fail(start, "unknown " + std::string(field_.name) + " " + quoted(word),
                        names_hint());
        }
        if (*number < field_.low || *number > field_.high) {
            return fail(start,
                        std::string(field_.name) + " " + std::string(word) + " is out of range",
                        "It goes from " + std::to_string(field_.low) + " to " +
                            std::to_string(field_.high) + ".");
        }
        value = *number;
        return true;
    }

    // A step is never a name and never larger than the field's last value, as in pg_cron.
    bool read_step(int& step) {
        const std::size_t start = offset_;
        const std::string_view word = take_word();
        const auto number = parse_number(word);
        if (!number || *number < 1 || *number > field_.high) {
            return fail(start,
                        word.empty()
                            ? "a number is missing after /" + in_field()
                            : "step " + std::string(word) + " is out of range" + in_field(),
                        "It goes from 1 to " + std::to_string(field_.high) + ".");
        }
        step = *number;
        return true;
    }

    void add(const Range& range) {
        for (int value = range.first; value <= range.last; value += range.step) {
            values_.bits |= std::uint64_t{1} << value;
        }
    }

    bool fail(std::size_t offset, std::string message, std::string hint = {}) {
        fault_ = {std::move(message), offset, std::move(hint)};
        return false;
    }

    bool fail_missing(std::size_t offset) {
        if (offset == text_.size()) return fail(offset, "a value is missing" + in_field());
        const bool is_quartz = peek() == '?';
        return fail(offset, "unexpected " + quoted(character()) + in_field(),
                    is_quartz ? "Write * for every value." : "");
    }

    bool fail_backward(std::size_t start) {
        const std::string_view range = text_.substr(start, offset_ - start);
        const bool is_weekday = field_.high == 7;
        return fail(start, "range " + std::string(range) + " runs backward" + in_field(),
                    is_weekday ? "Write 7 for a Sunday that ends a range, or a list of two ranges."
                               : "Write a list of two ranges.");
    }

    std::string names_hint() const {
        if (field_.value_names.empty()) return "Only numbers stand here.";
        return "Names have three letters: " + std::string(field_.value_names.front()) + " to " +
               std::string(field_.value_names.back()) + ".";
    }

    std::string in_field() const { return " in the " + std::string(field_.name) + " field"; }

    char peek() const { return offset_ < text_.size() ? text_[offset_] : '\0'; }

    // The character at the offset, whole when it has several bytes.
    std::string_view character() const {
        std::size_t end = offset_ + 1;
        while (end < text_.size() && (text_[end] & 0xC0) == 0x80) ++end;
        return text_.substr(offset_, end - offset_);
    }

    bool skip(char c) {
        if (offset_ >= text_.size() || text_[offset_] != c) return false;
        ++offset_;
        return true;
    }

    std::string_view peek_word() const {
        std::size_t end = offset_;
        while (end < text_.size() && std::isalnum(static_cast<unsigned char>(text_[end]))) ++end;
        return text_.substr(offset_, end - offset_);
    }

    std::string_view take_word() {
        const std::string_view word = peek_word();
        offset_ += word.size();
        return word;
    }

    static std::optional<int> parse_number(std::string_view word) {
        const bool is_number =
            !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
        if (!is_number) return std::nullopt;
        int value = 0;
        // Past four digits every value is out of range alike.
        for (const char c : word) value = std::min(value * 10 + (c - '0'), 9999);
        return value;
    }

    std::string_view text_;
    const CronField& field_;
    std::size_t offset_ = 0;
    CronValues values_;
    ScheduleFault fault_;
};

}  // namespace

constexpr CronField minute_field{"minute", 0, 59, {}, false};
constexpr CronField hour_field{"hour", 0, 23, {}, false};
constexpr CronField day_field{"day", 1, 31, {}, true};
constexpr CronField month_field{"month", 1, 12, month_names, false};
constexpr CronField weekday_field{"weekday", 0, 7, weekday_names, false};

Result<CronValues, ScheduleFault> parse_cron_field(std::string_view text, const CronField& field) {
    return FieldReader(text, field).read();
}

}  // namespace torale::core
