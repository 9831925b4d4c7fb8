// One HTTP request from bytes understood to response: the walk of the room.
#pragma once
#include "core/clock.hpp"
#include "core/http.hpp"
#include "rest/cors.hpp"
#include "rest/plan.hpp"
#include "rest/ports.hpp"
#include "rest/token_cache.hpp"

namespace torale::rest {

struct Service {
    Database& database;
    Limiter& limiter;
    const core::Clock& clock;
    const KeySet& keys;
    TokenCache& known_tokens;  // cleared when keys change
    TokenPolicy tokens{};
    OriginPolicy origins{};
    PlanWishes plans{};
    std::vector<std::string> schemas{};
    bool allows_anonymous = true;  // else PGRST302 without a credential
    bool is_open = false;          // development: let in without one, from this machine's pages
    bool lacks_key = false;        // set when a token needs a key that is not among `keys`
    std::string public_url{};      // "" = unknown; with https browsers are told to stay there
    bool is_https() const { return public_url.starts_with("https://"); }
};

core::HttpResponse handle_request(const core::HttpRequest& request, Service& service);

}  // namespace torale::rest
