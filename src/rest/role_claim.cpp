// One reader for both ways to write a path: they differ in the root and in the quoted names after
// a dot.
#include "rest/role_claim.hpp"

namespace torale::rest {

namespace {

constexpr std::size_t path_bytes_max = 1024;
constexpr std::size_t index_digits_max = 9;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool starts_name(char c, bool is_standard) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                           static_cast<unsigned char>(c) >= 0x80;
    if (is_letter || is_standard) return is_letter;
    return is_digit(c) || c == '$' || c == '@';
}

class PathReader {
public:
    explicit PathReader(std::string_view text) : text_(text), is_standard_(text.starts_with('$')) {}

    core::Result<ClaimPath> read() {
        if (text_.size() > path_bytes_max) return fault("is longer than 1024 bytes");
        if (is_standard_) ++at_;
        ClaimPath path;
        while (at_ < text_.size()) {
            auto step = read_step();
            if (!step) return fault("is not understood at character " + std::to_string(at_ + 1));
            path.push_back(std::move(*step));
        }
        if (path.empty()) return fault("names no claim");
        return path;
    }

private:
    core::Error fault(const std::string& what) const {
        return {.kind = core::ErrorKind::invalid,
                .message = "the role claim path " + what,
                .detail = std::string(text_.substr(0, path_bytes_max)),
                .hint = "Write it like $.role or $['https://example.com/claims'].roles[0]."};
    }

    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    bool take(char c) {
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    std::optional<ClaimStep> read_step() {
        if (take('.')) {
            if (!is_standard_ && peek() == '"') return read_quoted();
            return read_name();
        }
        if (!take('[')) return std::nullopt;
        const bool is_quoted = is_standard_ && (peek() == '\'' || peek() == '"');
        auto step = is_quoted ? read_quoted() : read_index();
        if (!step || !take(']')) return std::nullopt;
        return step;
    }

    std::optional<ClaimStep> read_name() {
        const std::size_t start = at_;
        if (!starts_name(peek(), is_standard_)) return std::nullopt;
        while (at_ < text_.size() && (starts_name(peek(), is_standard_) || is_digit(peek()))) ++at_;
        return std::string(text_.substr(start, at_ - start));
    }

    std::optional<ClaimStep> read_quoted() {
        const char quote = text_[at_++];
        std::string name;
        while (at_ < text_.size() && text_[at_] != quote) {
            if (text_[at_] != '\\') {
                name += text_[at_++];
                continue;
            }
            ++at_;
            // An escaped name of JSON beyond these is not worth a decoder here: the character
            // itself can stand in the path.
            if (peek() != quote && peek() != '\\') return std::nullopt;
            name += text_[at_++];
        }
        if (!take(quote)) return std::nullopt;
        return name;
    }

    std::optional<ClaimStep> read_index() {
        const bool is_negative = is_standard_ && take('-');
        const std::size_t start = at_;
        std::int64_t index = 0;
        while (is_digit(peek())) index = index * 10 + (text_[at_++] - '0');
        const std::size_t digits = at_ - start;
        const bool has_leading_zero = digits > 1 && text_[start] == '0';
        if (digits == 0 || digits > index_digits_max || has_leading_zero) return std::nullopt;
        if (is_negative && index == 0) return std::nullopt;
        return is_negative ? -index : index;
    }

    std::string_view text_;
    bool is_standard_;
    std::size_t at_ = 0;
};

const core::Json* follow(const core::Json& value, const ClaimStep& step) {
    if (const auto* name = std::get_if<std::string>(&step)) {
        if (!value.is_object()) return nullptr;
        const auto member = value.find(*name);
        return member == value.end() ? nullptr : &*member;
    }
    if (!value.is_array()) return nullptr;
    const auto size = static_cast<std::int64_t>(value.size());
    std::int64_t index = std::get<std::int64_t>(step);
    if (index < 0) index += size;
    if (index < 0 || index >= size) return nullptr;
    return &value[static_cast<std::size_t>(index)];
}

}  // namespace

core::Result<ClaimPath> parse_claim_path(std::string_view text) {
    return PathReader(text).read();
}

std::optional<std::string> role_in(const core::Json& claims, const ClaimPath& path) {
    const core::Json* value = &claims;
    for (const ClaimStep& step : path) {
        value = follow(*value, step);
        if (!value) return std::nullopt;
    }
    if (value->is_null()) return std::nullopt;
    if (value->is_string()) return value->get<std::string>();
    return core::write_json(*value);
}

}  // namespace torale::rest
