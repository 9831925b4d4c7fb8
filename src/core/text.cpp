// Folding, and what rests on it. ASCII never touches utf8proc: fold runs per source and per
// quote in the scheduler's one thread, and in the trigger that guards citations.
#include "core/text.hpp"

#include <openssl/evp.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace torale::core {

namespace {

constexpr char32_t replacement = 0xFFFD;
constexpr auto fold_options = static_cast<utf8proc_option_t>(
    UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
constexpr auto decompose_options = static_cast<utf8proc_option_t>(
    UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);

constexpr std::array<char, 128> make_ascii_folds() {
    std::array<char, 128> folds{};
    for (int c = 0; c < 128; ++c) {
        const bool upper = c >= 'A' && c <= 'Z';
        const bool white = c == ' ' || (c >= '\t' && c <= '\r');
        folds[static_cast<std::size_t>(c)] = static_cast<char>(upper      ? c + 32
                                                               : white    ? ' '
                                                               : c == '`' ? '\''
                                                                          : c);
    }
    return folds;
}
constexpr std::array<char, 128> ascii_folds = make_ascii_folds();

bool is_ascii(std::string_view text) {
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t block = 0;
        std::memcpy(&block, text.data() + at, 8);
        if ((block & 0x8080808080808080ULL) != 0) return false;
    }
    return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                       [](char c) { return static_cast<signed char>(c) >= 0; });
}

// Appends the fold of ASCII bytes. `after_blank`: a blank here would be the second or lead.
void append_ascii(std::string& out, std::string_view text, bool after_blank) {
    const std::size_t begin = out.size();
    out.resize(begin + text.size());
    char* to = out.data() + begin;
    for (const char c : text) {
        // No branch: where words end cannot be predicted.
        const char folded = ascii_folds[static_cast<unsigned char>(c)];
        const bool is_blank = folded == ' ';
        *to = folded;
        to += is_blank && after_blank ? 0 : 1;
        after_blank = is_blank;
    }
    out.resize(static_cast<std::size_t>(to - out.data()));
}

std::string fold_ascii(std::string_view text) {
    std::string out;
    append_ascii(out, text, true);
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

bool is_white(char32_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

// Quotes and dashes that a page and a model write differently for the same words.
char32_t unify(char32_t c) {
    if (c < 0x80) return c == '`' ? U'\'' : c;
    if ((c >= 0x2018 && c <= 0x201B) || c == 0x2032 || c == 0x2035 || c == 0x2039 || c == 0x203A ||
        c == 0x02BC || c == 0x00B4) {
        return '\'';
    }
    if ((c >= 0x201C && c <= 0x201F) || c == 0x2033 || c == 0x2036 || c == 0x00AB || c == 0x00BB ||
        (c >= 0x301D && c <= 0x301F)) {
        return '"';
    }
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0x2043) return '-';
    return c;
}

// Reads the code point at `at`; length 1 and U+FFFD for a byte that is not UTF-8.
struct Decoded {
    char32_t c = replacement;
    std::size_t length = 1;
    bool valid = false;
};
Decoded decode(std::string_view text, std::size_t at) {
    utf8proc_int32_t c = -1;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at;
    const auto length =
        utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() - at), &c);
    if (length <= 0 || c < 0) return {};
    return {static_cast<char32_t>(c), static_cast<std::size_t>(length), true};
}

// True when normalisation may join this character to the one before: marks, Hangul vowels and
// finals, and what vanishes (a soft hyphen must not part a letter from its accent).
bool joins_previous(char32_t c) {
    if (c < 0x300) return c == 0xAD;
    std::array<utf8proc_int32_t, 32> parts{};
    int boundary = 0;
    const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(),
                                               parts.size(), decompose_options, &boundary);
    if (count <= 0) return true;
    const auto first = parts[0];
    if (first >= 0x1160 && first <= 0x11FF) return true;
    const auto category = utf8proc_category(first);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
           category == UTF8PROC_CATEGORY_ME;
}

struct Origin {
    std::size_t begin = 0;
    std::size_t end = 0;
};

// Folds piece by piece, where a piece is a character with all that may join it, and so knows
// for each folded byte which original bytes it came from.
class Folder {
public:
    Folder(std::string_view text, std::vector<Origin>* origins) : text_(text), origins_(origins) {
        out_.reserve(text.size());
    }

    std::string run() {
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t end = origins_ == nullptr ? end_of_plain(at) : at;
            if (end > at) {
                append_plain(text_.substr(at, end - at));
                at = end;
            } else {
                at = fold_piece(at);
            }
        }
        return std::move(out_);
    }

