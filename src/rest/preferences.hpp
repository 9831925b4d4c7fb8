// Prefer headers → Preferences.
#pragma once
#include <vector>

#include "core/call.hpp"
#include "rest/ask.hpp"

namespace torale::rest {

// All Prefer headers and their lists in order; of each kind the first valid one counts. What is
// unknown goes to `invalid`.
Preferences parse_preferences(const std::vector<core::Header>& headers);

}  // namespace torale::rest
