// Failures in a row, pauses that grow, one probe after each.
#include "scheduler/breaker.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace torale::scheduler {

namespace {

constexpr core::milliseconds pause_min = core::seconds{1};
// Shortens by up to a quarter: schedulers that lost the same provider do not come back together.
constexpr double jitter_share = 0.25;

core::milliseconds growing_pause(const BreakerRules& rules, int pauses, double unit_random) {
    const int doublings = std::min(pauses, 20);
    const auto longest = std::max(rules.pause, rules.pause_max);
    const auto pause = std::min(longest, rules.pause * (std::int64_t{1} << doublings));
    const double kept = 1.0 - jitter_share * std::clamp(unit_random, 0.0, 1.0);
    return core::milliseconds{std::llround(static_cast<double>(pause.count()) * kept)};
}

// The provider's own word counts as it is; a guess grows with each pause.
core::milliseconds asked_pause(const core::Failure& failure, core::milliseconds grown) {
    const auto asked = core::cooldown_of(failure);
    return std::max(failure.retry_after ? asked : std::max(asked, grown), pause_min);
}

}  // namespace

bool is_outage(core::Category category) {
    switch (category) {
        case core::Category::overload:
        case core::Category::server:
        case core::Category::network:
        case core::Category::timeout:
            return true;
        case core::Category::rate_limit:
        case core::Category::quota:
        case core::Category::auth:
        case core::Category::bad_request:
        case core::Category::bad_reply:
        case core::Category::declined:
        case core::Category::too_large:
        case core::Category::blocked:
        case core::Category::config:
        case core::Category::cancelled:
        case core::Category::internal:
            break;
    }
    return core::cools_provider(category);
}

Breaker::State Breaker::state(Time now) const {
    if (!open_until_) return State::closed;
    return *open_until_ > now ? State::open : State::half_open;
}

Breaker::Change Breaker::succeed(std::uint32_t epoch, Time now) {
    if (epoch != epoch_ || state(now) == State::open) return Change::none;
    failures_ = 0;
    if (!open_until_) return Change::none;
    open_until_.reset();
    pauses_ = 0;
    return std::exchange(is_kept_, false) ? Change::closed : Change::none;
}

Breaker::Change Breaker::fail(const core::Failure& failure, std::uint32_t epoch,
                              const BreakerRules& rules, Time now, double unit_random) {
    if (!is_outage(failure.category)) return Change::none;
    const auto grown = growing_pause(rules, pauses_, unit_random);
    if (core::cools_provider(failure.category)) {
        const auto pause = asked_pause(failure, grown);
        if (state(now) != State::open) {
            return epoch == epoch_ ? open(pause, now) : Change::none;
        }
        // Runs that were under way hear the same; only a clearly longer pause is news.
        if (!failure.retry_after || now + pause <= *open_until_ + short_pause_max) {
            return Change::none;
        }
        open_until_ = now + pause;
        return std::exchange(is_kept_, true) ? Change::longer : Change::opened;
    }
    if (epoch != epoch_ || state(now) == State::open) return Change::none;
    ++failures_;
    if (state(now) == State::closed && failures_ < rules.failures_max) return Change::none;
    const auto asked = failure.retry_after ? core::cooldown_of(failure) : core::milliseconds{0};
    return open(std::max(asked, grown), now);
}

Breaker::Change Breaker::open(core::milliseconds pause, Time now) {
    open_until_ = now + pause;
    ++epoch_;
    ++pauses_;
    if (pause <= short_pause_max && !is_kept_ && pauses_ == 1 && failures_ == 0) {
        return Change::held;
    }
    const bool was_kept = std::exchange(is_kept_, true);
    return was_kept ? Change::longer : Change::opened;
}

void Breaker::restore(std::optional<Time> open_until, int pauses) {
    if (!open_until && !is_kept_) return;  // a short pause of ours, or none
    if (open_until == open_until_) return;
    if (!open_until) failures_ = 0;
    is_kept_ = open_until.has_value();
    open_until_ = open_until;
    pauses_ = open_until ? std::max(pauses, 1) : 0;
    ++epoch_;
}

const char* name_of(Breaker::State state) {
    switch (state) {
        case Breaker::State::closed:
            return "closed";
        case Breaker::State::open:
            return "open";
        case Breaker::State::half_open:
            return "half_open";
    }
    return "closed";
}

}  // namespace torale::scheduler
