#include "rest/refusals.hpp"

namespace torale::rest {

Failure anonymous_refused() {
    return {.status = 401,
            .code = "PGRST302",
            .message = "Anonymous access is disabled",
            .headers = {{"WWW-Authenticate", "Bearer"}}};
}

Failure locked_out() {
    return {.status = 429,
            .code = "PT429",
            .message = "too many refused credentials",
            .hint = "Ask again in a minute.",
            .headers = {{"Retry-After", "60"}}};
}

}  // namespace torale::rest
