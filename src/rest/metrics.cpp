// Prometheus text format 0.0.4: HELP, TYPE, then the samples of one name together.
#include "rest/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "core/json.hpp"

namespace torale::rest {

namespace {

using Labels = std::vector<std::pair<std::string_view, std::string>>;

// Backslash, quote and line feed are all that the format escapes; it must be UTF-8.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : core::clean_utf8(text)) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n') {
            out += "\\n";
        } else {
            out += c;
        }
    }
    return out;
}

std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    std::array<char, 32> out{};
    const int length = std::snprintf(out.data(), out.size(), "%.9g", value);
    return {out.data(), static_cast<std::size_t>(length)};
}

// Microseconds as seconds, exactly: a histogram's sum must not lose its last digits as it grows.
std::string seconds_of(std::uint64_t microseconds) {
    std::array<char, 48> out{};
    const int length = std::snprintf(out.data(), out.size(), "%llu.%06llu",
                                     static_cast<unsigned long long>(microseconds / 1'000'000),
                                     static_cast<unsigned long long>(microseconds % 1'000'000));
    std::string text(out.data(), static_cast<std::size_t>(length));
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

class MetricsWriter {
public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
        text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
    }
    void sample(const Labels& labels, const std::string& value, std::string_view suffix = "") {
        text_.append(name_).append(suffix);
        char separator = '{';
        for (const auto& [label, text] : labels) {
            text_.append(1, separator).append(label).append("=\"");
            text_.append(escaped(text)).append("\"");
            separator = ',';
        }
        text_.append(labels.empty() ? " " : "} ").append(value).append("\n");
    }
    // A family of one sample.
    void one(std::string_view name, std::string_view type, std::string_view help,
             const std::string& value) {
        family(name, type, help);
        sample({}, value);
    }
    std::string take() { return std::move(text_); }

private:
    std::string name_;
    std::string text_;
};

void write_requests(MetricsWriter& out, const Metrics& metrics) {
    out.family("torale_http_requests_total", "counter", "HTTP requests answered.");
    for (const RequestCount& row : metrics.requests) {
        out.sample({{"method", row.method}, {"status", std::to_string(row.status)}},
                   std::to_string(row.count));
    }
}

void write_durations(MetricsWriter& out, const LatencyHistogram& histogram) {
    out.family("torale_http_request_duration_seconds", "histogram",
               "Time from a request read to its response written out.");
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < latency_bounds_us.size(); ++i) {
        count += histogram.counts[i];
        const auto bound = static_cast<std::uint64_t>(latency_bounds_us[i]);
        out.sample({{"le", seconds_of(bound)}}, std::to_string(count), "_bucket");
    }
    count += histogram.counts.back();
    out.sample({{"le", "+Inf"}}, std::to_string(count), "_bucket");
    out.sample({}, seconds_of(histogram.sum_us), "_sum");
    out.sample({}, std::to_string(count), "_count");
}

void write_http(MetricsWriter& out, const Metrics& metrics) {
    out.one("torale_up", "gauge", "1 while the server answers from its database.",
            metrics.is_up ? "1" : "0");
    write_requests(out, metrics);
    write_durations(out, metrics.request_duration);
    out.one("torale_http_connections", "gauge", "Open connections.",
            std::to_string(metrics.connections));
    out.one("torale_http_streams", "gauge", "Open event streams.", std::to_string(metrics.streams));
    out.one("torale_http_accepted_total", "counter", "Connections accepted.",
            std::to_string(metrics.accepted));
    out.one("torale_http_refused_total", "counter",
            "Requests refused before they were understood: malformed, late or too large.",
            std::to_string(metrics.refused));
    out.one("torale_http_workers", "gauge", "Web worker processes.",
            std::to_string(metrics.workers));
    out.one("torale_rate_limited_total", "counter", "Requests refused by a rate limit.",
            std::to_string(metrics.rate_limited));
    out.one("torale_auth_refused_total", "counter", "Requests refused for their credentials.",
            std::to_string(metrics.auth_refused));
}

void write_schema_cache(MetricsWriter& out, const Metrics& metrics) {
    out.family("torale_schema_cache_loads_total", "counter", "Times the schema was read.");
    out.sample({{"status", "success"}}, std::to_string(metrics.schema_loads_succeeded));
    out.sample({{"status", "failure"}}, std::to_string(metrics.schema_loads_failed));
    out.one("torale_schema_cache_load_seconds", "gauge", "How long the last reading took.",
            number(metrics.schema_load_seconds));
}

void write_schedulers(MetricsWriter& out, const std::vector<SchedulerGauge>& schedulers) {
    const auto gauge = [&](std::string_view name, std::string_view help, auto value_of) {
        out.family(name, "gauge", help);
        for (const SchedulerGauge& one : schedulers) {
            out.sample({{"database", one.database}}, value_of(one));
        }
    };
    gauge("torale_scheduler_in_flight", "Executions under way.",
          [](const SchedulerGauge& one) { return std::to_string(one.in_flight); });
    gauge("torale_scheduler_due", "Tasks that are due and not started.",
          [](const SchedulerGauge& one) { return std::to_string(one.due); });
    gauge("torale_scheduler_lag_seconds", "How long the most overdue task has waited.",
          [](const SchedulerGauge& one) { return number(one.lag_seconds); });
}

}  // namespace

std::size_t latency_bucket(core::microseconds duration) {
    const auto found =
        std::lower_bound(latency_bounds_us.begin(), latency_bounds_us.end(), duration.count());
    return static_cast<std::size_t>(found - latency_bounds_us.begin());
}

void observe(LatencyHistogram& histogram, core::microseconds duration) {
    ++histogram.counts[latency_bucket(duration)];
    histogram.sum_us += static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration.count()));
}

std::string_view method_label(std::string_view method) {
    constexpr std::array<std::string_view, 7> known{"GET", "HEAD",   "POST",   "PATCH",
                                                    "PUT", "DELETE", "OPTIONS"};
    const auto found = std::find(known.begin(), known.end(), method);
    return found == known.end() ? "other" : *found;
}

std::string render_metrics(const Metrics& metrics) {
    MetricsWriter out;
    write_http(out, metrics);
    write_schema_cache(out, metrics);
    write_schedulers(out, metrics.schedulers);
    return out.take();
}

}  // namespace torale::rest
