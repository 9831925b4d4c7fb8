// The JSON object in what a model wrote. Lenient about wrapping; text is never repaired.
#pragma once
#include <optional>
#include <string_view>

#include "core/json.hpp"

namespace torale::agent {

// The whole text, what stands in its fence, what follows its thoughts, or from the first brace to
// its match; nothing when none of these is a JSON object of sane size and depth.
std::optional<core::Json> find_object(std::string_view text);

}  // namespace torale::agent
