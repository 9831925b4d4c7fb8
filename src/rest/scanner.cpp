// Steps over text and says where it stopped making sense, in PostgREST's words.
#include "rest/scanner.hpp"

#include <algorithm>

#include "core/json.hpp"
#include "core/text.hpp"

namespace torale::rest {

namespace {

// Of the client's text in an error; it comes back in a body and perhaps in a log.
constexpr std::size_t shown_chars_max = 300;

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::size_t count_characters(std::string_view text) {
    return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, is_continuation));
}

std::string unexpected_at(std::string_view text, std::size_t offset) {
    if (offset >= text.size()) return "unexpected end of input";
    std::size_t end = offset + 1;
    while (end < text.size() && is_continuation(text[end])) ++end;
    const std::string_view character = text.substr(offset, end - offset);
    const bool is_escaped = character == "\"" || character == "\\";
    return std::string(is_escaped ? "unexpected \"\\" : "unexpected \"") + std::string(character) +
           '"';
}

}  // namespace

bool Scanner::skip(char c) {
    if (at_end() || text_[offset_] != c) return false;
    ++offset_;
    return true;
}

bool Scanner::skip(std::string_view word) {
    if (!rest().starts_with(word)) return false;
    offset_ += word.size();
    return true;
}

void Scanner::skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++offset_;
}

std::string_view Scanner::take_until(std::string_view stops) {
    const std::string_view taken = rest().substr(0, rest().find_first_of(stops));
    offset_ += taken.size();
    return taken;
}

std::optional<std::string> Scanner::take_quoted() {
    if (peek() != '"') return std::nullopt;
    std::string text;
    for (std::size_t i = offset_ + 1; i < text_.size(); ++i) {
        if (text_[i] == '"') {
            offset_ = i + 1;
            return text;
        }
        if (text_[i] == '\\' && ++i == text_.size()) break;
        text += text_[i];
    }
    return std::nullopt;
}

bool Scanner::expect(char c) {
    return skip(c) || fail({std::string("\"") + c + '"'});
}

bool Scanner::expect_end(std::string_view expecting) {
    return at_end() || fail(expecting);
}

bool Scanner::fail_at(std::size_t offset, std::string_view expecting) {
    if (expecting_.empty()) {
        fault_offset_ = offset;
        expecting_ = expecting;
    }
    return false;
}

Failure Scanner::failure(std::string_view what, std::size_t shift) const {
    return syntax_failure(what, text_, count_characters(text_.substr(0, fault_offset_)) + shift + 1,
                          unexpected_at(text_, fault_offset_) + " expecting " + expecting_);
}

bool is_plain_text(std::string_view text) {
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c - 1) < 0x7F; };
    return std::ranges::all_of(text, is_ascii) || core::clean_utf8(text) == text;
}

Failure syntax_failure(std::string_view what, std::string_view text, std::size_t column,
                       std::string details) {
    Failure failure;
    failure.code = "PGRST100";
    failure.message = "\"failed to parse " + std::string(what) + " (" +
                      core::truncate(core::clean_utf8(text), shown_chars_max) +
                      ")\" (line 1, column " + std::to_string(column) + ")";
    failure.details = core::clean_utf8(details);
    return failure;
}

}  // namespace torale::rest
