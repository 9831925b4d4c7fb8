// The numbers of all web workers together, in shared memory: atomics and nothing else.
#pragma once
#include <atomic>
#include <cstdint>
#include <string_view>

#include "rest/metrics.hpp"

namespace torale::pg {

struct HttpCounters {
    using Counter = std::atomic<std::uint64_t>;
    static_assert(Counter::is_always_lock_free);

    static constexpr int methods = 8;  // those that rest::method_label() knows, and the others
    static constexpr int status_least = 100;
    static constexpr int status_most = 599;

    Counter requests[methods][status_most - status_least + 1];
    Counter durations[rest::latency_bounds_us.size() + 1];
    Counter duration_sum_us;
    Counter accepted;
    Counter refused;
    Counter rate_limited;
    Counter auth_refused;
    Counter schema_loads;
    Counter schema_failures;
    Counter schema_load_us;  // of the last load

    void count(std::string_view method, int status, core::microseconds duration) noexcept;
};

// What is counted here; the gauges are the caller's.
rest::Metrics read_counters(const HttpCounters& counters);

}  // namespace torale::pg
