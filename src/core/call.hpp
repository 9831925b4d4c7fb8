// One call to the outside world as values: what to send, what came back. Rooms that build and
// read these never wait; net/fetch does.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace torale::core {

struct Header {
    std::string name;
    std::string value;
    bool operator==(const Header&) const = default;
};

// Why we call: the egress guard opens exceptions per purpose.
enum class Purpose { provider, channel, feed };

struct Limits {
    std::int64_t connect_timeout_ms = 5'000;
    std::int64_t total_timeout_ms = 30'000;
    // Less than 1 byte/s for this long ends the transfer.
    std::int64_t low_speed_ms = 30'000;
    // After decompression.
    std::int64_t body_bytes_max = 2 << 20;
    std::int64_t header_bytes_max = 64 << 10;
    bool operator==(const Limits&) const = default;
};

struct Request {
    Purpose purpose = Purpose::provider;
    std::string method = "POST";
    std::string url;
    std::vector<Header> headers;
    std::string body;
    Limits limits;
    bool operator==(const Request&) const = default;
};

// What stopped a transfer before a complete reply was there.
enum class Fault {
    resolve,     // the name has no address
    connect,     // nothing was sent
    tls,         // handshake failed
    tls_verify,  // certificate refused
    timeout,     // connect, total or low-speed limit
    broken,      // connection ended inside the exchange
    too_large,   // a cap of Limits was hit
    blocked,     // the egress guard refused the address
    bad_url,     // not a URL we would call
    redirect,    // a redirect where none is followed (only when net refuses it itself)
    no_file,     // out of file descriptors: nothing was sent, stop claiming
    cancelled,
    paused  // not sent: the provider is left alone for a while, or had no free turn
};

struct Reply {
    // 0 when `fault` is set.
    int status = 0;
    std::vector<Header> headers;
    std::string body;
    std::optional<Fault> fault;
    // For logs and traces; never holds a URL's query, a header value or a secret.
    std::string fault_text;
    // False when it is certain that no byte of the request left: a retry is free.
    bool request_sent = false;
    std::int64_t duration_ms = 0;
    bool operator==(const Reply&) const = default;
};

// Case-insensitive; the first one wins.
std::optional<std::string_view> find_header(const std::vector<Header>& headers,
                                            std::string_view name);

}  // namespace torale::core
