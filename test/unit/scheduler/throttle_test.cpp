#include "scheduler/throttle.hpp"

#include <gtest/gtest.h>

#include "unit/scheduler/fake_store.hpp"

namespace torale::scheduler {
namespace {

using core::Category;
using core::milliseconds;
using std::chrono::seconds;
using testing::provider_state;
using testing::start_time;

struct ThrottleTest : ::testing::Test {
    Throttle throttle;
    ServerState rows;
    Time now = start_time;
    std::vector<Ticket> out;

    void use(double rate_per_s, int concurrency_max = 0) {
        ProviderState row = provider_state("gemini");
        row.provider.rate_per_s = rate_per_s;
        row.provider.concurrency_max = concurrency_max;
        rows.judges = {row};
        throttle.restore(rows);
    }
    int outlet() const { return throttle.find("gemini"); }
    static WaitingCall call(std::uint64_t run, Time due = start_time) {
        return {.run = run, .call = 1, .due = due, .not_before = {}, .request = {}};
    }
    bool pass(std::uint64_t run, Time due = start_time, milliseconds delay = {}) {
        WaitingCall waiting = call(run, due);
        waiting.not_before = now + delay;
        const auto ticket = throttle.pass(outlet(), waiting, now);
        if (ticket) out.push_back(*ticket);
        return ticket.has_value();
    }
    // The runs whose calls go out, and those sent away.
    std::vector<std::uint64_t> sent, refused;
    void turn() {
        sent.clear();
        refused.clear();
        Throttle::Turn turn = throttle.turn(now);
        for (auto& [ticket, waiting] : turn.send) {
            out.push_back(ticket);
            sent.push_back(waiting.run);
        }
        for (auto& waiting : turn.refuse) refused.push_back(waiting.run);
    }
    void fail(Category category, std::optional<milliseconds> hint = std::nullopt) {
        core::Failure failure;
        failure.category = category;
        failure.retry_after = hint;
        const Ticket ticket = out.back();
        out.pop_back();
        throttle.fail(ticket, failure, now);
    }
    void succeed() {
        throttle.succeed(out.back(), now);
        out.pop_back();
    }
    void open() {
        for (int i = 0; i < BreakerRules{}.failures_max; ++i) {
            ASSERT_TRUE(pass(1000));
            fail(Category::overload);
        }
        ASSERT_EQ(throttle.state(outlet(), now), Breaker::State::open);
    }
};

using Runs = std::vector<std::uint64_t>;

TEST_F(ThrottleTest, without_limits_every_call_goes_out_at_once) {
    use(0);
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(pass(i));
    EXPECT_FALSE(throttle.next_turn(now));
}

TEST_F(ThrottleTest, what_is_no_provider_is_never_held_up) {
    WaitingCall waiting = call(1);
    EXPECT_TRUE(throttle.pass(-1, waiting, now));
    throttle.succeed({}, now);
    throttle.fail({}, {}, now);
}

TEST_F(ThrottleTest, the_most_overdue_run_goes_first) {
    use(1);
    EXPECT_TRUE(pass(1));
    EXPECT_FALSE(pass(2, start_time + seconds{3}));
    EXPECT_FALSE(pass(3, start_time - seconds{60}));
    EXPECT_FALSE(pass(4, start_time));
    Runs order;
    for (int i = 0; i < 3; ++i) {
        now = *throttle.next_turn(now);
        turn();
        order.insert(order.end(), sent.begin(), sent.end());
    }
    EXPECT_EQ(order, (Runs{3, 4, 2}));
}

TEST_F(ThrottleTest, a_rate_holds_in_every_window) {
    for (const double rate : {0.5, 2.0, 50.0}) {
        use(rate);
        now += seconds{60};
        const Time start = now;
        std::vector<Time> times;
        std::uint64_t run = 0;
        while (now < start + seconds{10}) {
            while (throttle.waiting() < 20) {
                if (pass(++run, now)) times.push_back(now);
            }
            turn();
            times.insert(times.end(), sent.size(), now);
            now = std::max(*throttle.next_turn(now), now + milliseconds{1});
        }
        const double burst = std::max(1.0, rate / 10);
        EXPECT_GE(static_cast<double>(times.size()), rate * 10 - 1) << rate;
        for (std::size_t i = 0; i < times.size(); ++i) {
            const auto end = std::lower_bound(times.begin(), times.end(), times[i] + seconds{2});
            const auto count = end - (times.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_LE(static_cast<double>(count), rate * 2 + burst + 1) << rate;
        }
        throttle = Throttle{};
    }
}

TEST_F(ThrottleTest, no_more_at_the_same_time_than_allowed) {
    use(0, 2);
    EXPECT_TRUE(pass(1));
    EXPECT_TRUE(pass(2));
    EXPECT_FALSE(pass(3));
    EXPECT_FALSE(pass(4));
    turn();
    EXPECT_EQ(sent, Runs{});
    succeed();
    turn();
    EXPECT_EQ(sent, Runs{3});
    throttle.release(out.back());
    turn();
    EXPECT_EQ(sent, Runs{4}) << "a cancelled call makes room too";
    EXPECT_EQ(throttle.runs_max(outlet()), 4);
}

TEST_F(ThrottleTest, runs_are_claimed_for_the_next_seconds_only) {
    use(3);
    EXPECT_EQ(throttle.runs_max(outlet()), 30);
    use(0.01);
    EXPECT_EQ(throttle.runs_max(outlet()), 1);
    use(0);
    EXPECT_EQ(throttle.runs_max(outlet()), std::nullopt);
}

TEST_F(ThrottleTest, a_repetition_pauses_before_it_stands_in_line) {
    use(0);
    EXPECT_FALSE(pass(1, start_time, seconds{2}));
    EXPECT_EQ(throttle.next_turn(now), start_time + seconds{2});
    EXPECT_TRUE(pass(2)) << "it holds nobody up" << throttle.waiting();
    now += seconds{2};
    turn();
    EXPECT_EQ(sent, Runs{1});
}

TEST_F(ThrottleTest, an_open_breaker_sends_the_line_away) {
    use(0, 1);
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_FALSE(pass(1));
    EXPECT_FALSE(pass(2, start_time, seconds{4}));
    EXPECT_EQ(throttle.next_turn(now), now);
    turn();
    EXPECT_EQ(sent, Runs{});
    EXPECT_EQ(refused, (Runs{1, 2}));
    EXPECT_EQ(throttle.waiting(), 0U);
}

TEST_F(ThrottleTest, a_short_pause_is_waited_for_and_ends_with_one_probe) {
    use(0);
    EXPECT_TRUE(pass(1));
    fail(Category::rate_limit, seconds{2});
    EXPECT_FALSE(pass(2));
    EXPECT_FALSE(pass(3));
    turn();
    EXPECT_EQ(refused, Runs{});
    EXPECT_EQ(sent, Runs{});
    now += seconds{2};
    turn();
    EXPECT_EQ(sent, Runs{2}) << "the other one waits for its answer";
    turn();
    EXPECT_EQ(sent, Runs{});
    succeed();
    turn();
    EXPECT_EQ(sent, Runs{3});
    EXPECT_TRUE(throttle.take_changes().empty()) << "not worth a line in the log";
}

TEST_F(ThrottleTest, one_run_at_a_time_probes) {
    use(0);
    ASSERT_NO_FATAL_FAILURE(open());
    EXPECT_FALSE(throttle.admits(outlet(), now));
    now = *throttle.open_until(outlet());
    EXPECT_TRUE(throttle.admits(outlet(), now));
    EXPECT_TRUE(throttle.take_probe(outlet(), 7, now));
    EXPECT_FALSE(throttle.admits(outlet(), now));
    EXPECT_FALSE(throttle.take_probe(outlet(), 8, now));
    throttle.end_run(7);
    EXPECT_TRUE(throttle.admits(outlet(), now)) << "it ended without asking";
    EXPECT_TRUE(throttle.take_probe(outlet(), 8, now));
    EXPECT_TRUE(pass(8));
    succeed();
    EXPECT_EQ(throttle.state(outlet(), now), Breaker::State::closed);
    EXPECT_FALSE(throttle.take_probe(outlet(), 9, now)) << "none is needed";
}

TEST_F(ThrottleTest, an_answer_that_refuses_one_call_is_no_outage) {
    use(0);
    ASSERT_NO_FATAL_FAILURE(open());
    now = *throttle.open_until(outlet());
    EXPECT_TRUE(pass(1));
    fail(Category::bad_request);
    EXPECT_EQ(throttle.state(outlet(), now), Breaker::State::closed);
}

TEST_F(ThrottleTest, what_says_nothing_about_the_provider_leaves_the_probe_to_the_next) {
    use(0);
    ASSERT_NO_FATAL_FAILURE(open());
    now = *throttle.open_until(outlet());
    EXPECT_TRUE(pass(1));
    fail(Category::internal);
    EXPECT_EQ(throttle.state(outlet(), now), Breaker::State::half_open);
    EXPECT_TRUE(pass(2));
}

TEST_F(ThrottleTest, changes_are_told_once_each) {
    use(0);
    ASSERT_NO_FATAL_FAILURE(open());
    auto changes = throttle.take_changes();
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].provider, "gemini");
    EXPECT_EQ(changes[0].change, Breaker::Change::opened);
    EXPECT_EQ(changes[0].category, Category::overload);
    EXPECT_EQ(changes[0].failures, 5);
    EXPECT_EQ(changes[0].pauses, 1);
    EXPECT_EQ(changes[0].cooling_until, throttle.open_until(outlet()));
    now = *throttle.open_until(outlet());
    pass(1);
    succeed();
    changes = throttle.take_changes();
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].change, Breaker::Change::closed);
    EXPECT_FALSE(changes[0].cooling_until);
    EXPECT_TRUE(throttle.take_changes().empty());
}

