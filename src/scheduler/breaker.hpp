// When a provider is left alone. One state machine per provider, pure: closed → open after
// failures in a row, or at once when the provider says so → half_open when the pause is over,
// with one probe at a time → closed, or open for longer.
#pragma once
#include <cstdint>
#include <optional>

#include "core/clock.hpp"
#include "core/retry.hpp"

namespace torale::scheduler {

using core::Time;

struct BreakerRules {
    int failures_max = 5;
    // The first pause; each further one without a success between is twice as long.
    core::milliseconds pause{30'000};
    core::milliseconds pause_max{600'000};
};

// Pauses up to this length are waited for inside a run; longer ones put the run off.
constexpr core::milliseconds short_pause_max = core::seconds{5};

// Trouble of the provider, not of the run that met it.
bool is_outage(core::Category category);

class Breaker {
public:
    enum class State { closed, open, half_open };
    // held: a short pause that nobody needs to hear of. opened and closed are kept and logged,
    // longer is kept.
    enum class Change { none, held, opened, longer, closed };

    State state(Time now) const;
    // Of a call that is sent now: what its reply is reported with. Replies to calls that were
    // sent before the last pause began say nothing about the time after it.
    std::uint32_t epoch() const { return epoch_; }
    Change succeed(std::uint32_t epoch, Time now);
    // `unit_random` in [0, 1).
    Change fail(const core::Failure& failure, std::uint32_t epoch, const BreakerRules& rules,
                Time now, double unit_random);
    // What the store remembers, which is what an administrator may have changed.
    void restore(std::optional<Time> open_until, int pauses);

    std::optional<Time> open_until() const { return open_until_; }
    int failures() const { return failures_; }  // in a row
    int pauses() const { return pauses_; }      // without a success between
    bool is_short(Time now) const { return open_until_ && *open_until_ - now <= short_pause_max; }

private:
    Change open(core::milliseconds pause, Time now);

    std::optional<Time> open_until_;
    int failures_ = 0;
    int pauses_ = 0;
    std::uint32_t epoch_ = 0;
    bool is_kept_ = false;  // the store knows of the pause
};

const char* name_of(Breaker::State state);

}  // namespace torale::scheduler
