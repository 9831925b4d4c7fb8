// Failures by type. Two tables carry the policy: what a status or fault means, and how often and
// how late each category is tried again.
#include "core/retry.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace torale::core {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Longer waits belong to the schedule: a run must not sleep through its own time limit.
constexpr milliseconds in_run_wait_max = seconds{60};
constexpr milliseconds hint_max = hours{24};
constexpr milliseconds later_wait_max = hours{1};
constexpr double jitter_share = 0.25;

// Pauses before attempts 2, 3, … after a failed run.
constexpr std::array<seconds, 5> rate_limit_delays{seconds{30}, seconds{120}, seconds{480},
                                                   seconds{1920}, seconds{3600}};
constexpr std::array<seconds, 3> quota_delays{hours{1}, hours{2}, hours{4}};
constexpr std::array<seconds, 3> transport_delays{seconds{10}, seconds{30}, seconds{90}};
constexpr std::array<seconds, 2> service_delays{seconds{60}, seconds{180}};
constexpr std::array<seconds, 1> internal_delays{seconds{300}};

struct Policy {
    Category category;
    const char* name;
    // Inside a run: base · 2ⁿ up to the cap, `repeats` times at most.
    int repeats;
    milliseconds base;
    milliseconds cap;
    // Between runs; empty = the execution has failed for good.
    std::span<const seconds> later;
    // How long the provider pauses when it named no time itself; 0 = it does not.
    milliseconds cooldown;
};

constexpr milliseconds none{0};

// In the order of Category. A rate limit is repeated inside a run only when the service named a
// short wait; guessing would hammer it.
constexpr std::array<Policy, 15> policies{{
    {Category::rate_limit, "rate_limit", 4, none, none, rate_limit_delays, seconds{30}},
    {Category::quota, "quota", 0, none, none, quota_delays, hours{1}},
    {Category::auth, "auth", 0, none, none, {}, minutes{10}},
    {Category::overload, "overload", 3, seconds{1}, seconds{8}, service_delays, none},
    {Category::server, "server", 2, milliseconds{500}, seconds{8}, service_delays, none},
    {Category::network, "network", 2, milliseconds{500}, seconds{8}, transport_delays, none},
    {Category::timeout, "timeout", 1, seconds{1}, seconds{8}, transport_delays, none},
    {Category::bad_request, "bad_request", 0, none, none, {}, none},
    {Category::bad_reply, "bad_reply", 1, milliseconds{500}, seconds{1}, service_delays, none},
    {Category::declined, "declined", 0, none, none, {}, none},
    {Category::too_large, "too_large", 0, none, none, {}, none},
    {Category::blocked, "blocked", 0, none, none, {}, none},
    {Category::config, "config", 0, none, none, {}, none},
    {Category::cancelled, "cancelled", 0, none, none, {}, none},
    {Category::internal, "internal", 0, none, none, internal_delays, none},
}};

const Policy& policy_of(Category category) {
    return policies[static_cast<std::size_t>(category)];
}

// Shortens by up to a quarter, so that runs that failed together do not come back together.
milliseconds with_jitter(milliseconds delay, double unit_random) {
    const double kept = 1.0 - jitter_share * std::clamp(unit_random, 0.0, 1.0);
    return milliseconds{std::llround(static_cast<double>(delay.count()) * kept)};
}

struct FaultRow {
    Fault fault;
    Category category;
    const char* message;
};

constexpr std::array<FaultRow, 13> fault_rows{{
    {Fault::resolve, Category::network, "the host name could not be resolved"},
    {Fault::connect, Category::network, "no connection to the service"},
    {Fault::tls, Category::network, "the TLS handshake failed"},
    {Fault::tls_verify, Category::config, "the certificate of the service was refused"},
    {Fault::timeout, Category::timeout, "the service took too long to answer"},
    {Fault::broken, Category::network, "the connection ended inside the exchange"},
    {Fault::too_large, Category::too_large, "the reply is larger than allowed"},
    {Fault::blocked, Category::blocked, "the address is not allowed"},
    {Fault::bad_url, Category::config, "not a URL that can be called"},
    {Fault::redirect, Category::config, "the service redirects, and redirects are not followed"},
    {Fault::no_file, Category::internal, "out of file descriptors"},
    {Fault::cancelled, Category::cancelled, "cancelled"},
    {Fault::paused, Category::overload, "the provider is paused after failures or has no free turn"},
}};

