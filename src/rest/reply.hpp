// Plan + Answer → Response: status, headers, body; and Failure → the standard error. Pure.
#pragma once
#include <optional>

#include "core/http.hpp"
#include "rest/ask.hpp"
#include "rest/failure.hpp"
#include "rest/plan.hpp"
#include "rest/statement.hpp"

namespace torale::rest {

// The response of a request that succeeded; PGRST103, 111, 112. The caller rolls back on failure.
Result<core::HttpResponse> reply(const Ask& ask, const Plan& plan, const Answer& answer);

// Checks that roll back: one object asked and not one row, PUT that changed another row, more rows
// than max-affected. PGRST115, 116, 124.
std::optional<Failure> refuse_answer(const Plan& plan, const Answer& answer);

core::HttpResponse reply_failure(const Failure& failure);

// SQLSTATE → status and body; RAISE with PTxyz and PGRST take control.
Failure failure_of(const SqlError& error, bool is_anonymous);

// OPTIONS of a relation, a routine or the root: Allow.
Result<core::HttpResponse> reply_options(const Schema& schema, const Ask& ask);

}  // namespace torale::rest
