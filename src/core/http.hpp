// One HTTP exchange as values, as the server's side sees it: http reads and writes the bytes, rest
// answers. The calls that torale makes itself are core::Request and core::Reply of call.hpp.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/call.hpp"

namespace torale::core {

struct HttpRequest {
    std::string method;           // as sent: methods are case sensitive
    std::string target;           // origin form, still percent-encoded: "/tasks?select=id"
    std::vector<Header> headers;  // in order; see find_header()
    std::string body;
    std::string remote;  // the peer's address without port, for limits and logs

    std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
    // Without the question mark.
    std::string_view query() const {
        const std::size_t mark = target.find('?');
        if (mark == std::string::npos) return {};
        return std::string_view(target).substr(mark + 1);
    }
    bool operator==(const HttpRequest&) const = default;
};

// The server adds Date, Server, Connection and Content-Length (none on 204, 304 and HEAD).
struct HttpResponse {
    int status = 200;
    std::string reason;  // "" = the usual one
    std::vector<Header> headers;
    std::string body;
    bool is_stream = false;  // the body is only its beginning, more follows until the end
    bool operator==(const HttpResponse&) const = default;
};

}  // namespace torale::core