Failure classify_fault(Fault fault, bool request_sent) {
    const FaultRow& row = fault_rows[static_cast<std::size_t>(fault)];
    Failure failure;
    failure.category = row.category;
    failure.message = row.message;
    failure.is_ambiguous = request_sent && (fault == Fault::timeout || fault == Fault::broken ||
                                            fault == Fault::too_large || fault == Fault::cancelled);
    // Asking again inside the run would find the same: the next provider, or a later time.
    if (fault == Fault::paused) failure.should_retry = false;
    // Timed out before a byte left: that was the network, and a repeat costs nothing.
    if (fault == Fault::timeout && !request_sent) {
        failure.category = Category::network;
        failure.message = "the connection took too long";
    }
    return failure;
}

struct StatusRow {
    int first;
    int last;
    Category category;
    const char* message;
};

// The first row that covers the status. 432 and 433 are Tavily's, 529 Anthropic's, 520–527
// Cloudflare's (there the origin failed, not the request).
constexpr std::array<StatusRow, 14> status_rows{{
    {200, 299, Category::bad_reply, "the reply is not what the service documents"},
    {300, 399, Category::config, "the service redirects, and redirects are not followed"},
    {401, 401, Category::auth, "the service refused the key"},
    {402, 402, Category::quota, "the quota or credit of the service is used up"},
    {403, 403, Category::auth, "the service refused access"},
    {408, 408, Category::timeout, "the service took too long to answer"},
    {409, 409, Category::overload, "the service asks to try again"},
    {425, 425, Category::overload, "the service asks to try again"},
    {429, 429, Category::rate_limit, "the service asks to slow down"},
    {432, 433, Category::quota, "the quota or credit of the service is used up"},
    {400, 499, Category::bad_request, "the service refused the request"},
    {503, 503, Category::overload, "the service is overloaded"},
    {529, 529, Category::overload, "the service is overloaded"},
    {500, 599, Category::server, "the service failed"},
}};

std::optional<bool> read_should_retry(const std::vector<Header>& headers) {
    const auto value = find_header(headers, "x-should-retry");
    if (value == "true") return true;
    if (value == "false") return false;
    return std::nullopt;
}

Failure classify_status(const Reply& reply, Time now) {
    Failure failure;
    failure.http_status = reply.status;
    const auto* row =
        std::find_if(status_rows.begin(), status_rows.end(), [&reply](const StatusRow& candidate) {
            return reply.status >= candidate.first && reply.status <= candidate.last;
        });
    if (row == status_rows.end()) {
        failure.category = Category::bad_reply;
        failure.message = "not an HTTP reply";
        return failure;
    }
    failure.category = row->category;
    failure.message = row->message;
    // Hints of a reply that is no error speak of something else.
    if (reply.status < 400) return failure;
    failure.message += " (HTTP " + std::to_string(reply.status) + ")";
    failure.retry_after = retry_hint(reply.headers, now);
    failure.should_retry = read_should_retry(reply.headers);
    return failure;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Digits with an optional fraction, no sign, no exponent; takes what it reads off `text`.
std::optional<double> take_number(std::string_view& text) {
    const std::size_t length = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::string_view number = text.substr(0, length);
    const bool has_digit = number.find_first_of("0123456789") != std::string_view::npos;
    if (!has_digit || std::count(number.begin(), number.end(), '.') > 1) return std::nullopt;
    text.remove_prefix(length);
    double value = 0;
    double unit = 0;
    for (const char c : number) {
        if (c == '.') {
            unit = 1;
        } else if (unit > 0) {
            unit /= 10;
            value += (c - '0') * unit;
        } else {
            value = value * 10 + (c - '0');
        }
    }
    return value;
}

std::optional<double> parse_number(std::string_view text) {
    std::string_view rest = trim(text);
    const auto value = take_number(rest);
    return rest.empty() ? value : std::nullopt;
}

// Nothing for a wait of zero; a wait without end becomes the longest we honour.
std::optional<milliseconds> bounded_hint(double wait_ms) {
    if (!(wait_ms > 0)) return std::nullopt;
    const double longest = static_cast<double>(hint_max.count());
    return milliseconds{static_cast<std::int64_t>(std::ceil(std::min(wait_ms, longest)))};
}

std::optional<double> unit_ms(std::string_view unit) {
    if (unit == "ms") return 1.0;
    if (unit == "s") return 1'000.0;
    if (unit == "m") return 60'000.0;
    if (unit == "h") return 3'600'000.0;
    return std::nullopt;
}

}  // namespace

