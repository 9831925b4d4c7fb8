// The root: what of the schema the role may touch, as an OpenAPI document.
#pragma once
#include "core/http.hpp"
#include "core/result.hpp"
#include "rest/ask.hpp"
#include "rest/schema.hpp"
#include "rest/statement.hpp"

namespace torale::rest {

// Its answer's body lists relations and routines of the schema on which the role has rights.
Statement render_rights(const std::string& schema);
core::HttpResponse reply_description(const core::HttpRequest& request, const Ask& ask,
                                     const Schema& schema, const Answer& rights, bool is_https);

}  // namespace torale::rest
