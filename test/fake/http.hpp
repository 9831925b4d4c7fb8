// The wire of the fake server: bytes to Request, Delivery and body to Reply. No sockets here.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace torale::fake {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Views point into the connection's buffer: valid until the handler returns.
struct Request {
    std::string_view method;
    std::string_view path;   // without the query
    std::string_view query;  // after '?', undecoded
    std::vector<std::pair<std::string_view, std::string_view>> headers;
    std::string_view body;
    std::string unchunked;  // owns the body when it came in chunks
    bool keep_alive = true;

    // Case-insensitive; the first one wins; "" when absent.
    std::string_view header(std::string_view name) const;
};

enum class Parsed { more, complete, bad };

// Reads one request from the front of `bytes`. `consumed` is set when complete; `why` when bad.
Parsed parse_request(std::string_view bytes, Request& request, std::size_t& consumed,
                     std::string& why);

// How a reply travels: everything a script can say about it but its body.
struct Delivery {
    int status = 200;
    std::string content_type = "application/json";
    Headers headers;
    int delay_ms = 0;       // before the first byte
    int body_delay_ms = 0;  // between header and body
    int drip_bytes_per_s = 0;
    std::optional<std::size_t> close_after_bytes;  // of the body; then the connection ends
    bool reset = false;                            // RST instead of, or after, the bytes
    bool gzip = false;
    bool chunked = false;
    bool http10 = false;           // no length: the end of the connection ends the body
    std::size_t pad_to_bytes = 0;  // white space up to this size, for huge bodies
};

enum class Ending { keep, close, reset };

struct Reply {
    std::string bytes;
    std::size_t head_bytes = 0;
    int status = 0;
    int delay_ms = 0;
    int body_delay_ms = 0;
    int drip_bytes_per_s = 0;
    Ending ending = Ending::keep;
};

Reply render_reply(const Delivery& delivery, std::string body, bool keep_alive);

}  // namespace torale::fake