const char* name_of(Category category) {
    return policy_of(category).name;
}

Failure classify(const Reply& reply, Time now) {
    if (reply.fault) return classify_fault(*reply.fault, reply.request_sent);
    return classify_status(reply, now);
}

std::optional<milliseconds> retry_hint(const std::vector<Header>& headers, Time now) {
    if (const auto text = find_header(headers, "retry-after-ms")) {
        const auto wait = parse_number(*text);
        if (const auto hint = wait ? bounded_hint(*wait) : std::nullopt) return hint;
    }
    const auto text = find_header(headers, "retry-after");
    if (!text) return std::nullopt;
    if (const auto wait = parse_number(*text)) return bounded_hint(*wait * 1'000);
    const auto date = parse_time(*text);
    if (!date) return std::nullopt;
    return bounded_hint(std::chrono::duration<double, std::milli>(*date - now).count());
}

std::optional<milliseconds> parse_delay(std::string_view text) {
    std::string_view rest = trim(text);
    if (rest.empty()) return std::nullopt;
    double total_ms = 0;
    while (!rest.empty()) {
        const auto number = take_number(rest);
        const std::size_t length = std::min(rest.find_first_of("0123456789."), rest.size());
        const auto unit = unit_ms(rest.substr(0, length));
        if (!number || !unit) return std::nullopt;
        total_ms += *number * *unit;
        rest.remove_prefix(length);
    }
    return bounded_hint(total_ms);
}

std::optional<milliseconds> retry_in_run(const Failure& failure, int attempt, double unit_random) {
    if (failure.should_retry == false) return std::nullopt;
    const Policy* policy = &policy_of(failure.category);
    const bool is_asked_to = failure.should_retry == true && !cools_provider(failure.category);
    if (policy->repeats == 0 && is_asked_to) policy = &policy_of(Category::server);
    if (attempt < 0 || attempt >= policy->repeats) return std::nullopt;
    if (failure.retry_after) {
        if (*failure.retry_after > in_run_wait_max) return std::nullopt;
        return *failure.retry_after;
    }
    if (policy->base == none) return std::nullopt;
    return with_jitter(std::min(policy->cap, policy->base * (1 << attempt)), unit_random);
}

std::optional<milliseconds> retry_later(const Failure& failure, int attempt, double unit_random) {
    const Policy& policy = policy_of(failure.category);
    const auto index = static_cast<std::size_t>(std::max(attempt, 1) - 1);
    if (index >= policy.later.size()) return std::nullopt;
    const milliseconds own = with_jitter(policy.later[index], unit_random);
    if (!failure.retry_after) return own;
    const milliseconds longest = failure.category == Category::quota ? hint_max : later_wait_max;
    return std::clamp(*failure.retry_after, milliseconds{seconds{1}}, longest);
}

bool cools_provider(Category category) {
    return policy_of(category).cooldown > none;
}

milliseconds cooldown_of(const Failure& failure) {
    if (failure.retry_after) return std::min(*failure.retry_after, hint_max);
    return policy_of(failure.category).cooldown;
}

}  // namespace torale::core
