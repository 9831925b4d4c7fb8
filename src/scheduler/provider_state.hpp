// A provider as the store has it, and what the scheduler tells the store about it.
#pragma once
#include <optional>
#include <string>

#include "providers/provider.hpp"
#include "scheduler/breaker.hpp"

namespace torale::scheduler {

struct ProviderState {
    providers::Provider provider;
    std::optional<Time> cooling_until;  // still set when it is over and no probe has succeeded
    int pauses = 0;                     // in a row
};

// A breaker that opened, stays open for longer, or closed: kept, so that a restart or a failover
// goes on where it was.
struct ProviderChange {
    std::string provider;
    Breaker::Change change{};
    std::optional<Time> cooling_until;
    int failures = 0;
    int pauses = 0;
    core::Category category{};
    std::string message;
};

}  // namespace torale::scheduler
