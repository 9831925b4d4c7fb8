// What a function or trigger says about its own response: response.headers and response.status.
#pragma once
#include "core/http.hpp"
#include "rest/failure.hpp"
#include "rest/statement.hpp"

namespace torale::rest {

// Applied to a response that is complete otherwise. A name given replaces that header, a name
// repeated is repeated; headers that frame the message stay the server's. PGRST111, PGRST112.
Result<core::HttpResponse> override_response(core::HttpResponse response, const Answer& answer);

}  // namespace torale::rest
