// A loop over a fake store, a fake clock and the real network, turned until a test has seen enough.
#pragma once
#include <gtest/gtest.h>

#include "scheduler/loop.hpp"
#include "unit/net/tiny_server.hpp"
#include "unit/scheduler/fakes.hpp"

namespace torale::scheduler::testing {

constexpr int turns_max = 2'000;

struct LoopTest : ::testing::Test {
    FakeClock clock;
    FakeStore store;
    net::Loop net{[] {
        net::LoopSettings settings;
        settings.egress.allow = *net::parse_egress_allow("127.0.0.1");
        return settings;
    }()};
    FakeSleeper sleeper{clock, net};
    Limits limits;
    int turn = 0;
    int reloads = 0;

    // Turns until `is_over` (asked before each turn), then one more, in which the loop stops.
    void run_until(
        const std::function<bool()>& is_over,
        const std::function<Sleeper::Wake()>& wake = [] { return Sleeper::Wake{}; }) {
        sleeper.before_turn = [&, this] {
            Sleeper::Wake result = wake();
            result.stop = is_over() || ++turn >= turns_max;
            return result;
        };
        Loop loop(store, net, sleeper, clock, limits);
        loop.keep_running([this] { ++reloads; });
        EXPECT_LT(turn, turns_max) << "it was never over";
    }
    void run_for(core::microseconds time) {
        run_until([this, end = clock.at + time] { return clock.at >= end; });
    }
};

}  // namespace torale::scheduler::testing
