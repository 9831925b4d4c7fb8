#include "scheduler/loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/net/tiny_server.hpp"
#include "unit/scheduler/fakes.hpp"

namespace torale::scheduler {
namespace {

using std::chrono::seconds;
using testing::claim_of;
using testing::FakeStore;
using testing::provider_state;
using testing::start_time;

constexpr int turns_max = 2'000;

struct LoopTest : ::testing::Test {
    testing::FakeClock clock;
    testing::FakeStore store;
    net::Loop net{[] {
        net::LoopSettings settings;
        settings.egress.allow = *net::parse_egress_allow("127.0.0.1");
        return settings;
    }()};
    testing::FakeSleeper sleeper{clock, net};
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

TEST_F(LoopTest, runs_what_is_due_and_finishes_it) {
    store.due.push_back(claim_of(1));
    run_until([&] { return !store.finished.empty(); });
    ASSERT_EQ(store.finished.size(), 1U);
    const Finished& finished = store.finished.front();
    EXPECT_EQ(finished.claim.token, 1);
    EXPECT_EQ(finished.conclusion.judgement.verdict, core::Verdict::met);
    EXPECT_TRUE(finished.outcome.tell_finding);
    EXPECT_EQ(finished.outcome.next_slot, start_time + seconds{3600});
    const auto first = [&](const char* verb) { return std::ranges::find(store.calls, verb); };
    EXPECT_LT(first("take_over"), first("claim"));
    EXPECT_EQ(store.count("take_over"), 1);
}

TEST_F(LoopTest, claims_no_more_than_there_is_room_for) {
    limits.max_inflight = 3;
    for (int i = 0; i < 10; ++i) store.due.push_back(claim_of(i));
    run_until([&] { return store.finished.size() == 10; });
    EXPECT_EQ(*std::max_element(store.claim_limits.begin(), store.claim_limits.end()), 3);
    EXPECT_LE(*std::max_element(store.finish_sizes.begin(), store.finish_sizes.end()), 3U);
}

TEST_F(LoopTest, a_burst_is_claimed_at_a_measured_pace) {
    limits.claim_rows = 2;
    limits.claim_pause = core::milliseconds{5};
    for (int i = 0; i < 6; ++i) store.due.push_back(claim_of(i));
    run_until([&] { return store.finished.size() == 6; });
    EXPECT_GE(clock.at - start_time, core::milliseconds{10});
    EXPECT_LT(clock.at - start_time, seconds{1}) << "a full claim is followed by the next at once";
}

TEST_F(LoopTest, commits_results_together) {
    for (int i = 0; i < 50; ++i) store.due.push_back(claim_of(i));
    run_until([&] { return store.finished.size() == 50; });
    EXPECT_EQ(store.finish_sizes, std::vector<std::size_t>{50});
}

TEST_F(LoopTest, checks_sources_together_before_anything_is_finished) {
    for (int i = 0; i < 5; ++i) store.due.push_back(claim_of(i, false));
    run_until([&] { return store.finished.size() == 5; });
    EXPECT_EQ(store.check_sizes, std::vector<std::size_t>{5});
    const auto at = [&](const char* call) {
        return std::find(store.calls.begin(), store.calls.end(), call);
    };
    EXPECT_LT(at("check"), at("finish"));
}

TEST_F(LoopTest, a_search_that_throws_fails_its_run_alone) {
    store.poison = "2";
    for (int i = 1; i <= 3; ++i) store.due.push_back(claim_of(i));
    run_until([&] { return store.finished.size() == 3; });
    for (const Finished& finished : store.finished) {
        const bool is_poisoned = finished.claim.token == 2;
        EXPECT_EQ(finished.conclusion.failure.has_value(), is_poisoned);
        if (is_poisoned) {
            EXPECT_EQ(finished.conclusion.failure->category, core::Category::internal);
        }
    }
}

TEST_F(LoopTest, a_schedule_nobody_can_read_does_not_lose_the_task) {
    store.due.push_back(claim_of(1));
    store.due.back().briefing.task.schedule = "no schedule";
    run_until([&] { return !store.finished.empty(); });
    EXPECT_TRUE(store.finished.front().outcome.next_run_at);
}

TEST_F(LoopTest, sleeps_until_the_next_slot) {
    store.due_at = start_time + seconds{3};
    run_until([&] { return store.claim_limits.size() == 2; });
    EXPECT_GE(clock.at, start_time + seconds{3});
    EXPECT_LT(clock.at, start_time + seconds{4});
}

TEST_F(LoopTest, looks_again_when_nothing_is_known_to_be_due) {
    run_for(seconds{21});
    EXPECT_GE(store.claim_limits.size(), 4U);
    EXPECT_LE(store.claim_limits.size(), 6U) << "once a poll_interval, not oftener";
}

TEST_F(LoopTest, a_written_change_is_seen_at_once) {
    limits.poll_interval = seconds{300};
    bool is_written = false;
    run_until([&] { return !store.finished.empty(); },
              [&] {
                  Sleeper::Wake wake;
                  if (turn == 5) {
                      store.due.push_back(claim_of(1));
                      is_written = wake.work_written = true;
                  }
                  return wake;
              });
    EXPECT_TRUE(is_written);
    EXPECT_LT(turn, 20);
}

TEST_F(LoopTest, reads_the_configuration_when_told) {
    int told = 0;
    run_until([&] { return turn > 10; },
              [&] {
                  Sleeper::Wake wake;
                  wake.reloaded = turn == 2 || turn == 4;
                  told += wake.reloaded;
                  return wake;
              });
    EXPECT_EQ(reloads, told);
    EXPECT_EQ(reloads, 2);
}

TEST_F(LoopTest, a_database_that_is_not_active_stays_silent) {
    store.state.is_active = false;
    store.due.push_back(claim_of(1));
    limits.housekeeping_interval = seconds{10};
    run_for(seconds{60});
    EXPECT_EQ(store.count("claim"), 0);
    EXPECT_EQ(store.count("claim_deliveries"), 0);
    EXPECT_EQ(store.count("housekeep"), 0);
    EXPECT_LE(store.state_reads, 20) << "it looks once a poll_interval whether that changed";
    EXPECT_EQ(store.count("take_over"), 0);
}

TEST_F(LoopTest, waits_while_the_only_keyed_provider_cools) {
    store.state.search = {provider_state("perplexity", "https://127.0.0.1:1"),
                          provider_state("builtin")};
    store.state.search.front().cooling_until = start_time + seconds{12};
    store.due.push_back(claim_of(1));
    store.due_at = start_time;
    run_until([&] { return store.count("claim") > 0; });
    EXPECT_GE(clock.at, start_time + seconds{12});
    EXPECT_LT(clock.at, start_time + seconds{13});
}

TEST_F(LoopTest, rests_while_providers_cool) {
    store.state.judges = {provider_state("gemini", "https://127.0.0.1:1")};
    store.state.judges.front().cooling_until = start_time + seconds{60};
    store.due.push_back(claim_of(1));
    store.due_at = start_time;
    run_for(seconds{54});
    EXPECT_LT(turn, 40) << "no turn without sleep";
    EXPECT_LT(store.state_reads, 20);
    EXPECT_EQ(store.count("claim"), 0);
}

TEST_F(LoopTest, tells_while_providers_cool) {
    store.state.judges = {provider_state("gemini", "https://127.0.0.1:1")};
    store.state.judges.front().cooling_until = start_time + seconds{600};
    run_until([&] { return store.count("claim_deliveries") > 1; });
    EXPECT_LT(clock.at, start_time + seconds{30}) << "the outbox waits for no provider";
}

TEST_F(LoopTest, rests_when_there_is_no_room) {
    net::test::BoundSocket silent(SOCK_STREAM);
    listen(silent.fd(), 8);
    limits.max_inflight = 1;
    store.state.search = {
        provider_state("perplexity", "http://127.0.0.1:" + std::to_string(silent.port()))};
    for (int i = 0; i < 3; ++i) store.due.push_back(claim_of(i));
    store.due_at = start_time;
    run_for(seconds{12});
    EXPECT_EQ(store.count("claim"), 1);
    EXPECT_LE(store.state_reads, 5) << "a full loop looks at the tables once a poll_interval";
    EXPECT_FALSE(std::count(sleeper.asked.begin(), sleeper.asked.end(), core::microseconds{0}) >
                 20);
}

TEST_F(LoopTest, rests_when_what_is_due_is_held_by_somebody) {
    store.due_at = start_time;
    run_for(seconds{5});
    EXPECT_GT(store.count("claim"), 1);
    EXPECT_LE(store.count("claim"), seconds{5} / limits.rest + 2);
}

TEST_F(LoopTest, a_storm_of_writes_is_no_storm_of_looks) {
    run_until([&] { return clock.at >= start_time + seconds{1}; },
              [] {
                  Sleeper::Wake wake;
                  wake.work_written = true;
                  return wake;
              });
    EXPECT_LE(store.state_reads, seconds{1} / limits.refresh_pause + 2);
}

TEST_F(LoopTest, a_run_that_ended_every_attempt_in_a_crash_fails) {
    for (const int attempt : {2 * limits.max_attempts, 2 * limits.max_attempts + 1}) {
        store.due.push_back(claim_of(attempt));
        store.due.back().attempt = attempt;
    }
    run_until([&] { return store.finished.size() == 2; });
    for (const Finished& finished : store.finished) {
        const bool is_refused = finished.claim.attempt > 2 * limits.max_attempts;
        EXPECT_EQ(finished.conclusion.failure.has_value(), is_refused);
        if (!is_refused) continue;
        EXPECT_TRUE(finished.outcome.next_run_at) << "the task is not lost";
    }
}

TEST_F(LoopTest, a_refusal_of_the_store_is_rested_on_not_died_of) {
    store.claims_refused = 4;
    store.due.push_back(claim_of(1));
    run_until([&] { return !store.finished.empty(); });
    ASSERT_EQ(store.finished.size(), 1U);
    EXPECT_FALSE(store.finished.front().conclusion.failure);
    EXPECT_GE(clock.at - start_time, seconds{4}) << "a second after each";
    ASSERT_EQ(sleeper.logs.size(), 4U);
    EXPECT_EQ(sleeper.logs.front(), "store refused, resting why=\"somebody holds the table\"");
    EXPECT_EQ(store.calls.back(), "give_back");
}

TEST_F(LoopTest, refusals_in_a_row_end_the_worker) {
    store.claims_refused = 5;
    EXPECT_THROW(run_for(seconds{60}), std::runtime_error);
    EXPECT_EQ(store.count("claim"), 5);
}

TEST_F(LoopTest, refusals_are_counted_anew_after_a_good_turn) {
    store.claims_refused = 3;
    bool is_refusing_again = false;
    run_until([&] {
        if (store.claim_limits.size() == 1 && !std::exchange(is_refusing_again, true)) {
            store.claims_refused = 3;
        }
        return store.claim_limits.size() == 2;
    });
    EXPECT_EQ(sleeper.logs.size(), 6U);
}

TEST_F(LoopTest, a_refused_check_fails_the_runs_that_asked_for_it) {
    store.checks_refused = 1;
    for (int i = 1; i <= 4; ++i) store.due.push_back(claim_of(i, i == 4));
    run_until([&] { return store.finished.size() == 4; });
    ASSERT_EQ(store.finished.size(), 4U);
    for (const Finished& finished : store.finished) {
        const bool is_first_run = finished.claim.token == 4;
        EXPECT_EQ(finished.conclusion.failure.has_value(), !is_first_run);
        if (is_first_run) continue;
        EXPECT_EQ(finished.conclusion.failure->category, core::Category::internal);
    }
    EXPECT_TRUE(sleeper.logs.empty()) << "the turn goes on";
}

TEST_F(LoopTest, a_run_is_put_off_by_its_own_age_not_by_that_of_its_slot) {
    net::test::TinyServer server;
    store.state.search = {provider_state("perplexity", server.url("/status?429"))};
    for (const int days : {0, 30}) {
        store.due.push_back(claim_of(days));
        store.due.back().scheduled_for = start_time - std::chrono::hours{30 * 24};
        store.due.back().first_started_at = start_time - std::chrono::hours{days * 24};
    }
    run_until([&] { return store.finished.size() == 2; });
    ASSERT_EQ(store.finished.size(), 2U);
    for (const Finished& finished : store.finished) {
        EXPECT_EQ(finished.outcome.status, finished.claim.token == 0
                                               ? core::ExecutionStatus::retrying
                                               : core::ExecutionStatus::failed);
    }
}

TEST_F(LoopTest, a_refused_key_pauses_the_provider_with_one_line) {
    net::test::TinyServer server;
    store.state.search = {provider_state("perplexity", server.url("/status?401"))};
    for (int i = 0; i < 4; ++i) store.due.push_back(claim_of(i));
    run_until([&] { return store.finished.size() == 4; });
    ASSERT_EQ(store.changes.size(), 1U);
    EXPECT_EQ(store.changes.front().cooling_until, *store.state.search.front().cooling_until);
    for (const Finished& finished : store.finished) {
        EXPECT_EQ(finished.conclusion.failure->category, core::Category::auth);
        EXPECT_FALSE(finished.outcome.attempt_consumed);
    }
    ASSERT_EQ(sleeper.logs.size(), 1U);
    EXPECT_NE(sleeper.logs.front().find("provider paused name=perplexity category=auth"),
              std::string::npos);
    EXPECT_EQ(sleeper.logs.front().find("key\""), std::string::npos);
}

TEST_F(LoopTest, what_takes_too_long_ends_at_its_limit) {
    net::test::BoundSocket silent(SOCK_STREAM);
    listen(silent.fd(), 8);
    limits.run_timeout = seconds{1};
    store.state.search = {
        provider_state("perplexity", "http://127.0.0.1:" + std::to_string(silent.port()))};
    store.due.push_back(claim_of(1));
    run_until([&] { return !store.finished.empty(); });
    EXPECT_EQ(store.finished.front().conclusion.failure->category, core::Category::timeout);
    EXPECT_EQ(net.in_flight(), 0U) << "the transfer is gone with its run";
}

TEST_F(LoopTest, gives_back_what_it_had_claimed_when_it_stops) {
    net::test::BoundSocket silent(SOCK_STREAM);
    listen(silent.fd(), 8);
    store.state.search = {
        provider_state("perplexity", "http://127.0.0.1:" + std::to_string(silent.port()))};
    store.due.push_back(claim_of(1));
    run_until([&] { return store.count("claim") > 0 && turn > 3; });
    EXPECT_EQ(store.calls.back(), "give_back");
    EXPECT_EQ(store.count("give_back"), 1);
    EXPECT_TRUE(store.finished.empty());
    EXPECT_EQ(net.in_flight(), 0U);
}

TEST_F(LoopTest, keeps_house_but_not_in_its_first_interval) {
    limits.housekeeping_interval = seconds{100};
    run_for(seconds{90});
    EXPECT_EQ(store.count("housekeep"), 0);
    run_for(seconds{350});
    EXPECT_EQ(store.count("housekeep"), 3);
}

TEST_F(LoopTest, leaves_the_house_to_others) {
    store.state.housekeeping_is_ours = false;
    limits.housekeeping_interval = seconds{10};
    run_for(seconds{100});
    EXPECT_EQ(store.count("housekeep"), 0);
}

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
