// What one client may take of a web worker.
#pragma once
#include <cstdint>

#include "core/clock.hpp"

namespace torale::http {

struct Limits {
    int connections_max = 1000;  // above it the one longest in its header gives way
    std::int64_t header_bytes_max = 16 << 10;
    std::int64_t body_bytes_max = 1 << 20;
    core::milliseconds header_timeout{10'000};  // from the first byte to the blank line
    core::milliseconds body_timeout{30'000};    // and then for the body
    core::milliseconds idle_timeout{60'000};    // between two requests
    core::milliseconds write_timeout{30'000};   // without progress of a response
    int requests_per_connection_max = 10'000;
    std::int64_t stream_bytes_max = 256 << 10;  // unsent bytes of one stream, then it is closed
};

}  // namespace torale::http
