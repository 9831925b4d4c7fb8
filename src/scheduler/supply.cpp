// The list of providers as a run that starts now sees it.
#include "scheduler/supply.hpp"

#include <algorithm>

#include "providers/catalog.hpp"

namespace torale::scheduler {

namespace {

bool is_builtin(const ProviderState& state) {
    const providers::Adapter* adapter = providers::find_adapter(state.provider.adapter);
    return adapter != nullptr && providers::works_without_call(*adapter);
}

// What stands behind a built-in one is never reached; a built-in one behind others is no fallback.
std::vector<const ProviderState*> countable(const std::vector<ProviderState>& configured) {
    std::vector<const ProviderState*> list;
    for (const ProviderState& state : configured) {
        if (!is_builtin(state)) {
            list.push_back(&state);
        } else if (list.empty()) {
            return {&state};
        }
    }
    return list;
}

}  // namespace

std::vector<providers::Provider> Supply::providers() const {
    std::vector<providers::Provider> list;
    list.reserve(usable.size());
    for (const ProviderState* state : usable) list.push_back(state->provider);
    return list;
}

Supply supply_of(const std::vector<ProviderState>& configured, const Throttle& throttle, Time now) {
    Supply supply;
    const auto candidates = countable(configured);
    bool has_closed = false;
    for (const ProviderState* candidate : candidates) {
        const int outlet = throttle.find(candidate->provider.name);
        if (throttle.admits(outlet, now)) {
            supply.usable.push_back(candidate);
            const bool is_closed = throttle.state(outlet, now) == Breaker::State::closed;
            if (is_closed && !has_closed && outlet >= 0)
                supply.runs_max = throttle.runs_max(outlet);
            has_closed |= is_closed;
            supply.has_probe |= !is_closed;
        } else if (throttle.state(outlet, now) == Breaker::State::open) {
            const Time until = *throttle.open_until(outlet);
            supply.out_until = supply.out_until ? std::min(*supply.out_until, until) : until;
        }
    }
    supply.is_out = supply.usable.empty() && !candidates.empty();
    if (!supply.is_out) supply.out_until.reset();
    supply.is_probe = !supply.usable.empty() && !has_closed;
    return supply;
}

}  // namespace torale::scheduler
