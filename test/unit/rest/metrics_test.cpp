// The text is read back by a small parser of the format, strict where Prometheus is.
#include "rest/metrics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <sstream>

namespace torale::rest {
namespace {

struct Parsed {
    std::map<std::string, std::string> types;
    std::map<std::string, std::string> helps;
    std::map<std::string, double> samples;  // "name{a=\"b\"}"
    std::vector<std::string> order;         // the samples' keys

    double at(const std::string& key) const {
        const auto found = samples.find(key);
        if (found == samples.end()) {
            ADD_FAILURE() << "no sample " << key;
            return -1;
        }
        return found->second;
    }
};

// The family that a sample belongs to: histograms have three suffixes.
std::string family_of(const Parsed& parsed, const std::string& name) {
    if (parsed.types.contains(name)) return name;
    for (const char* suffix : {"_bucket", "_sum", "_count"}) {
        if (!name.ends_with(suffix)) continue;
        const std::string base = name.substr(0, name.size() - std::string(suffix).size());
        if (parsed.types.contains(base) && parsed.types.at(base) == "histogram") return base;
    }
    return "";
}

bool is_name(std::string_view text) {
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':';
           });
}

// Where `name="value",…}` ends, after the brace; npos when it is none.
std::size_t labels_end(std::string_view line, std::size_t at) {
    while (at < line.size()) {
        const std::size_t equals = line.find("=\"", at);
        if (equals == std::string_view::npos || !is_name(line.substr(at, equals - at))) break;
        at = equals + 2;
        for (; at < line.size() && line[at] != '"'; ++at) {
            const bool is_escape = line[at] == '\\';
            if (is_escape && std::string_view("\\\"n").find(line[++at]) > 2) return line.npos;
        }
        const char next = at + 1 < line.size() ? line[at + 1] : '\0';
        if (next == '}') return at + 2;
        if (next != ',') break;
        at += 2;
    }
    return std::string_view::npos;
}

// "name{labels} value" → the length of the first two; 0 when it is no sample.
std::size_t key_length(std::string_view line) {
    const std::size_t name_end = line.find_first_of("{ ");
    if (!is_name(line.substr(0, name_end)) || name_end == std::string_view::npos) return 0;
    const std::size_t end = line[name_end] == '{' ? labels_end(line, name_end + 1) : name_end;
    return end < line.size() && line[end] == ' ' ? end : 0;
}

// "# HELP name text", "# TYPE name type".
bool read_comment(const std::string& line, Parsed& parsed) {
    const bool is_help = line.starts_with("# HELP ");
    if (!is_help && !line.starts_with("# TYPE ")) return false;
    const std::size_t blank = line.find(' ', 7);
    if (blank == std::string::npos || !is_name(line.substr(7, blank - 7))) return false;
    auto& into = is_help ? parsed.helps : parsed.types;
    EXPECT_TRUE(into.emplace(line.substr(7, blank - 7), line.substr(blank + 1)).second) << line;
    return true;
}

Parsed parse(const std::string& text) {
    Parsed parsed;
    EXPECT_TRUE(text.ends_with('\n'));
    std::istringstream lines(text);
    std::string current;
    std::set<std::string> closed;
    for (std::string line; std::getline(lines, line);) {
        if (read_comment(line, parsed)) continue;
        const std::string key = line.substr(0, key_length(line));
        if (key.empty()) {
            ADD_FAILURE() << "no line of the format: " << line;
            continue;
        }
        const std::string family = family_of(parsed, key.substr(0, key.find('{')));
        EXPECT_NE(family, "") << "no TYPE before " << line;
        if (family != current) {
            EXPECT_TRUE(closed.insert(family).second) << "scattered: " << line;
            current = family;
        }
        std::size_t used = 0;
        const std::string written = line.substr(key.size() + 1);
        EXPECT_TRUE(parsed.samples.emplace(key, std::stod(written, &used)).second) << line;
        EXPECT_EQ(used, written.size()) << line;
        parsed.order.push_back(key);
    }
    return parsed;
}

Metrics metrics() {
    Metrics made;
    made.requests = {{"GET", 200, 12}, {"POST", 201, 3}, {"other", 405, 1}};
    made.connections = 4;
    made.streams = 2;
    made.workers = 2;
    made.accepted = 100;
    made.refused = 5;
    made.rate_limited = 6;
    made.auth_refused = 7;
    made.schema_loads_succeeded = 8;
    made.schema_loads_failed = 9;
    made.schema_load_seconds = 0.0125;
    made.schedulers = {{"postgres", 10, 11, 0.25}, {"odd \"name\"\\\n", 1, 2, 3}};
    return made;
}

