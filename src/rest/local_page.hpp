// Whether a request may count as one of this machine's: what torale.http_noauth lets in.
#pragma once
#include "core/http.hpp"
#include "rest/cors.hpp"

namespace torale::rest {

// A browser here may show anybody's page. Such a page names itself in Origin, and one whose name
// was made to lead to this machine stands in Host: both must name this machine, or Origin one that
// the operator has listed. Programs send no Origin.
bool is_from_this_machine(const core::HttpRequest& request, const OriginPolicy& origins);

}  // namespace torale::rest
