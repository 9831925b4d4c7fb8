// A request that the wire refuses by itself: nobody behind it sees it, and the connection ends.
#pragma once
#include <string>

#include "core/http.hpp"

namespace torale::http {

struct Refusal {
    int status = 400;     // 400, 408, 413, 414, 417, 431, 501 or 505
    const char* message;  // static, nothing of what was sent
};

// {"code":"HTTP400","details":null,"hint":null,"message":"…"}
core::HttpResponse response_of(const Refusal& refusal);

}  // namespace torale::http
