#include "http/request_rules.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace torale::http {
namespace {

using core::equals_ignoring_case;

bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

bool is_host_byte(char byte) {
    const bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    return is_letter || is_digit(byte) ||
           std::string_view("-._~!$&'()*+,;=:%[]").find(byte) != std::string_view::npos;
}

std::optional<Refusal> check_target(const core::HttpRequest& request) {
    const std::string_view target = request.target;
    if (target == "*") {
        if (request.method == "OPTIONS") return std::nullopt;
        return Refusal{400, "the target * is for OPTIONS only"};
    }
    if (!target.starts_with('/')) return Refusal{400, "the request target must begin with /"};
    if (target.find('#') != std::string_view::npos)
        return Refusal{400, "fragment in the request target"};
    // In the query too: no value of PostgreSQL can hold it.
    if (target.find("%00") != std::string_view::npos)
        return Refusal{400, "NUL in the request target"};
    return std::nullopt;
}

// The headers that say where the request goes, who sends it and where it ends, counted: two readers
// that pick a different one of two would see different requests.
struct Framing {
    int hosts = 0;
    int credentials = 0;
    int lengths = 0;
    int encodings = 0;
    bool is_host_good = true;
    bool is_length_good = true;
    bool is_chunked = true;
    bool is_expectation_known = true;
};

Framing framing_of(const core::HttpRequest& request) {
    Framing framing;
    for (const auto& [name, value] : request.headers) {
        if (equals_ignoring_case(name, "host")) {
            ++framing.hosts;
            framing.is_host_good = std::all_of(value.begin(), value.end(), is_host_byte);
        } else if (equals_ignoring_case(name, "authorization")) {
            ++framing.credentials;
        } else if (equals_ignoring_case(name, "content-length")) {
            ++framing.lengths;
            framing.is_length_good =
                !value.empty() && std::all_of(value.begin(), value.end(), is_digit);
        } else if (equals_ignoring_case(name, "transfer-encoding")) {
            ++framing.encodings;
            framing.is_chunked = equals_ignoring_case(value, "chunked");
        } else if (equals_ignoring_case(name, "expect")) {
            framing.is_expectation_known &= equals_ignoring_case(value, "100-continue");
        }
    }
    return framing;
}

}  // namespace

std::optional<Refusal> refusal_of(const core::HttpRequest& request, int version) {
    if (request.headers.size() > headers_max) return Refusal{431, "too many header fields"};
    if (auto refusal = check_target(request)) return refusal;
    const Framing framing = framing_of(request);
    if (framing.hosts > 1) return Refusal{400, "more than one Host"};
    if (framing.hosts == 0 && version >= 11) return Refusal{400, "no Host"};
    if (!framing.is_host_good) return Refusal{400, "bad Host"};
    if (framing.credentials > 1) return Refusal{400, "more than one Authorization"};
    if (framing.lengths > 1) return Refusal{400, "more than one Content-Length"};
    if (!framing.is_length_good) return Refusal{400, "bad Content-Length"};
    if (framing.encodings > 0) {
        if (framing.lengths > 0) return Refusal{400, "both Content-Length and Transfer-Encoding"};
        if (framing.encodings > 1) return Refusal{400, "more than one Transfer-Encoding"};
        if (version < 11) return Refusal{400, "Transfer-Encoding in HTTP/1.0"};
        if (!framing.is_chunked) return Refusal{501, "no Transfer-Encoding but chunked is known"};
    }
    if (!framing.is_expectation_known) return Refusal{417, "unknown expectation"};
    return std::nullopt;
}

}  // namespace torale::http
