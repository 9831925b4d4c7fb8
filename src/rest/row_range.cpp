// Integers as a client writes them. What is none is ignored where these are read, so a number too
// large must not be none: limit=99999999999999999999 would become no limit, or an offset no offset.
#include "rest/row_range.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/ascii.hpp"
#include "rest/header_list.hpp"

namespace torale::rest {

namespace {

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
    text = core::trim(text, " \t");
    const bool is_negative = text.starts_with('-');
    if (!is_digits(text.substr(is_negative ? 1 : 0))) return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{}) return value;
    using limits = std::numeric_limits<std::int64_t>;
    return is_negative ? limits::min() : limits::max();
}

std::optional<RowRange> parse_row_range(std::string_view text) {
    text = core::trim(text, " \t");
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos || !is_digits(text.substr(0, dash))) return std::nullopt;
    RowRange range;
    range.first = *parse_integer(text.substr(0, dash));
    const std::string_view last = text.substr(dash + 1);
    if (last.empty()) return range;
    if (!is_digits(last)) return std::nullopt;
    range.last = parse_integer(last);
    return range;
}

}  // namespace torale::rest
