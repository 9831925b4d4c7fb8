// A place in a parameter's text and the first fault found there; what all readers of the grammar
// stand on. Readers return false after fail(), and the fault becomes PGRST100.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "rest/failure.hpp"

namespace torale::rest {

// Embeds in embeds, logic in logic, arrows in a json path. Each level is a frame of ours, of the
// planner and of PostgreSQL's parser; nobody writes a tenth of this by hand.
constexpr int nesting_max = 32;

class Scanner {
public:
    // `text` outlives the scanner.
    explicit Scanner(std::string_view text) : text_(text) {}

    bool at_end() const { return offset_ == text_.size(); }
    // '\0' at the end; `ahead` characters further.
    char peek(std::size_t ahead = 0) const {
        return offset_ + ahead < text_.size() ? text_[offset_ + ahead] : '\0';
    }
    std::string_view rest() const { return text_.substr(offset_); }
    std::size_t offset() const { return offset_; }
    void rewind(std::size_t offset) { offset_ = offset; }

    bool skip(char c);
    bool skip(std::string_view word);
    void skip_blanks();
    // Up to any of `stops` or the end, perhaps nothing.
    std::string_view take_until(std::string_view stops);
    // "…" with backslashes before any character; nothing, and no step taken, when no quote opens
    // here or it never closes.
    std::optional<std::string> take_quoted();

    bool expect(char c);
    bool expect_end(std::string_view expecting);
    // Always false. The first fault stays.
    bool fail(std::string_view expecting) { return fail_at(offset_, expecting); }
    bool fail_at(std::size_t offset, std::string_view expecting);
    // PGRST100. `shift` is added to the column: characters that PostgREST counts and does not show.
    Failure failure(std::string_view what, std::size_t shift = 0) const;

private:
    std::string_view text_;
    std::size_t offset_ = 0;
    std::size_t fault_offset_ = 0;
    std::string expecting_;
};

// UTF-8 without NUL: what PostgreSQL takes as text.
bool is_plain_text(std::string_view text);

// `"failed to parse {what} ({text})" (line 1, column {column})`.
Failure syntax_failure(std::string_view what, std::string_view text, std::size_t column,
                       std::string details);

}  // namespace torale::rest
