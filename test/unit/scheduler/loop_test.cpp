#include "scheduler/loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/scheduler/loop_fixture.hpp"

namespace torale::scheduler {
namespace {

using std::chrono::seconds;
using testing::claim_of;
using testing::LoopTest;
using testing::provider_state;
using testing::start_time;

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

// A check leads to the question what was told before: nothing else wakes the loop for that.
TEST_F(LoopTest, answers_at_once_what_an_answer_led_to) {
    store.due.push_back(claim_of(1, false));
    run_until([&] { return !store.finished.empty(); });
    EXPECT_EQ(store.finished.at(0).conclusion.judgement.verdict, core::Verdict::met);
    ASSERT_FALSE(sleeper.asked.empty());
    sleeper.asked.pop_back();  // when all was done
    for (const auto& sleep : sleeper.asked) EXPECT_LT(sleep, seconds{1});
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

}  // namespace
}  // namespace torale::scheduler
