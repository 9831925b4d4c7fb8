// Rate limits as headers and as the failure that ends a request over them.
#include "rest/quota.hpp"

#include <algorithm>

#include "rest/reply_headers.hpp"

namespace torale::rest {

void add_quota_headers(core::HttpResponse& response, const Quota& quota) {
    if (quota.limit <= 0) return;
    const std::int64_t remaining = std::clamp<std::int64_t>(quota.remaining, 0, quota.limit);
    set_header(response.headers, "X-RateLimit-Limit", std::to_string(quota.limit));
    set_header(response.headers, "X-RateLimit-Remaining", std::to_string(remaining));
    set_header(response.headers, "X-RateLimit-Reset", std::to_string(quota.reset_at));
}

Failure quota_failure(const Quota& quota, core::Time now) {
    // Rounded up: a client that asks again this many seconds later is let through.
    const std::int64_t now_s = std::chrono::floor<core::seconds>(now).time_since_epoch().count();
    const std::int64_t wait_s = std::max<std::int64_t>(1, quota.reset_at - now_s);
    Failure failure;
    failure.status = 429;
    failure.code = "PT429";
    failure.message = "too many requests";
    failure.details = "The limit of " + std::to_string(quota.limit) + " requests is used up.";
    failure.hint =
        "Ask again in " + std::to_string(wait_s) + (wait_s == 1 ? " second." : " seconds.");
    failure.headers = {{"Retry-After", std::to_string(wait_s)}};
    return failure;
}

}  // namespace torale::rest