private:
    bool is_ascii_at(std::size_t at) const {
        return at >= text_.size() || static_cast<signed char>(text_[at]) >= 0;
    }

    // Where ASCII stops, less the character that a mark may join.
    std::size_t end_of_plain(std::size_t at) const {
        std::size_t end = at;
        while (end < text_.size() && is_ascii_at(end)) ++end;
        return end == text_.size() || end == at ? end : end - 1;
    }

    void append_plain(std::string_view ascii) {
        if (blank_pending_) out_ += ' ';
        blank_pending_ = false;
        append_ascii(out_, ascii, out_.empty() || out_.back() == ' ');
        if (!out_.empty() && out_.back() == ' ') {
            out_.pop_back();
            blank_pending_ = !out_.empty();
        }
    }

    std::size_t fold_piece(std::size_t begin) {
        if (is_ascii_at(begin) && is_ascii_at(begin + 1)) {
            emit(static_cast<char32_t>(ascii_folds[static_cast<unsigned char>(text_[begin])]),
                 {begin, begin + 1});
            return begin + 1;
        }
        const Decoded first = decode(text_, begin);
        std::size_t end = begin + first.length;
        const char32_t unified = unify(first.c);
        if (!first.valid || unified != first.c) {
            emit(unified, {begin, end});
            return end;
        }
        while (end < text_.size() && !is_ascii_at(end)) {
            const Decoded next = decode(text_, end);
            if (!next.valid || !joins_previous(next.c)) break;
            end += next.length;
        }
        normalise({begin, end});
        return end;
    }

    void normalise(Origin origin) {
        const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text_.data()) + origin.begin;
        const auto size = static_cast<utf8proc_ssize_t>(origin.end - origin.begin);
        buffer_.resize(std::max<std::size_t>(buffer_.size(), 32));
        auto count =
            utf8proc_decompose(bytes, size, buffer_.data(),
                               static_cast<utf8proc_ssize_t>(buffer_.size()), fold_options);
        if (count > static_cast<utf8proc_ssize_t>(buffer_.size())) {
            buffer_.resize(static_cast<std::size_t>(count));
            count = utf8proc_decompose(bytes, size, buffer_.data(), count, fold_options);
        }
        count = count > 0 ? utf8proc_normalize_utf32(buffer_.data(), count, fold_options) : count;
        for (utf8proc_ssize_t i = 0; i < count; ++i) {
            emit(unify(static_cast<char32_t>(buffer_[static_cast<std::size_t>(i)])), origin);
        }
    }

    void emit(char32_t c, Origin origin) {
        if (is_white(c)) {
            if (!blank_pending_) blank_ = origin;
            blank_.end = origin.end;
            blank_pending_ = !out_.empty();
            return;
        }
        if (blank_pending_) append(" ", 1, blank_);
        blank_pending_ = false;
        std::array<utf8proc_uint8_t, 4> bytes{};
        const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes.data());
        append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length),
               origin);
    }

    void append(const char* bytes, std::size_t length, Origin origin) {
        out_.append(bytes, length);
        if (origins_ != nullptr) origins_->insert(origins_->end(), length, origin);
    }

    std::string_view text_;
    std::vector<Origin>* origins_;
    std::string out_;
    std::vector<utf8proc_int32_t> buffer_;
    bool blank_pending_ = false;
    Origin blank_;
};

std::int64_t count_characters(std::string_view text) {
    return std::count_if(text.begin(), text.end(),
                         [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

// An ASCII quote that stands in the text byte for byte. Not asked when a mark could follow and
// change its last letter.
std::optional<Span> find_verbatim(std::string_view text, std::string_view quote) {
    const std::size_t at = text.find(quote);
    if (at == std::string_view::npos) return std::nullopt;
    const std::size_t end = at + quote.size();
    if (end < text.size() && static_cast<signed char>(text[end]) < 0) return std::nullopt;
    return Span{at, quote.size(), count_characters(text.substr(0, at))};
}

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n\v\f");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n\v\f") - first + 1);
}

}  // namespace

std::string fold(std::string_view text) {
    if (is_ascii(text)) return fold_ascii(text);
    return Folder(text, nullptr).run();
}

std::optional<Span> find_folded(std::string_view text, std::string_view quote) {
    quote = trim(quote);
    if (quote.empty()) return std::nullopt;
    if (is_ascii(quote)) {
        if (const auto span = find_verbatim(text, quote)) return span;
    }
    const std::string wanted = fold(quote);
    if (wanted.empty()) return std::nullopt;
    const std::size_t at = fold(text).find(wanted);
    if (at == std::string::npos) return std::nullopt;
    // Only a hit pays for knowing where each byte came from.
    std::vector<Origin> origins;
    Folder(text, &origins).run();
    const std::size_t begin = origins[at].begin;
    const std::size_t end = origins[at + wanted.size() - 1].end;
    return Span{begin, end - begin, count_characters(text.substr(0, begin))};
}

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(2 * static_cast<std::size_t>(length));
    for (unsigned int i = 0; i < length; ++i) {
        hex += digits[digest[i] >> 4];
        hex += digits[digest[i] & 15];
    }
    return hex;
}

std::string truncate(std::string_view text, std::size_t chars_max) {
    std::size_t chars = 0;
    std::size_t cut = 0;  // where chars_max - 1 characters end: the ellipsis needs one
    for (std::size_t at = 0; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
        if (chars + 1 == chars_max) cut = at;
        if (chars == chars_max) {
            return chars_max == 0 ? std::string() : std::string(text.substr(0, cut)) + "…";
        }
        ++chars;
    }
    return std::string(text);
}

}  // namespace torale::core
