#include "scheduler/runs.hpp"

#include <gtest/gtest.h>

#include "unit/net/tiny_server.hpp"
#include "unit/scheduler/fakes.hpp"

namespace torale::scheduler {
namespace {

using std::chrono::seconds;
using testing::claim_of;
using testing::provider_state;
using testing::start_time;

struct RunsTest : ::testing::Test {
    net::Loop net{net::LoopSettings{}};
    Throttle throttle;
    Runs runs{net, throttle};

    void start(int number, Time now = start_time, bool first = true) {
        Claim claim = claim_of(number, first);
        agent::Briefing briefing = claim.briefing;
        briefing.now = now;
        briefing.search_providers = {provider_state("builtin").provider};
        briefing.judges = {provider_state("rules").provider};
        runs.start(std::move(claim), std::move(briefing), now, seconds{10});
    }
    static agent::DocumentHits hits() {
        return {{.url = "https://acme.example/1",
                 .title = "Acme rocket",
                 .snippet = "The launch date of the Acme rocket is 14 March 2027.",
                 .published_at = start_time}};
    }
};

TEST_F(RunsTest, asks_the_store_and_ends_with_a_verdict) {
    start(1);
    EXPECT_EQ(runs.size(), 1U);
    auto searches = runs.take_searches();
    ASSERT_EQ(searches.size(), 1U);
    EXPECT_TRUE(runs.take_searches().empty()) << "a question is handed over once";
    runs.answer(searches[0].run, searches[0].call, hits(), start_time);
    const auto ended = runs.take_ended();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].claim.token, 1);
    EXPECT_EQ(ended[0].conclusion.judgement.verdict, core::Verdict::met);
    EXPECT_EQ(runs.size(), 0U);
    EXPECT_TRUE(runs.take_ended().empty());
}

TEST_F(RunsTest, what_waits_for_a_commit_is_counted) {
    start(1, start_time, false);
    auto searches = runs.take_searches();
    EXPECT_EQ(runs.waiting_count(), 0U);
    runs.answer(searches[0].run, searches[0].call, hits(), start_time);
    EXPECT_EQ(runs.waiting_count(), 1U) << "a check of sources";
    auto checks = runs.take_checks();
    ASSERT_EQ(checks.size(), 1U);
    EXPECT_EQ(checks[0].request.execution_id, "execution-1");
    EXPECT_EQ(checks[0].request.task_id, "task-1");
    runs.answer(checks[0].run, checks[0].call, agent::Checked{}, start_time);
    EXPECT_EQ(runs.waiting_count(), 1U) << "a result";
}

TEST_F(RunsTest, ends_at_its_deadline_and_not_before) {
    start(1);
    start(2, start_time + seconds{4});
    EXPECT_EQ(runs.next_deadline(), start_time + seconds{10});
    runs.expire(start_time + seconds{9});
    EXPECT_EQ(runs.size(), 2U);
    runs.expire(start_time + seconds{10});
    EXPECT_EQ(runs.size(), 1U);
    const auto ended = runs.take_ended();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].conclusion.failure->category, core::Category::timeout);
    EXPECT_EQ(runs.next_deadline(), start_time + seconds{14});
}

TEST_F(RunsTest, an_answer_that_comes_too_late_is_ignored) {
    start(1);
    const auto searches = runs.take_searches();
    runs.expire(start_time + seconds{11});
    runs.answer(searches[0].run, searches[0].call, hits(), start_time + seconds{12});
    EXPECT_EQ(runs.take_ended().size(), 1U);
    runs.fail(searches[0].run, "too late as well");
    EXPECT_TRUE(runs.take_ended().empty());
}

TEST_F(RunsTest, a_bug_fails_its_run_and_no_other) {
    start(1);
    start(2);
    const auto searches = runs.take_searches();
    runs.fail(searches[0].run, "std::bad_alloc");
    const auto ended = runs.take_ended();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].claim.token, 1);
    EXPECT_EQ(ended[0].conclusion.failure->category, core::Category::internal);
    EXPECT_NE(ended[0].conclusion.failure->message.find("std::bad_alloc"), std::string::npos);
    runs.answer(searches[1].run, searches[1].call, hits(), start_time);
    EXPECT_FALSE(runs.take_ended().at(0).conclusion.failure);
}

TEST_F(RunsTest, an_answer_of_another_kind_fails_the_run) {
    start(1);
    const auto searches = runs.take_searches();
    runs.answer(searches[0].run, searches[0].call, agent::Checked{}, start_time);
    EXPECT_EQ(runs.take_ended().at(0).conclusion.failure->category, core::Category::internal);
}

TEST_F(RunsTest, a_transfer_of_somebody_else_is_not_taken) {
    start(1);
    net::Completion completion;
    completion.transfer = 4711;
    EXPECT_FALSE(runs.accept(completion, start_time));
    EXPECT_EQ(runs.size(), 1U);
}

TEST_F(RunsTest, cancelling_leaves_nothing_behind) {
    Claim claim = claim_of(1);
    agent::Briefing briefing = claim.briefing;
    briefing.now = start_time;
    briefing.search_providers = {provider_state("perplexity", "https://acme.example").provider};
    briefing.judges = {provider_state("rules").provider};
    runs.start(std::move(claim), std::move(briefing), start_time, seconds{10});
    start(2);
    EXPECT_EQ(net.in_flight(), 1U);
    runs.cancel_all();
    EXPECT_EQ(net.in_flight(), 0U);
    EXPECT_EQ(runs.size(), 0U);
    EXPECT_TRUE(runs.take_searches().empty());
    EXPECT_TRUE(runs.take_ended().empty());
    EXPECT_FALSE(runs.next_deadline());
}

}  // namespace
}  // namespace torale::scheduler
