// The GUCs torale.*: one table in settings.cpp, one struct here. Read current() once a turn or
// after a reload, not once a row: it copies strings.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace torale::pg {

struct Settings {
    bool enabled = true;
    std::vector<std::string> databases;  // "*" = all
    bool schedulers = true;

    // Runs
    int max_inflight = 1000;
    int max_attempts = 6;
    std::chrono::seconds run_timeout{120};
    int breaker_failures = 5;
    std::chrono::milliseconds breaker_pause{30'000};
    std::chrono::milliseconds breaker_pause_max{600'000};
    std::chrono::seconds lease{180};  // at least run_timeout + 30 s, whatever the GUC says
    std::chrono::seconds poll_interval{5};
    std::chrono::seconds schedule_jitter{0};
    std::chrono::seconds housekeeping_interval{600};

    // The agent
    bool uses_agent = false;  // torale.default_mode
    int agent_steps_max = 8;
    int agent_tool_calls_max = 16;
    int agent_tool_result_chars_max = 5000;
    int execution_tokens_max = 0;  // zero: no limit
    double execution_cost_usd_max = 0;

    // Network
    std::string egress_allow;  // already accepted by net::parse_egress_allow
    int connections_max = 1000;
    int connections_per_host = 1000;
    std::string secrets_file;

    // Deliveries
    int delivery_max_inflight = 200;
    std::chrono::seconds delivery_timeout{15};
    int delivery_max_attempts = 12;

    // Feeds and pages
    std::int64_t page_bytes_max = 5 << 20;
    std::chrono::seconds page_timeout{30};
    std::chrono::milliseconds page_pause{1000};
    bool respect_robots = true;
    int page_redirects_max = 5;

    // Retention; zero keeps for ever
    std::chrono::minutes retention_executions{};
    std::chrono::minutes retention_sources{};
    std::chrono::minutes retention_deliveries{};
    std::chrono::minutes retention_requests{};

    bool serves(const std::string& database) const;
};

Settings current();

// For current_owner(); "" when not set.
std::string acting_owner();
std::string request_owner();

// Defines all of them; in the postmaster, in a backend that loads us late, and for pg_upgrade.
void define_settings();

}  // namespace torale::pg
