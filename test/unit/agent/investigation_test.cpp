#include "agent/investigation.hpp"

#include "unit/agent/run_driver.hpp"

namespace torale::agent::testing {
namespace {

std::vector<std::string> kinds(const Conclusion& conclusion) {
    std::vector<std::string> kinds;
    for (const Step& step : conclusion.steps) kinds.push_back(step.kind + " " + step.status);
    return kinds;
}

TEST(investigation, walks_from_recall_to_remember) {
    Driver run(keyed_briefing());
    run.reply(http(200, fixture("perplexity/200_full.json")));
    run.know();
    run.reply(http(200, fixture("gemini/200_met.json")));
    EXPECT_EQ(kinds(run.conclusion()),
              (std::vector<std::string>{"recall ok", "search ok", "judge ok", "verify ok",
                                        "remember ok"}));
    const Step* search = find_step(run.conclusion(), "search");
    EXPECT_EQ(search->provider, "perplexity");
    EXPECT_EQ(search->duration_ms, 120);
    EXPECT_EQ(search->detail["query"], "acme rocket launch");
    EXPECT_EQ(search->detail["http_status"], 200);
    EXPECT_EQ(search->detail["sources"], run.conclusion().sources.size());
    EXPECT_EQ(find_step(run.conclusion(), "judge")->detail["tokens_in"], 1200);
}

TEST(investigation, keeps_keys_out_of_the_trace) {
    Driver run(keyed_briefing());
    run.reply(http(401, R"({"error":{"message":"bad key pplx-secret-key given"}})"));
    const Conclusion& end = run.conclusion();
    EXPECT_EQ(end.failure->message.find("pplx-secret-key"), std::string::npos);
    EXPECT_NE(end.failure->message.find("bad key *** given"), std::string::npos)
        << end.failure->message;
    for (const Step& step : end.steps) {
        EXPECT_EQ(step.detail.dump().find("pplx-secret-key"), std::string::npos);
    }
    EXPECT_EQ(end.cooldowns.at(0).message.find("pplx-secret-key"), std::string::npos);
}

TEST(investigation, resumes_from_stored_replies_without_paying_again) {
    Briefing briefing = keyed_briefing();
    briefing.stored_replies = {{"search:perplexity:0", 200, fixture("perplexity/200_full.json")}};
    Driver run(briefing);
    EXPECT_EQ(run.call().provider, "gemini") << "nothing is left to commit or to ask";
    run.reply(http(200, fixture("gemini/200_met.json")));
    EXPECT_EQ(find_step(run.conclusion(), "search")->status, "replayed");
    EXPECT_EQ(run.conclusion().judgement.verdict, core::Verdict::met);
}

TEST(investigation, replays_a_whole_run) {
    Briefing briefing = keyed_briefing();
    briefing.stored_replies = {{"search:perplexity:0", 200, fixture("perplexity/200_full.json")},
                               {"judge:gemini:0", 200, fixture("gemini/200_met.json")}};
    const Driver run(briefing);
    EXPECT_EQ(run.conclusion().judgement.verdict, core::Verdict::met);
    EXPECT_EQ(find_step(run.conclusion(), "judge")->status, "replayed");
}

TEST(investigation, searches_again_when_a_stored_reply_cannot_be_read) {
    Briefing briefing = keyed_briefing();
    briefing.stored_replies = {{"search:perplexity:0", 200, "{"}};
    Driver run(briefing);
    EXPECT_EQ(run.call().provider, "perplexity");
}

TEST(investigation, a_resumed_run_still_asks_what_is_known) {
    Briefing briefing = keyed_briefing();
    briefing.is_first_run = false;
    briefing.stored_replies = {{"search:perplexity:0", 200, fixture("perplexity/200_full.json")}};
    Driver run(briefing);
    EXPECT_TRUE(run.check().replies.empty());
    EXPECT_FALSE(run.check().hashes.empty());
}

TEST(investigation, ignores_replies_nobody_waits_for) {
    Investigation run(keyed_briefing());
    const Turn first = run.start(now);
    const int id = std::get<std::vector<Call>>(first).front().id;
    const Turn stray = run.resume(id + 1, http(200, ""), now);
    EXPECT_TRUE(std::get<std::vector<Call>>(stray).empty());
    const Turn next = run.resume(id, http(200, fixture("perplexity/200_full.json")), now);
    EXPECT_EQ(std::get<std::vector<Call>>(next).size(), 1U);
    const Turn twice = run.resume(id, http(200, ""), now);
    EXPECT_TRUE(std::get<std::vector<Call>>(twice).empty());
}

TEST(investigation, fails_on_a_reply_of_the_wrong_kind) {
    Driver run(keyed_briefing());
    run.reply(DocumentHits{});
    ASSERT_TRUE(run.conclusion().failure);
    EXPECT_EQ(run.conclusion().failure->category, core::Category::internal);
}

TEST(investigation, survives_a_move_while_a_call_is_out) {
    Investigation first(keyed_briefing());
    const Turn turn = first.start(now);
    Investigation second(std::move(first));
    const Turn next = second.resume(std::get<std::vector<Call>>(turn).front().id,
                                    http(200, fixture("perplexity/200_full.json")), now);
    EXPECT_EQ(std::get<std::vector<Call>>(next).size(), 1U);
}

}  // namespace
}  // namespace torale::agent::testing
