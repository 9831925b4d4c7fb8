// GET /rss/{token} and /feed/{token}.json: an owner's or a task's findings for feed readers.
#pragma once
#include <optional>

#include "rest/handle.hpp"

namespace torale::rest {

// Nothing when the path is neither. Unknown and revoked tokens are 404; whoever tries many waits.
std::optional<core::HttpResponse> answer_finding_feed(const core::HttpRequest& request,
                                                      Service& service);

}  // namespace torale::rest
