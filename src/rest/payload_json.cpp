// JSON scanned for its shape (RFC 8259): PostgreSQL reads the text itself, we only need to know the
// keys before it does. nlohmann is not used since it refuses 1e400, which numeric takes.
#include <algorithm>
#include <utility>

#include "rest/payload.hpp"

namespace torale::rest {

namespace {

void append_utf8(std::string& out, std::uint32_t code) {
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | (code >> 6));
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | (code >> 12));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0 | (code >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    std::optional<JsonShape> scan() {
        State state = State::value;
        while (state != State::end) {
            skip_blanks();
            switch (state) {
                case State::value:
                    state = scan_value();
                    break;
                case State::key:
                    state = scan_key();
                    break;
                case State::after:
                    state = scan_after();
                    break;
                case State::end:
                    break;
                case State::fault:
                    return std::nullopt;
            }
        }
        return std::move(shape_);
    }

private:
    enum class State { value, key, after, end, fault };

    void skip_blanks() {
        const std::size_t next = text_.find_first_not_of(" \t\r\n", at_);
        at_ = next == std::string_view::npos ? text_.size() : next;
    }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char letter) {
        if (peek() != letter || at_ >= text_.size()) return false;
        ++at_;
        return true;
    }

    State scan_value() {
        note_element();
        const char first = peek();
        if (first == '{' || first == '[') return open(first);
        if (first == '"') return scan_string(nullptr) ? State::after : State::fault;
        if (first == '-' || is_digit(first)) return scan_number() ? State::after : State::fault;
        for (const std::string_view word : {"true", "false", "null"}) {
            if (text_.substr(at_, word.size()) != word) continue;
            at_ += word.size();
            return State::after;
        }
        return State::fault;
    }

    State open(char bracket) {
        ++at_;
        if (levels_.size() == json_depth_max) return State::fault;
        if (levels_.empty()) {
            const bool is_object = bracket == '{';
            shape_.kind = is_object ? JsonShape::Kind::object : JsonShape::Kind::array;
            shape_.rows = is_object ? 1 : 0;
            shape_.starts_with_object = is_object;
        }
        levels_ += bracket;
        skip_blanks();
        if (take(bracket == '{' ? '}' : ']')) return close();
        return bracket == '{' ? State::key : State::value;
    }

    State close() {
        if (is_row()) finish_row();
        levels_.pop_back();
        return State::after;
    }

    State scan_key() {
        std::string key;
        if (peek() != '"' || !scan_string(is_row() ? &key : nullptr)) return State::fault;
        if (is_row()) keys_.push_back(std::move(key));
        skip_blanks();
        return take(':') ? State::value : State::fault;
    }

    State scan_after() {
        if (levels_.empty()) return at_ == text_.size() ? State::end : State::fault;
        const bool is_object = levels_.back() == '{';
        if (take(',')) return is_object ? State::key : State::value;
        return take(is_object ? '}' : ']') ? close() : State::fault;
    }

    // Whether the innermost open bracket is that of a row: the root object or an object right in
    // the root array.
    bool is_row() const { return levels_ == "{" || levels_ == "[{"; }

    void note_element() {
        if (levels_ != "[") return;
        ++shape_.rows;
        if (peek() != '{') shape_.is_uniform = false;
        if (shape_.rows == 1) shape_.starts_with_object = peek() == '{';
    }

    void finish_row() {
        std::sort(keys_.begin(), keys_.end());
        keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
        if (shape_.rows == 1) {
            shape_.keys = std::move(keys_);
        } else if (keys_ != shape_.keys) {
            shape_.is_uniform = false;
        }
        keys_.clear();
    }

    bool scan_digits() {
        const std::size_t start = at_;
        while (is_digit(peek())) ++at_;
        return at_ > start;
    }

    bool scan_number() {
        take('-');
        if (!take('0') && !scan_digits()) return false;
        if (take('.') && !scan_digits()) return false;
        if (take('e') || take('E')) {
            if (!take('+')) take('-');
            return scan_digits();
        }
        return true;
    }

    // Without its quotes and escapes into `out`, when there is one.
    bool scan_string(std::string* out) {
        for (++at_; at_ < text_.size(); ++at_) {
            const char letter = text_[at_];
            if (letter == '"') return ++at_, true;
            if (static_cast<unsigned char>(letter) < 0x20) return false;
            if (letter == '\\') {
                if (!scan_escape(out)) return false;
            } else if (out) {
                *out += letter;
            }
        }
        return false;
    }

    // Leaves at_ on the escape's last letter.
    bool scan_escape(std::string* out) {
        ++at_;
        const char letter = peek();
        if (letter == 'u') return scan_unicode(out);
        constexpr std::string_view names = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        const std::size_t place = names.find(letter);
        if (place == std::string_view::npos) return false;
        if (out) *out += meanings[place];
        return true;
    }

    bool scan_unicode(std::string* out) {
        std::optional<std::uint32_t> code = hex_digits();
        if (!code || (*code >= 0xDC00 && *code <= 0xDFFF)) return false;
        if (*code >= 0xD800 && *code <= 0xDBFF) {
            if (text_.substr(at_ + 1, 2) != "\\u") return false;
            at_ += 2;
            const std::optional<std::uint32_t> low = hex_digits();
            if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
            code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
        }
        if (out) append_utf8(*out, *code);
        return true;
    }

    std::optional<std::uint32_t> hex_digits() {
        std::uint32_t code = 0;
        for (int i = 0; i < 4; ++i) {
            ++at_;
            const char letter = peek();
            const char lower = static_cast<char>(letter | 0x20);
            if (is_digit(letter)) {
                code = code * 16 + static_cast<std::uint32_t>(letter - '0');
            } else if (lower >= 'a' && lower <= 'f') {
                code = code * 16 + static_cast<std::uint32_t>(lower - 'a' + 10);
            } else {
                return std::nullopt;
            }
        }
        return code;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string levels_;  // the open brackets
    std::vector<std::string> keys_;
    JsonShape shape_;
};

}  // namespace

std::optional<JsonShape> inspect_json(std::string_view text) {
    return Scanner(text).scan();
}

}  // namespace torale::rest
