// Cross-origin headers and the headers that every response carries. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/http.hpp"

namespace torale::rest {

struct OriginPolicy {
    bool is_any = true;                // "*"
    std::vector<std::string> origins;  // echoed, with credentials
};
// "*", "" (nobody) or a list separated by commas.
OriginPolicy parse_origins(std::string_view text);

// The answer to a preflight; nothing when the request is none.
std::optional<core::HttpResponse> answer_preflight(const core::HttpRequest& request,
                                                   const OriginPolicy& policy);
void add_cors_headers(core::HttpResponse& response, const core::HttpRequest& request,
                      const OriginPolicy& policy);
// nosniff and its like, on every response.
void add_security_headers(core::HttpResponse& response);

}  // namespace torale::rest
