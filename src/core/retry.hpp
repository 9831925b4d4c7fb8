// What a failed call means and what to do next, by type and never by substring. The table is
// the one of the provider reference: status and fault → category → policy.
#pragma once
#include <optional>
#include <string>

#include "core/call.hpp"
#include "core/clock.hpp"

namespace torale::core {

// Stored as executions.error_category.
enum class Category {
    rate_limit,  // the provider said wait: it cools down, no attempt is consumed
    quota,       // used up until a reset or for lack of money: as rate_limit, longer
    auth,        // key refused or missing: the provider pauses, one log line
    overload,    // 503, 529
    server,      // other 5xx
    network,     // no complete exchange
    timeout,
    bad_request,  // our fault: this run fails
    bad_reply,    // not what the service documents
    declined,     // the model refused or was filtered: not an outage
    too_large,
    blocked,  // the egress guard
    config,   // certificate, URL, redirect
    cancelled,
    internal
};
const char* name_of(Category category);

struct Failure {
    Category category = Category::internal;
    // Lower case, no full stop, no secret; shown to the user as error_message.
    std::string message;
    std::optional<milliseconds> retry_after;
    int http_status = 0;
    // The request left and no complete reply came back: the service may have acted on it.
    // Repeat only what is harmless twice, or carries an idempotency key.
    bool is_ambiguous = false;
    // The service's own word (x-should-retry), which overrides the rule for its status.
    std::optional<bool> should_retry;
    bool operator==(const Failure&) const = default;
};

// The generic reading of a reply that is not a success: adapters refine it first.
Failure classify(const Reply& reply, Time now);

// retry-after-ms, then Retry-After in seconds (fraction allowed) or as HTTP date. Values ≤ 0
// are ignored.
std::optional<milliseconds> retry_hint(const std::vector<Header>& headers, Time now);

// "37s", "1m30s", "6m0s", "250ms", "1.5s": how services write durations in bodies and reset
// headers. A bare number is not one: its unit differs by service.
std::optional<milliseconds> parse_delay(std::string_view text);

// What to do inside one run: how often the same request may be repeated and after what pause.
// `attempt` counts from 0; `unit_random` is in [0, 1). Nothing = do not repeat in this run.
std::optional<milliseconds> retry_in_run(const Failure& failure, int attempt, double unit_random);

// What to do when the run has failed: nothing = the execution is `failed` for good, else the
// pause before the next attempt. `attempt` counts finished attempts from 1.
std::optional<milliseconds> retry_later(const Failure& failure, int attempt, double unit_random);

// True when the provider, not the run, has to pause (rate_limit, quota, auth).
bool cools_provider(Category category);
// How long, at least: the hint, else a default by category.
milliseconds cooldown_of(const Failure& failure);

}  // namespace torale::core
