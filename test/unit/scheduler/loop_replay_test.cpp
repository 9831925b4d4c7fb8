// How the loop briefs what is no run of a task: a replay, a suggestion.
#include <gtest/gtest.h>

#include "scheduler/loop.hpp"
#include "unit/net/tiny_server.hpp"
#include "unit/scheduler/fakes.hpp"

namespace torale::scheduler {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::claim_of;
using testing::provider_state;
using testing::start_time;

struct LoopReplayTest : ::testing::Test {
    testing::FakeClock clock;
    testing::FakeStore store;
    net::Loop net{[] {
        net::LoopSettings settings;
        settings.egress.allow = *net::parse_egress_allow("127.0.0.1");
        return settings;
    }()};
    testing::FakeSleeper sleeper{clock, net};

    const Finished& finish(Claim claim) {
        store.due.push_back(std::move(claim));
        int turn = 0;
        sleeper.before_turn = [&, this] {
            Sleeper::Wake wake;
            wake.stop = !store.finished.empty() || ++turn >= 2'000;
            return wake;
        };
        Loop loop(store, net, sleeper, clock, Limits{});
        loop.keep_running([] {});
        EXPECT_EQ(store.finished.size(), 1U);
        return store.finished.at(0);
    }
};

Claim replay_by(const char* judge) {
    Claim claim = claim_of(1);
    claim.trigger = core::Trigger::replay;
    claim.judge = judge;
    claim.briefing.task.id.clear();
    claim.briefing.purpose = agent::Purpose::replay;
    claim.briefing.now = start_time - hours{24 * 30};
    core::Source source;
    source.number = 1;
    source.url = "https://acme.example/1";
    source.snippet = "The acme rocket has a launch date: 14 March 2027.";
    source.content_hash = std::string(64, 'a');
    claim.briefing.stored_sources = {source};
    return claim;
}

TEST_F(LoopReplayTest, a_replay_asks_its_judge_alone_and_searches_nothing) {
    net::test::TinyServer server;
    store.state.search = {provider_state("perplexity", server.url("/status?500"))};
    store.state.judges = {provider_state("gemini", server.url("/status?500")),
                          provider_state("rules")};
    const Finished& finished = finish(replay_by("rules"));
    ASSERT_FALSE(finished.conclusion.failure);
    EXPECT_EQ(finished.conclusion.model, "rules");
    EXPECT_EQ(finished.conclusion.judgement.verdict, core::Verdict::met);
    EXPECT_FALSE(finished.outcome.tell_finding);
    EXPECT_FALSE(finished.outcome.next_run_at);
    for (const agent::Step& step : finished.conclusion.steps) EXPECT_NE(step.kind, "search");
}

TEST_F(LoopReplayTest, without_its_judge_a_replay_fails_and_takes_no_other) {
    const Finished& finished = finish(replay_by("gone"));
    ASSERT_TRUE(finished.conclusion.failure);
    EXPECT_EQ(finished.conclusion.failure->category, core::Category::config);
    EXPECT_FALSE(finished.conclusion.judged);
}

TEST_F(LoopReplayTest, a_suggestion_searches_nothing) {
    Claim claim = claim_of(1);
    claim.trigger = core::Trigger::preview;
    claim.briefing.task = {};
    claim.briefing.purpose = agent::Purpose::suggest;
    claim.briefing.input = {{"prompt", "tell me when the acme rocket launches"}};
    const Finished& finished = finish(std::move(claim));
    ASSERT_FALSE(finished.conclusion.failure);
    EXPECT_EQ(finished.conclusion.result["search_query"], "the acme rocket launches");
    EXPECT_EQ(finished.conclusion.steps.size(), 1U) << "the suggestion is the only step";
}

}  // namespace
}  // namespace torale::scheduler
