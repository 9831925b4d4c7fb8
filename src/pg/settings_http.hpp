// The GUCs torale.http_* and torale.public_url. Read current_http() at a start and after a
// reload, not once a request: it copies strings.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "net/address.hpp"

namespace torale::pg {

struct HttpSettings {
    // Where to listen
    int port = 0;  // 0 = no HTTP
    std::string address = "127.0.0.1";
    bool allow_remote = false;
    int workers = 2;

    // Whom and what to serve
    std::string database = "postgres";
    std::string authenticator = "torale_authenticator";
    std::vector<std::string> schemas;  // exposed, the first is the default
    std::vector<std::string> extra_search_path;
    std::string anon_role;    // "" = no anonymous access
    std::string pre_request;  // function; "" = none
    std::int64_t max_rows = 1000;
    std::string cors_origins = "*";
    std::string public_url;  // "" or without a slash at its end

    // Limits of one worker
    std::int64_t header_bytes_max = 16 << 10;
    std::int64_t body_bytes_max = 1 << 20;
    int connections_max = 1000;
    int streams_max = 200;
    int streams_per_client = 20;
    std::chrono::milliseconds header_timeout{10'000};
    std::chrono::milliseconds body_timeout{30'000};
    std::chrono::milliseconds idle_timeout{60'000};
    std::chrono::milliseconds write_timeout{30'000};
    std::chrono::milliseconds statement_timeout{30'000};  // where a role brings none
    int requests_max = 1'000'000;  // then it makes room for a fresh one; 0 = never
    std::int64_t plan_cache_bytes = 16 << 20;
    std::chrono::milliseconds hand_over_delay{100};

    // Limits of one client
    std::vector<net::Network> trusted_proxies;  // whose X-Forwarded-For is believed
    int rate_limit = 600;                       // requests a minute; 0 = none
    int auth_failures_max = 30;                 // a minute

    bool noauth = false;

    bool is_loopback() const;
    // Without a credential everybody is the owner "local", as torale_user: never beyond loopback.
    bool is_open() const { return noauth && is_loopback(); }
    // Whether the address may be listened on.
    bool is_allowed() const { return allow_remote || is_loopback(); }
};

HttpSettings current_http();

// Part of define_settings().
void define_http_settings();

}  // namespace torale::pg
