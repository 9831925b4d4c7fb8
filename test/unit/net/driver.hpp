// Drives a Loop as a worker does: wait for its descriptor or its timeout, then take a turn.
#pragma once
#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "net/loop.hpp"

namespace torale::net::test {

constexpr std::chrono::seconds patience{20};

inline LoopSettings open_settings(std::string_view allow = "127.0.0.1") {
    LoopSettings settings;
    settings.egress.allow = *parse_egress_allow(allow);
    return settings;
}

inline core::Request get(std::string url) {
    core::Request request;
    request.method = "GET";
    request.url = std::move(url);
    return request;
}

// Turns until `count` transfers have finished; fewer when patience ends.
inline std::map<std::uint64_t, core::Reply> collect(Loop& loop, std::size_t count) {
    std::map<std::uint64_t, core::Reply> replies;
    const auto end = std::chrono::steady_clock::now() + patience;
    while (replies.size() < count && std::chrono::steady_clock::now() < end) {
        const auto timeout = loop.timeout();
        pollfd waiting{loop.fd(), POLLIN, 0};
        poll(&waiting, 1,
             timeout ? static_cast<int>(std::min<long>(timeout->count(), 1000)) : 1000);
        for (Completion& each : loop.turn()) replies[each.transfer] = std::move(each.reply);
    }
    EXPECT_EQ(replies.size(), count);
    return replies;
}

inline core::Reply fetch(Loop& loop, core::Request request) {
    const auto transfer = loop.start(std::move(request));
    return collect(loop, 1)[transfer];
}

inline std::ptrdiff_t count_entries(const char* folder) {
    return std::distance(std::filesystem::directory_iterator(folder), {});
}

class Stopwatch {
public:
    std::int64_t ms() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::steady_clock::now() - began_)
            .count();
    }

private:
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace torale::net::test
