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
// "*", "" (nobody) or a list separated by commas. A slash at an origin's end is forgiven.
OriginPolicy parse_origins(std::string_view text);

// The answer to a preflight; nothing when the request is none, or when its origin is not allowed:
// then it is answered like any OPTIONS, without the headers a browser waits for.
std::optional<core::HttpResponse> answer_preflight(const core::HttpRequest& request,
                                                   const OriginPolicy& policy);
// Nothing for a request without Origin. May be called again: headers are set, not added.
void add_cors_headers(core::HttpResponse& response, const core::HttpRequest& request,
                      const OriginPolicy& policy);
// nosniff and its like, on every response; what a response says itself stands, so a page can bring
// its own Content-Security-Policy and a feed its own Cache-Control. Without one nothing is stored:
// rows depend on who asks, and an API key in `apikey` is no Authorization that caches respect.
// `is_https` is what the operator says of the public URL: then browsers are told to stay there.
void add_security_headers(core::HttpResponse& response, bool is_https = false);

}  // namespace torale::rest
