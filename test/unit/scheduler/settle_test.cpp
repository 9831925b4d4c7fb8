#include "scheduler/settle.hpp"

#include <gtest/gtest.h>

#include "unit/scheduler/fake_store.hpp"

namespace torale::scheduler {
namespace {

using core::Category;
using std::chrono::hours;
using std::chrono::seconds;
using testing::claim_of;
using testing::provider_state;
using testing::start_time;

struct SettleTest : ::testing::Test {
    Throttle throttle;
    ServerState rows;
    Time now = start_time + seconds{600};  // of slots that were due at start_time

    SettleTest() { rows.judges = {provider_state("gemini")}; }

    Ended failed(Category category) {
        Ended ended{.claim = claim_of(1), .conclusion = {}};
        ended.conclusion.failure.emplace().category = category;
        throttle.restore(rows);
        ended.troubled = throttle.find("gemini");
        return ended;
    }
    void open() { rows.judges[0].cooling_until = now + seconds{30}; }
    std::optional<Time> place(const Ended& ended) { return place_in_line(ended, throttle, now); }
};

TEST_F(SettleTest, a_failure_while_the_provider_works_is_the_runs_own) {
    EXPECT_FALSE(place(failed(Category::server)));
}

TEST_F(SettleTest, a_run_that_met_an_outage_keeps_its_place) {
    open();
    for (const auto category : {Category::server, Category::overload, Category::network,
                                Category::timeout, Category::rate_limit, Category::auth}) {
        EXPECT_EQ(place(failed(category)), start_time) << core::name_of(category);
    }
}

TEST_F(SettleTest, what_would_fail_all_the_same_is_not_put_off) {
    open();
    for (const auto category : {Category::bad_request, Category::declined, Category::internal}) {
        EXPECT_FALSE(place(failed(category))) << core::name_of(category);
    }
}

TEST_F(SettleTest, a_call_that_was_not_sent_costs_nothing_whatever_the_provider_does_now) {
    Ended ended = failed(Category::overload);
    ended.troubled = -1;
    ended.is_refused = true;
    EXPECT_EQ(place(ended), start_time);
}

TEST_F(SettleTest, a_probe_that_failed_goes_behind_those_who_are_due_by_then) {
    open();
    Ended ended = failed(Category::server);
    ended.is_probe = true;
    EXPECT_EQ(place(ended), now + seconds{30}) << "no task keeps a provider closed to the others";
}

TEST_F(SettleTest, a_replay_waits_for_its_one_judge) {
    Ended ended = failed(Category::overload);
    ended.claim.trigger = core::Trigger::replay;
    ended.claim.judge = "gemini";
    ended.is_refused = true;
    EXPECT_EQ(place(ended), now + seconds{1}) << "others may serve: no claim waits for this one";
    open();
    throttle.restore(rows);
    EXPECT_EQ(place(ended), now + seconds{30});
    ended.claim.judge = "gone";
    EXPECT_EQ(place(ended), now + seconds{1});
}

TEST_F(SettleTest, put_off_for_a_day_and_then_failed) {
    for (const int age_h : {0, 23, 24}) {
        open();
        Ended ended = failed(Category::server);
        ended.claim.attempt = 6;
        ended.claim.first_started_at = now - hours{age_h};
        const auto to = place(ended);
        const core::Outcome outcome = settle(std::move(ended), to, Limits{}, now).outcome;
        if (age_h < 24) {
            EXPECT_EQ(outcome.status, core::ExecutionStatus::retrying) << age_h;
            EXPECT_FALSE(outcome.attempt_consumed);
            EXPECT_EQ(outcome.next_run_at, start_time);
        } else {
            EXPECT_EQ(outcome.status, core::ExecutionStatus::failed);
            EXPECT_TRUE(outcome.tell_failure) << "no silent death";
            EXPECT_GT(outcome.next_run_at, now);
        }
    }
}

}  // namespace
}  // namespace torale::scheduler
