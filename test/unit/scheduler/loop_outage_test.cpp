#include <algorithm>

#include "unit/scheduler/loop_fixture.hpp"

namespace torale::scheduler {
namespace {

using std::chrono::seconds;
using testing::claim_of;
using testing::FakeStore;
using testing::LoopTest;
using testing::provider_state;
using testing::start_time;

int calls_to(const FakeStore& store, const char* provider) {
    int count = 0;
    for (const Finished& finished : store.finished) {
        for (const agent::Step& step : finished.conclusion.steps) {
            count += step.provider == provider && step.detail.contains("http_status");
        }
    }
    return count;
}

TEST_F(LoopTest, an_hour_without_the_only_judge_is_no_storm_and_fails_nothing) {
    net::test::TinyServer server;
    limits.max_inflight = 40;
    store.state.judges = {provider_state("gemini", server.url("/status?503"))};
    store.requeues = true;
    store.due_at = start_time;
    for (int i = 0; i < 200; ++i) store.due.push_back(claim_of(i));
    run_for(seconds{3600});
    ASSERT_GE(store.finished.size(), 40U);
    int behind = 0;
    for (const Finished& finished : store.finished) {
        EXPECT_EQ(finished.outcome.status, core::ExecutionStatus::retrying);
        EXPECT_FALSE(finished.outcome.attempt_consumed);
        behind += finished.outcome.next_run_at != start_time;
    }
    // 30 s, 1, 2, 4, 8 and then 10 minutes, each up to a quarter shorter.
    EXPECT_GE(behind, 8) << "probes go behind the others";
    EXPECT_LE(behind, 13);
    EXPECT_EQ(calls_to(store, "gemini"), 40 + behind) << "those under way, then one a pause";
    ASSERT_EQ(sleeper.logs.size(), 1U) << "one line an outage";
    EXPECT_NE(sleeper.logs[0].find("provider paused name=gemini category=overload"),
              std::string::npos);
    EXPECT_EQ(store.changes.front().change, Breaker::Change::opened);
    EXPECT_EQ(store.changes.back().pauses, behind + 1);
}

TEST_F(LoopTest, a_provider_that_was_open_before_the_restart_gets_one_probe) {
    net::test::TinyServer server;
    store.state.judges = {provider_state("gemini", server.url("/status?503"))};
    store.state.judges[0].cooling_until = start_time - seconds{1};
    store.state.judges[0].pauses = 4;
    store.due_at = start_time;
    for (int i = 0; i < 10; ++i) store.due.push_back(claim_of(i));
    run_for(seconds{60});
    EXPECT_EQ(store.claim_limits, std::vector<int>{1});
    EXPECT_EQ(calls_to(store, "gemini"), 1);
    ASSERT_EQ(store.changes.size(), 1U);
    EXPECT_EQ(store.changes[0].pauses, 5);
}

TEST_F(LoopTest, waiting_for_a_turn_costs_a_run_none_of_its_time) {
    net::test::TinyServer server;
    limits.run_timeout = seconds{1};
    store.state.search = {provider_state("perplexity", server.url("/status?400"))};
    store.state.search[0].provider.rate_per_s = 2;
    store.due_at = start_time;
    for (int i = 0; i < 16; ++i) store.due.push_back(claim_of(i));
    run_until([&] { return store.finished.size() == 16; });
    EXPECT_GE(clock.at - start_time, seconds{7});
    for (const Finished& finished : store.finished) {
        EXPECT_EQ(finished.conclusion.failure->category, core::Category::bad_request);
    }
}

TEST_F(LoopTest, no_more_runs_are_claimed_than_a_provider_serves_soon) {
    net::test::TinyServer server;
    store.state.search = {provider_state("perplexity", server.url("/status?400"))};
    store.state.search[0].provider.concurrency_max = 3;
    store.due_at = start_time;
    for (int i = 0; i < 40; ++i) store.due.push_back(claim_of(i));
    run_until([&] { return store.finished.size() == 40; });
    EXPECT_EQ(*std::ranges::max_element(store.claim_limits), 6);
}

}  // namespace
}  // namespace torale::scheduler
