// The root: what of the schema the role may touch, as an OpenAPI document.
#pragma once
#include "core/http.hpp"
#include "rest/ask.hpp"
#include "rest/public_address.hpp"
#include "rest/schema.hpp"
#include "rest/statement.hpp"

namespace torale::rest {

core::HttpResponse reply_description(const Ask& ask, const Schema& schema, const Answer& rights,
                                     const PublicAddress& address);

}  // namespace torale::rest
