// The tokenizer. A compound is one word, so that "python-openssl" is not "openssl".
#include "providers/rules_tokens.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace torale::providers::rules {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_ascii_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

namespace {

constexpr std::array<std::string_view, 6> clause_words{"although", "but",     "however",
                                                       "though",   "whereas", "while"};

// What a character is to us, and how many bytes it has.
enum class Class : unsigned char { letter, digit, connector, sign, border, blank, other };
struct Character {
    Class kind = Class::other;
    std::size_t length = 1;
};

constexpr bool contains(std::string_view set, char c) {
    return set.find(c) != std::string_view::npos;
}

constexpr std::array<Class, 128> make_classes() {
    std::array<Class, 128> classes{};
    for (int i = 0; i < 128; ++i) {
        const char c = static_cast<char>(i);
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        classes[static_cast<std::size_t>(i)] = letter                      ? Class::letter
                                               : c >= '0' && c <= '9'      ? Class::digit
                                               : contains("-.~+'@&/:,", c) ? Class::connector
                                               : contains("%$<>=?\"", c)   ? Class::sign
                                               : contains(";()[]{}", c)    ? Class::border
                                               : c <= ' '                  ? Class::blank
                                                                           : Class::other;
    }
    return classes;
}
constexpr std::array<Class, 128> ascii_classes = make_classes();

struct Known {
    std::string_view bytes;
    Class kind;
};
constexpr std::array<Known, 22> beyond_ascii{
    {{"€", Class::sign},       {"£", Class::sign},       {"¥", Class::sign},
     {"°", Class::sign},       {"≤", Class::sign},       {"≥", Class::sign},
     {"“", Class::sign},       {"”", Class::sign},       {"„", Class::sign},
     {"«", Class::sign},       {"»", Class::sign},       {"’", Class::connector},
     {"‐", Class::connector},  {"‑", Class::connector},  {"−", Class::connector},
     {"–", Class::border},     {"—", Class::border},     {"…", Class::border},
     {"\u00A0", Class::blank}, {"\u202F", Class::blank}, {"•", Class::border},
     {"·", Class::border}}};

Character classify(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) return {ascii_classes[lead], 1};
    for (const Known& known : beyond_ascii) {
        if (text.substr(at, known.bytes.size()) == known.bytes) {
            return {known.kind, known.bytes.size()};
        }
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    // U+2000 … U+206F: blanks and punctuation that nobody named above.
    const bool punctuation =
        lead == 0xE2 && at + 1 < text.size() && (text[at + 1] == '\x80' || text[at + 1] == '\x81');
    return {punctuation ? Class::blank : Class::letter, std::min(length, text.size() - at)};
}

class Tokenizer {
public:
    explicit Tokenizer(std::string_view text) : text_(text) { tokens_.reserve(text.size() / 6); }

