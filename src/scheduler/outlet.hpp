// One provider in use: what may be sent to it now, and who waits for it.
#pragma once
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/call.hpp"
#include "providers/provider.hpp"
#include "scheduler/breaker.hpp"

namespace torale::scheduler {

struct WaitingCall {
    std::uint64_t run = 0;
    int call = 0;
    Time due{};         // of the run
    Time not_before{};  // a repetition inside a run pauses first
    core::Request request;
};

// A call that was sent.
struct Ticket {
    int outlet = -1;
    std::uint32_t epoch = 0;
    Time sent_at{};
};

struct Outlet {
    providers::Provider provider;
    Breaker breaker;
    bool is_gone = false;  // no row, no key or not enabled any more

    double tokens = 0;  // calls that may go out at once
    Time filled_at{};
    int in_flight = 0;
    int probes_in_flight = 0;     // of this epoch, while half open
    std::uint64_t probe_run = 0;  // that may ask a half-open provider; 0 = nobody

    using Line = std::multimap<Time, WaitingCall>;
    Line ready;    // by due time
    Line delayed;  // by not_before

    // How long a call may wait for its turn. Then its run makes room: it would lose its lease.
    static constexpr core::microseconds wait_max = core::seconds{20};
    // A claim takes no more runs than are served within this time.
    static constexpr int soon_s = 10;

    void wait(WaitingCall call, Time now);
    void ripen(Time now);  // delayed calls whose pause is over stand in line
    bool has_line() const { return !ready.empty() || !delayed.empty(); }
    // Room by rate and concurrency, whatever the breaker says.
    bool has_turn(Time now);
    std::optional<Time> next_turn(Time now) const;
    std::optional<int> runs_max() const;
    void take_turn();

private:
    double burst() const;
};

}  // namespace torale::scheduler
