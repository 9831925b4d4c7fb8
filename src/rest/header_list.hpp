// Comma lists of a header that may come several times (RFC 9110 §5.3).
#pragma once
#include <string_view>
#include <vector>

#include "core/call.hpp"

namespace torale::rest {

// The members of all headers called `name`, in order, trimmed, empty ones left out. Separators in
// quoted strings separate nothing.
std::vector<std::string_view> list_members(const std::vector<core::Header>& headers,
                                           std::string_view name);

// `text` at each `separator` outside quoted strings, trimmed, empty ones left out.
std::vector<std::string_view> split_members(std::string_view text, char separator);

}  // namespace torale::rest