    std::vector<Token> run() {
        for (std::size_t at = 0; at < text_.size();) {
            const Character c = classify(text_, at);
            const bool reference = text_[at] == '#' && at + 1 < text_.size();
            if (c.kind == Class::letter || c.kind == Class::digit || reference) {
                at = read_token(at,
                                c.kind == Class::digit ? Token::Kind::number : Token::Kind::word);
                continue;
            }
            if (c.kind == Class::sign) add_sign(at, c.length);
            if (c.kind == Class::border || is_clause_connector(at)) ++clause_;
            at += c.length;
        }
        return std::move(tokens_);
    }

private:
    char byte(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
    bool is_token_char(std::size_t at) const {
        if (at >= text_.size()) return false;
        const Class kind = classify(text_, at).kind;
        return kind == Class::letter || kind == Class::digit;
    }

    // A comma or colon, or a dash standing alone.
    bool is_clause_connector(std::size_t at) const {
        const char c = text_[at];
        if (c == ',' || c == ':') return true;
        return c == '-' && byte(at + 1) == ' ' && at > 0 && text_[at - 1] == ' ';
    }

    // True when the connector at `at` holds the characters around it together.
    bool joins(std::size_t at, std::size_t length) const {
        if (!is_token_char(at + length)) return false;
        const bool digits = is_digit(byte(at - 1)) && is_digit(byte(at + length));
        switch (text_[at]) {
            case '/':
            case ':':
                return digits;
            case ',':
                return digits && is_digit(byte(at + 2)) && is_digit(byte(at + 3)) &&
                       !is_digit(byte(at + 4));
            default:
                return true;
        }
    }

    std::size_t read_token(std::size_t begin, Token::Kind kind) {
        std::size_t end = begin + classify(text_, begin).length;
        while (end < text_.size()) {
            const Character c = classify(text_, end);
            const bool inside =
                c.kind == Class::letter || c.kind == Class::digit ||
                (c.kind == Class::connector && text_[begin] != '#' && joins(end, c.length));
            if (!inside) break;
            end += c.length;
        }
        if (text_.substr(end, 2) == "++" && !is_token_char(end + 2)) end += 2;
        if (end == begin + 1 && is_ascii_letter(text_[begin]) && byte(end) == '#') ++end;
        add_token(begin, end, kind);
        return end;
    }

    void add_token(std::size_t begin, std::size_t end, Token::Kind kind) {
        Token token;
        token.kind = kind;
        token.raw = text_.substr(begin, end - begin);
        token.offset = begin;
        token.is_capital = token.raw[0] >= 'A' && token.raw[0] <= 'Z';
        token.is_negative = kind == Token::Kind::number && is_minus_before(begin);
        token.folded = fold_token(token.raw);
        if (is_clause_word(token.folded)) ++clause_;
        token.clause = clause_;
        tokens_.push_back(std::move(token));
    }

    static bool is_clause_word(std::string_view word) {
        return contains("abhtw", word[0]) &&
               std::binary_search(clause_words.begin(), clause_words.end(), word);
    }

    // "-5" after a blank, a bracket or nothing; "3-5" is no negative number.
    bool is_minus_before(std::size_t begin) const {
        const std::string_view before = text_.substr(0, begin);
        const std::size_t length = before.size() >= 3 && before.substr(begin - 3) == "−" ? 3
                                   : !before.empty() && before.back() == '-'             ? 1
                                                                                         : 0;
        if (length == 0) return false;
        const char outer = begin > length ? text_[begin - length - 1] : ' ';
        return outer == ' ' || outer == '(' || outer == '\n' || outer == '\t';
    }

    static std::string fold_token(std::string_view raw) {
        std::string folded(raw);
        unsigned char all = 0;
        for (char& c : folded) {
            all |= static_cast<unsigned char>(c);
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        }
        if (all >= 0x80) folded = core::fold(raw);
        if (folded.size() > 2 && folded.compare(folded.size() - 2, 2, "'s") == 0) {
            folded.resize(folded.size() - 2);
        }
        if (is_acronym_plural(raw)) folded.pop_back();
        return folded;
    }

    // "CVEs", "TVs".
    static bool is_acronym_plural(std::string_view raw) {
        return raw.size() >= 3 && raw.back() == 's' && raw[0] <= 'Z' &&
               std::all_of(raw.begin(), raw.end() - 1, [](char c) { return c >= 'A' && c <= 'Z'; });
    }

    void add_sign(std::size_t at, std::size_t length) {
        Token token;
        token.kind = Token::Kind::sign;
        token.raw = text_.substr(at, length);
        token.offset = at;
        token.clause = clause_;
        token.folded = token.raw;
        for (const std::string_view quote : {"“", "”", "„", "«", "»"}) {
            if (token.raw == quote) token.folded = "\"";
        }
        tokens_.push_back(std::move(token));
    }

    std::string_view text_;
    std::vector<Token> tokens_;
    int clause_ = 0;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
    return Tokenizer(text).run();
}

}  // namespace torale::providers::rules
