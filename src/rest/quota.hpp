// What a rate limit tells the client: on every response, and when it is used up.
#pragma once
#include "core/clock.hpp"
#include "core/http.hpp"
#include "rest/failure.hpp"
#include "rest/ports.hpp"

namespace torale::rest {

// X-RateLimit-Limit, -Remaining and -Reset (Unix seconds); none without a limit.
void add_quota_headers(core::HttpResponse& response, const Quota& quota);

// 429 PT429 with Retry-After: whole seconds until the limit is reset, at least one.
Failure quota_failure(const Quota& quota, core::Time now);

}  // namespace torale::rest
