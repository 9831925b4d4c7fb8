#include "http/refusal.hpp"

namespace torale::http {

core::HttpResponse response_of(const Refusal& refusal) {
    core::HttpResponse response;
    response.status = refusal.status;
    response.headers = {{"Content-Type", "application/json; charset=utf-8"}};
    response.body = "{\"code\":\"HTTP" + std::to_string(refusal.status) +
                    "\",\"details\":null,\"hint\":null,\"message\":\"" + refusal.message + "\"}";
    return response;
}

}  // namespace torale::http
