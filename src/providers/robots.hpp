// robots.txt by RFC 9309: what a site asks crawlers to leave alone.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/call.hpp"
#include "core/clock.hpp"

namespace torale::providers {

inline constexpr std::string_view robots_agent = "torale";

struct RobotsRule {
    bool allow = false;
    std::string pattern;  // percent-encoding unified
    bool operator==(const RobotsRule&) const = default;
};

// The rules that count for us. No rule: everything is allowed.
struct Robots {
    std::vector<RobotsRule> rules;
    bool is_unreachable = false;  // nothing may be fetched before `expires_at`
    std::optional<core::milliseconds> crawl_delay;
    core::Time expires_at{};
};

// Reads the first 500 KiB; a line that means nothing is skipped.
Robots parse_robots(std::string_view text, std::string_view agent = robots_agent);

// The longest matching pattern decides, `allow` on a tie. `path` is path and query.
bool may_fetch(const Robots& robots, std::string_view path);

core::Request build_robots_request(std::string_view url);

// 2xx: its rules, for a day or less. 4xx: everything is allowed. 5xx, 429 and no answer at all:
// nothing is, for a while.
Robots read_robots(const core::Reply& reply, core::Time now);

// "https://host:port" and "/path?query" of an http(s) URL.
std::string origin_of(std::string_view url);
std::string path_of(std::string_view url);

}  // namespace torale::providers
