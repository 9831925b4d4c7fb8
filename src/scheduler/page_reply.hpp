// What is asked of Pages, what comes back, and within which bounds.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "core/call.hpp"
#include "core/clock.hpp"
#include "core/retry.hpp"

namespace torale::scheduler {

using core::Time;

struct PageRequest {
    std::string url;
    std::string etag;
    std::string last_modified;
    core::Purpose purpose = core::Purpose::feed;
};

struct PageReply {
    int status = 0;
    std::string final_url;
    // For the next request of the same URL; "" after a redirect, whose target sent them.
    std::string etag;
    std::string last_modified;
    core::Reply reply;
    // Set unless the reply is a 2xx or a 304.
    std::optional<core::Failure> failure;
};

struct PageLimits {
    bool respect_robots = true;
    int redirects_max = 5;
    std::int64_t bytes_max = 5 << 20;  // after decompression
    core::milliseconds timeout{30'000};
    core::milliseconds host_pause{1'000};  // between two requests to one host
    int max_inflight = 64;
};

}  // namespace torale::scheduler
