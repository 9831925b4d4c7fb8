// The role inside a token's claims. A path is the part of RFC 9535 that names one value ($.a.b,
// $['a'], $[0]), or the older .a.b[0] with "quoted" names.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"

namespace torale::rest {

// A member's name, or an element's index: below zero counts from the end.
using ClaimStep = std::variant<std::string, std::int64_t>;
using ClaimPath = std::vector<ClaimStep>;

// The error names the character at fault.
core::Result<ClaimPath> parse_claim_path(std::string_view text);

// A string as it is, anything else as its JSON text; nothing when absent or null.
std::optional<std::string> role_in(const core::Json& claims, const ClaimPath& path);

}  // namespace torale::rest