TEST(render_metrics, says_every_number_once) {
    const Parsed parsed = parse(render_metrics(metrics()));
    struct Row {
        const char* key;
        double value;
    };
    const Row rows[] = {
        {"torale_up", 1},
        {R"(torale_http_requests_total{method="GET",status="200"})", 12},
        {R"(torale_http_requests_total{method="POST",status="201"})", 3},
        {R"(torale_http_requests_total{method="other",status="405"})", 1},
        {"torale_http_connections", 4},
        {"torale_http_streams", 2},
        {"torale_http_workers", 2},
        {"torale_http_accepted_total", 100},
        {"torale_http_refused_total", 5},
        {"torale_rate_limited_total", 6},
        {"torale_auth_refused_total", 7},
        {R"(torale_schema_cache_loads_total{status="success"})", 8},
        {R"(torale_schema_cache_loads_total{status="failure"})", 9},
        {"torale_schema_cache_load_seconds", 0.0125},
        {R"(torale_scheduler_in_flight{database="postgres"})", 10},
        {R"(torale_scheduler_due{database="postgres"})", 11},
        {R"(torale_scheduler_lag_seconds{database="postgres"})", 0.25},
        {R"(torale_scheduler_due{database="odd \"name\"\\\n"})", 2},
    };
    for (const Row& row : rows) EXPECT_DOUBLE_EQ(parsed.at(row.key), row.value) << row.key;
}

TEST(render_metrics, types_and_explains_every_family) {
    const Parsed parsed = parse(render_metrics(metrics()));
    EXPECT_EQ(parsed.types.size(), parsed.helps.size());
    for (const auto& [name, type] : parsed.types) {
        EXPECT_TRUE(parsed.helps.contains(name)) << name;
        // promtool's lint: counters, and only they, end in _total.
        EXPECT_EQ(name.ends_with("_total"), type == "counter") << name;
    }
    EXPECT_EQ(parsed.types.at("torale_http_request_duration_seconds"), "histogram");
    EXPECT_EQ(parsed.types.at("torale_scheduler_due"), "gauge");
}

TEST(render_metrics, is_down_when_the_database_is) {
    Metrics down;
    down.is_up = false;
    EXPECT_EQ(parse(render_metrics(down)).at("torale_up"), 0);
}

TEST(render_metrics, has_a_whole_histogram_before_the_first_request) {
    const Parsed parsed = parse(render_metrics(Metrics{}));
    EXPECT_EQ(parsed.at(R"(torale_http_request_duration_seconds_bucket{le="+Inf"})"), 0);
    EXPECT_EQ(parsed.at("torale_http_request_duration_seconds_count"), 0);
    EXPECT_EQ(parsed.at("torale_http_request_duration_seconds_sum"), 0);
}

TEST(render_metrics, adds_up_the_buckets_of_the_histogram) {
    Metrics made;
    for (const std::int64_t us : {100, 500, 501, 3'000, 9'999'999, 10'000'001, 60'000'000}) {
        observe(made.request_duration, core::microseconds{us});
    }
    const Parsed parsed = parse(render_metrics(made));
    const auto bucket = [&](const char* le) {
        return parsed.at("torale_http_request_duration_seconds_bucket{le=\"" + std::string(le) +
                         "\"}");
    };
    EXPECT_EQ(bucket("0.0005"), 2);
    EXPECT_EQ(bucket("0.001"), 3);
    EXPECT_EQ(bucket("0.0025"), 3);
    EXPECT_EQ(bucket("0.005"), 4);
    EXPECT_EQ(bucket("5"), 4);
    EXPECT_EQ(bucket("10"), 5);
    EXPECT_EQ(bucket("+Inf"), 7);
    EXPECT_EQ(parsed.at("torale_http_request_duration_seconds_count"), 7);
    EXPECT_DOUBLE_EQ(parsed.at("torale_http_request_duration_seconds_sum"), 80.004101);
}

TEST(render_metrics, orders_buckets_upwards) {
    const Parsed parsed = parse(render_metrics(Metrics{}));
    double last = 0;
    int buckets = 0;
    for (const std::string& key : parsed.order) {
        const std::size_t at = key.find("le=\"");
        if (at == std::string::npos) continue;
        const double bound = std::stod(key.substr(at + 4));
        EXPECT_GT(bound, last) << key;
        last = bound;
        ++buckets;
    }
    EXPECT_EQ(buckets, 15);
}

TEST(latency_bucket, includes_its_bound) {
    EXPECT_EQ(latency_bucket(core::microseconds{-1}), 0u);
    EXPECT_EQ(latency_bucket(core::microseconds{0}), 0u);
    for (std::size_t i = 0; i < latency_bounds_us.size(); ++i) {
        EXPECT_EQ(latency_bucket(core::microseconds{latency_bounds_us[i]}), i);
        EXPECT_EQ(latency_bucket(core::microseconds{latency_bounds_us[i] + 1}), i + 1);
    }
}

TEST(observe, takes_a_clock_that_went_backwards_for_no_time) {
    LatencyHistogram histogram;
    observe(histogram, core::microseconds{-5});
    EXPECT_EQ(histogram.counts[0], 1u);
    EXPECT_EQ(histogram.sum_us, 0u);
}

TEST(method_label, is_one_of_a_few) {
    for (const char* method : {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"}) {
        EXPECT_EQ(method_label(method), method);
    }
    for (const char* method : {"get", "", "TRACE", "X\"Y", "GETT"}) {
        EXPECT_EQ(method_label(method), "other") << method;
    }
}

}  // namespace
}  // namespace torale::rest
