// Counting requests, and reading the counts.
#include "pg/http_counters.hpp"

#include <algorithm>
#include <iterator>

namespace torale::pg {

namespace {

constexpr std::string_view labels[HttpCounters::methods] = {"GET", "HEAD",   "POST",    "PATCH",
                                                            "PUT", "DELETE", "OPTIONS", "other"};

std::size_t method_index(std::string_view method) {
    const auto found = std::find(std::begin(labels), std::end(labels), rest::method_label(method));
    return static_cast<std::size_t>(
        std::min<std::ptrdiff_t>(found - std::begin(labels), HttpCounters::methods - 1));
}

std::uint64_t value_of(const HttpCounters::Counter& counter) {
    return counter.load(std::memory_order_relaxed);
}

}  // namespace

void HttpCounters::count(std::string_view method, int status,
                         core::microseconds duration) noexcept {
    const int known = std::clamp(status, status_least, status_most) - status_least;
    requests[method_index(method)][known].fetch_add(1, std::memory_order_relaxed);
    durations[rest::latency_bucket(duration)].fetch_add(1, std::memory_order_relaxed);
    duration_sum_us.fetch_add(
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration.count())),
        std::memory_order_relaxed);
    if (status == 429) rate_limited.fetch_add(1, std::memory_order_relaxed);
}

rest::Metrics read_counters(const HttpCounters& counters) {
    rest::Metrics metrics;
    for (int method = 0; method < HttpCounters::methods; ++method) {
        int status = HttpCounters::status_least;
        for (const HttpCounters::Counter& counter : counters.requests[method]) {
            if (const std::uint64_t count = value_of(counter); count > 0)
                metrics.requests.push_back({std::string(labels[method]), status, count});
            ++status;
        }
    }
    std::transform(std::begin(counters.durations), std::end(counters.durations),
                   metrics.request_duration.counts.begin(), value_of);
    metrics.request_duration.sum_us = value_of(counters.duration_sum_us);
    metrics.accepted = value_of(counters.accepted);
    metrics.refused = value_of(counters.refused);
    metrics.rate_limited = value_of(counters.rate_limited);
    metrics.auth_refused = value_of(counters.auth_refused);
    metrics.schema_loads_succeeded = value_of(counters.schema_loads);
    metrics.schema_loads_failed = value_of(counters.schema_failures);
    metrics.schema_load_seconds = static_cast<double>(value_of(counters.schema_load_us)) / 1e6;
    return metrics;
}

}  // namespace torale::pg
