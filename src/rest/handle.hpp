// One HTTP request from bytes understood to response: the walk of the room.
#pragma once
#include "core/clock.hpp"
#include "core/http.hpp"
#include "rest/cors.hpp"
#include "rest/plan.hpp"
#include "rest/ports.hpp"

namespace torale::rest {

struct Service {
    Database& database;
    Limiter& limiter;
    const core::Clock& clock;
    const KeySet& keys;
    TokenPolicy tokens;
    OriginPolicy origins;
    PlanWishes plans;
    std::vector<std::string> schemas;
    bool allows_anonymous = true;  // else PGRST302 without a credential
    bool is_standby = false;
};

core::HttpResponse handle_request(const core::HttpRequest& request, Service& service);

}  // namespace torale::rest
