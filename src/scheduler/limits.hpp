// The bounds of the loop: how much at once, how often, how long. The settings fill them in.
#pragma once
#include "core/clock.hpp"
#include "scheduler/breaker.hpp"
#include "scheduler/deliver.hpp"
#include "scheduler/pages.hpp"

namespace torale::scheduler {

struct Limits {
    int max_inflight = 1000;
    int max_attempts = 6;
    core::seconds run_timeout{120};
    core::seconds poll_interval{5};
    core::seconds housekeeping_interval{600};
    core::microseconds jitter{0};
    // A result waits at most this long for others to share its commit.
    core::milliseconds flush_after{20};
    int flush_rows = 250;
    // Two claims are at least this far apart, so that a burst becomes one claim.
    core::milliseconds claim_pause{5};
    // Providers, keys and activation are read again at most this often, whatever is written.
    core::milliseconds refresh_pause{50};
    // Between two claims that find due rows locked by somebody else.
    core::milliseconds rest{100};
    int claim_rows = 500;
    BreakerRules breaker;
    DeliveryLimits delivery;
    agent::Mode default_mode = agent::Mode::pipeline;
    agent::AgentLimits agent;
    PageLimits pages;
};

}  // namespace torale::scheduler
