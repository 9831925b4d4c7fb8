// A clock that stands still until somebody sleeps, and a sleeper that never waits longer than the
// network needs.
#pragma once
#include <poll.h>

#include <functional>
#include <string>
#include <vector>

#include "net/loop.hpp"
#include "unit/scheduler/fake_store.hpp"

namespace torale::scheduler::testing {

class FakeClock final : public core::Clock {
public:
    Time now() const override { return at; }
    Time at = start_time;
};

// Sleeps on the fake clock. While transfers are under way the real network is waited for instead.
class FakeSleeper final : public Sleeper {
public:
    FakeSleeper(FakeClock& clock, const net::Loop& net) : clock_(clock), net_(net) {}

    // Called before each turn; asks to stop by returning so.
    std::function<Wake()> before_turn;
    std::vector<std::string> logs;
    std::vector<core::microseconds> asked;  // how long the loop wanted to sleep

    Wake sleep(int fd, std::optional<core::microseconds> at_most) override {
        if (at_most) asked.push_back(*at_most);
        if (net_.in_flight() > 0) {
            pollfd waiting{fd, POLLIN, 0};
            poll(&waiting, 1, 20);
            clock_.at += core::milliseconds{50};
        } else if (at_most) {
            clock_.at += *at_most;
        }
        return before_turn();
    }
    void report(std::int64_t, std::int64_t, core::milliseconds) override {}
    void log(const std::string& line) override { logs.push_back(line); }

private:
    FakeClock& clock_;
    const net::Loop& net_;
};

}  // namespace torale::scheduler::testing
