// Text as torale compares it. One fold for grounding, hashing, search and the SQL trigger that
// refuses a quote which is not in its source.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"

namespace torale::core {

// NFKC, case-folded, every run of white space one blank, trimmed, quotes and dashes unified.
// Invalid UTF-8 becomes U+FFFD.
std::string fold(std::string_view text);

// Where `quote` stands in `text` after folding both: the original bytes of `text` that it
// covers, and how many characters (code points) precede them. Nothing when absent or when the
// folded quote is empty.
struct Span {
    std::size_t byte_offset = 0;
    std::size_t byte_length = 0;
    std::int64_t char_offset = 0;
};
std::optional<Span> find_folded(std::string_view text, std::string_view quote);

// SHA-256 in hex over canonical URL, folded title and folded text without relative dates
// ("3 hours ago"), separated so that no part can run into the next.
std::string content_hash(std::string_view canonical_url, std::string_view title,
                         std::string_view text);

std::string sha256_hex(std::string_view bytes);

// One sentence: a view into the text it was cut from (wrapped lines stay as they are).
// A sentence ends at .!? before white space, at a blank line, or before a line starting with
// *, - or +. Abbreviations, decimals and version numbers do not end one.
std::vector<std::string_view> split_sentences(std::string_view text);

// Cuts on a character boundary; adds an ellipsis when something was cut.
std::string truncate(std::string_view text, std::size_t chars_max);

}  // namespace torale::core
