// A run in flight, what it asks of the store, and how it leaves.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "scheduler/outlet.hpp"
#include "scheduler/ports.hpp"

namespace torale::scheduler {

struct Run {
    Claim claim;
    agent::Investigation investigation;
    Time deadline{};
    std::vector<std::uint64_t> transfers{};
    // Its calls that wait for their turn at a provider. That time is not its own, up to a limit:
    // the lease goes on.
    int waiting = 0;
    Time waiting_since{};
    core::microseconds patience = Outlet::wait_max;
    bool is_probe = false;
    int troubled = -1;                    // the provider of the last call that failed
    bool is_refused = false;              // that call was not sent
    std::vector<std::string> reported{};  // providers whose failures the throttle was told
};

// A run that reached its end.
struct Ended {
    Claim claim;
    agent::Conclusion conclusion;
    bool is_probe = false;
    int troubled = -1;
    bool is_refused = false;
};

// What runs ask of the store, gathered so that one commit serves many.
struct WaitingCheck {
    std::uint64_t run = 0;
    int call = 0;
    CheckpointRequest request;
};
struct WaitingSearch {
    std::uint64_t run = 0;
    int call = 0;
    providers::builtin::DocumentQuery query;
};

struct WaitingTold {
    std::uint64_t run = 0;
    int call = 0;
    ToldRequest request;
};

struct WaitingPage {
    std::uint64_t run = 0;
    int call = 0;
    agent::PageFetch fetch;
};

}  // namespace torale::scheduler
