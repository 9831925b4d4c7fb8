// A bucket of turns that fills by the provider's rate, and two lines.
#include "scheduler/outlet.hpp"

#include <algorithm>
#include <cmath>

namespace torale::scheduler {

// Turns that a late look may make up for. Small: a service counts by its own windows.
double Outlet::burst() const {
    return std::max(1.0, provider.rate_per_s / 10);
}

void Outlet::wait(WaitingCall call, Time now) {
    const bool is_delayed = call.not_before > now;
    const Time key = is_delayed ? call.not_before : call.due;
    // From now on it means: in line since.
    if (!is_delayed) call.not_before = now;
    (is_delayed ? delayed : ready).emplace(key, std::move(call));
}

void Outlet::ripen(Time now) {
    while (!delayed.empty() && delayed.begin()->first <= now) {
        auto node = delayed.extract(delayed.begin());
        node.key() = node.mapped().due;
        ready.insert(std::move(node));
    }
}

bool Outlet::has_turn(Time now) {
    if (provider.concurrency_max > 0 && in_flight >= provider.concurrency_max) return false;
    if (provider.rate_per_s <= 0) return true;
    const double passed_s = std::chrono::duration<double>(now - filled_at).count();
    // The first look ever fills it; a clock set back must not empty it.
    tokens = std::clamp(tokens + std::max(passed_s, 0.0) * provider.rate_per_s, 0.0, burst());
    filled_at = now;
    return tokens >= 1;
}

void Outlet::take_turn() {
    ++in_flight;
    if (provider.rate_per_s > 0) tokens -= 1;
}

std::optional<Time> Outlet::next_turn(Time now) const {
    std::optional<Time> next;
    if (!delayed.empty()) next = delayed.begin()->first;
    if (ready.empty()) return next;
    const auto earlier = [&next](Time time) { next = next ? std::min(*next, time) : time; };
    // Those who wait too long are sent away about once a second.
    earlier(now + core::seconds{1});
    if (breaker.state(now) == Breaker::State::open) {
        earlier(*breaker.open_until());
        return next;
    }
    if (breaker.state(now) == Breaker::State::half_open && probes_in_flight > 0) return next;
    if (provider.concurrency_max > 0 && in_flight >= provider.concurrency_max) return next;
    if (provider.rate_per_s <= 0) {
        earlier(now);
        return next;
    }
    const double missing_s = std::max(0.0, 1 - tokens) / provider.rate_per_s;
    earlier(filled_at + core::microseconds{std::llround(std::ceil(missing_s * 1e6))});
    return next;
}

std::optional<int> Outlet::runs_max() const {
    std::optional<int> most;
    if (provider.concurrency_max > 0) most = 2 * provider.concurrency_max;
    if (provider.rate_per_s > 0) {
        const int by_rate = static_cast<int>(std::min(1e6, provider.rate_per_s * soon_s));
        most = std::max(1, most ? std::min(*most, by_rate) : by_rate);
    }
    return most;
}

}  // namespace torale::scheduler
