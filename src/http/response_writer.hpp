// A response's bytes. What a header's value or the reason phrase may not hold is taken out here:
// SQL functions may set both.
#pragma once
#include <string>
#include <string_view>

#include "core/http.hpp"

namespace torale::http {

enum class BodyEnd {
    length,   // Content-Length
    none,     // no body by the rules of HTTP
    chunked,  // more follows in chunks
    closing   // more follows until the connection is closed
};

// What the response depends on beside its own values.
struct ResponseFrame {
    std::string_view date;  // "Tue, 24 Nov 2026 14:47:13 GMT"
    bool is_head_method = false;
    bool is_http_1_0 = false;
    bool is_last = false;  // the connection is closed behind it
};

BodyEnd body_end(const core::HttpResponse& response, const ResponseFrame& frame);

// Head and body, or the beginning of a stream.
void write_response(std::string& out, const core::HttpResponse& response,
                    const ResponseFrame& frame);
// One chunk; nothing for no bytes, since an empty chunk ends the body.
void write_chunk(std::string& out, std::string_view bytes);
void write_last_chunk(std::string& out);

}  // namespace torale::http
