// The gate before each provider: its breaker, its rate, its concurrency, and the line of calls
// that wait for them, most overdue run first. Pure: it hands out what may be sent, others send.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "scheduler/breaker.hpp"
#include "scheduler/outlet.hpp"
#include "scheduler/ports.hpp"

namespace torale::scheduler {

class Throttle {
public:
    explicit Throttle(std::uint64_t seed = 1) : random_(seed) {}

    void apply(const BreakerRules& rules) { rules_ = rules; }
    // Providers as the store has them. One that is gone keeps its place and is not asked again.
    void restore(const ServerState& state);
    // The place of a provider; -1: not one of ours, never held up.
    int find(std::string_view provider) const;

    // Whether a run that starts now may count on it. In half_open one run at a time may.
    bool admits(int outlet, Time now) const;
    Breaker::State state(int outlet, Time now) const;
    std::optional<Time> open_until(int outlet) const {
        return outlets_[outlet].breaker.open_until();
    }
    // Runs that it can serve within `soon`; nothing: no limit.
    std::optional<int> runs_max(int outlet) const { return outlets_[outlet].runs_max(); }
    // The run takes the probe of a half-open provider. False: there is none to take.
    bool take_probe(int outlet, std::uint64_t run, Time now);
    void end_run(std::uint64_t run);  // its probes are free again

    // A ticket when the call may be sent now, else the call stands in line.
    std::optional<Ticket> pass(int outlet, WaitingCall& call, Time now);
    struct Turn {
        std::vector<std::pair<Ticket, WaitingCall>> send;
        std::vector<WaitingCall> refuse;  // the provider is left alone, or its line is too long
    };
    Turn turn(Time now);
    // When turn() has something to hand out without a reply; nothing = only then.
    std::optional<Time> next_turn(Time now) const;
    void forget(std::uint64_t run);  // its waiting calls
    std::size_t waiting() const;

    // How a call ended: each ticket comes back once. fail() is told every failure and decides
    // whose it was.
    void succeed(const Ticket& ticket, Time now);
    void fail(const Ticket& ticket, const core::Failure& failure, Time now);
    void release(const Ticket& ticket);
    // A run says that a provider wants a pause, and its replies did not show it.
    void cool(const agent::Cooldown& cooldown, Time now);

    const providers::Provider& provider(int outlet) const { return outlets_[outlet].provider; }
    // What the store has to keep and the log to tell.
    std::vector<ProviderChange> take_changes() { return std::exchange(changes_, {}); }

private:
    int place_of(const ProviderState& state);
    void note(Outlet& outlet, Breaker::Change change, const core::Failure& failure);
    void give_way(Outlet& outlet, int index, Time now, Turn& turn);
    double unit_random();

    BreakerRules rules_;
    std::vector<Outlet> outlets_;
    std::map<std::string, int, std::less<>> places_;
    std::vector<ProviderChange> changes_;
    std::uint64_t random_;
};

}  // namespace torale::scheduler