TEST_F(ThrottleTest, a_restart_finds_the_provider_open_and_then_probes) {
    use(0);
    rows.judges[0].cooling_until = now + seconds{40};
    rows.judges[0].pauses = 2;
    throttle.restore(rows);
    EXPECT_EQ(throttle.state(outlet(), now), Breaker::State::open);
    now += seconds{40};
    EXPECT_EQ(throttle.state(outlet(), now), Breaker::State::half_open);
    rows.judges[0].cooling_until.reset();
    throttle.restore(rows);
    EXPECT_EQ(throttle.state(outlet(), now), Breaker::State::closed) << "removed by hand";
}

TEST_F(ThrottleTest, a_provider_that_is_gone_serves_nobody) {
    use(0, 1);
    EXPECT_TRUE(pass(1));
    EXPECT_FALSE(pass(2));
    rows.judges.clear();
    throttle.restore(rows);
    turn();
    EXPECT_EQ(refused, Runs{2});
    EXPECT_FALSE(pass(3));
    turn();
    EXPECT_EQ(refused, Runs{3});
}

TEST_F(ThrottleTest, who_waits_too_long_makes_room) {
    use(0.001);
    EXPECT_TRUE(pass(1));
    EXPECT_FALSE(pass(2));
    now += seconds{10};
    EXPECT_FALSE(pass(3));
    now = start_time + Outlet::wait_max - milliseconds{1};
    turn();
    EXPECT_EQ(refused, Runs{});
    now += milliseconds{1};
    turn();
    EXPECT_EQ(refused, Runs{2});
    EXPECT_EQ(throttle.waiting(), 1U);
}

TEST_F(ThrottleTest, a_run_that_ended_is_forgotten) {
    use(0, 1);
    EXPECT_TRUE(pass(1));
    EXPECT_FALSE(pass(2));
    EXPECT_FALSE(pass(3, start_time, seconds{5}));
    EXPECT_FALSE(pass(4));
    throttle.forget(2);
    throttle.forget(3);
    succeed();
    turn();
    EXPECT_EQ(sent, Runs{4});
    EXPECT_EQ(throttle.waiting(), 0U);
}

TEST_F(ThrottleTest, a_run_may_say_what_its_replies_did_not_show) {
    use(0);
    agent::Cooldown cooldown;
    cooldown.provider = "gemini";
    cooldown.pause = seconds{90};
    cooldown.category = Category::quota;
    throttle.cool(cooldown, now);
    EXPECT_EQ(throttle.open_until(outlet()), now + seconds{90});
    cooldown.provider = "nobody";
    throttle.cool(cooldown, now);
}

}  // namespace
}  // namespace torale::scheduler
