// The numbers of all web workers → Prometheus' text format 0.0.4. Plain values: pg/ adds them up
// in shared memory, this room writes them. Pure.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"

namespace torale::rest {

inline constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

// Upper bounds in microseconds, each inclusive; what is slower falls into the last bucket.
inline constexpr std::array<std::int64_t, 14> latency_bounds_us{
    500,     1'000,   2'500,   5'000,     10'000,    25'000,    50'000,
    100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};

struct LatencyHistogram {
    std::array<std::uint64_t, latency_bounds_us.size() + 1> counts{};  // one bucket each
    std::uint64_t sum_us = 0;
    bool operator==(const LatencyHistogram&) const = default;
};
// Which of `counts` a duration falls into: atomic counters elsewhere use the same buckets.
std::size_t latency_bucket(core::microseconds duration);
void observe(LatencyHistogram& histogram, core::microseconds duration);

// A label for a method: clients can send any, and each would be a time series for ever.
std::string_view method_label(std::string_view method);

struct RequestCount {
    std::string method;  // see method_label()
    int status = 0;
    std::uint64_t count = 0;
    bool operator==(const RequestCount&) const = default;
};

struct SchedulerGauge {
    std::string database;
    std::int64_t in_flight = 0;
    std::int64_t due = 0;
    double lag_seconds = 0;  // how long the most overdue task has waited
    bool operator==(const SchedulerGauge&) const = default;
};

struct Metrics {
    bool is_up = true;
    std::vector<RequestCount> requests;
    LatencyHistogram request_duration;
    std::int64_t connections = 0;
    std::int64_t streams = 0;
    std::int64_t workers = 0;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;  // by the wire: never became a request
    std::uint64_t rate_limited = 0;
    std::uint64_t auth_refused = 0;
    std::uint64_t schema_loads_succeeded = 0;
    std::uint64_t schema_loads_failed = 0;
    double schema_load_seconds = 0;  // of the last one
    std::vector<SchedulerGauge> schedulers;
};

std::string render_metrics(const Metrics& metrics);

}  // namespace torale::rest
