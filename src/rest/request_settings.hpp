// What the database may read of a request: request.headers, request.cookies and their like.
#pragma once
#include "core/http.hpp"
#include "rest/ask.hpp"
#include "rest/plan.hpp"
#include "rest/ports.hpp"

namespace torale::rest {

RequestSettings settings_of(const core::HttpRequest& request, const Ask& ask, const Plan& plan);

// JSON objects; of a name given twice the last counts. Without cookie, authorization and apikey:
// SQL code has no use for credentials.
std::string headers_json(const core::HttpRequest& request);
std::string cookies_json(const core::HttpRequest& request);

}  // namespace torale::rest
