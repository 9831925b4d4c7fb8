// Rows by number: the integers of limit and offset, and the Range header.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "rest/ask.hpp"

namespace torale::rest {

// Blanks around and a minus sign are allowed; what does not fit is the nearest that does.
std::optional<std::int64_t> parse_integer(std::string_view text);

// "a-b" or "a-", also with b < a; nothing for any other form, which counts as no header.
std::optional<RowRange> parse_row_range(std::string_view text);

}  // namespace torale::rest
