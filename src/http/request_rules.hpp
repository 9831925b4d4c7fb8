// What a request's head must be beyond its syntax.
#pragma once
#include <optional>
#include <string_view>

#include "core/http.hpp"
#include "http/refusal.hpp"

namespace torale::http {

constexpr int headers_max = 128;

// Checks the target, the host and what frames the body. `version` is 10 or 11.
std::optional<Refusal> refusal_of(const core::HttpRequest& request, int version);

}  // namespace torale::http
