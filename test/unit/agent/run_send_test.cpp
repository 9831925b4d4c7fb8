#include "agent/run.hpp"
#include "unit/agent/run_driver.hpp"

namespace torale::agent::testing {
namespace {

Briefing budgeted() {
    Briefing briefing = keyed_briefing();
    briefing.has_budgets = true;
    return briefing;
}

TEST(budget, is_asked_before_each_paid_call) {
    Driver run(budgeted());
    ASSERT_TRUE(run.asks_to_check());
    ASSERT_EQ(run.check().reservations.size(), 1U);
    EXPECT_EQ(run.check().reservations[0].provider, "perplexity");
    EXPECT_DOUBLE_EQ(run.check().reservations[0].cost_usd, 0.005);
    run.reply(Checked{});
    ASSERT_TRUE(run.asks_http());
    run.reply(http(200, fixture("perplexity/200_full.json")));
    run.know();
    ASSERT_TRUE(run.asks_to_check());
    ASSERT_EQ(run.check().reservations.size(), 1U);
    EXPECT_EQ(run.check().reservations[0].key, "judge:gemini:0");
    EXPECT_GT(run.check().reservations[0].tokens, 4'096);
    run.reply(Checked{});
    ASSERT_TRUE(run.asks_http());
}

TEST(budget, that_is_used_up_skips_the_run_and_says_which) {
    Driver run(budgeted());
    Checked refused;
    refused.refusal = BudgetRefusal{"owner", "the budget of 5 USD a month is used up", now};
    run.reply(refused);
    ASSERT_TRUE(run.is_concluded());
    const Conclusion& end = run.conclusion();
    EXPECT_TRUE(end.is_skipped);
    EXPECT_EQ(end.skip_reason, "budget");
    EXPECT_EQ(end.skipped_until, now);
    EXPECT_FALSE(end.failure);
    EXPECT_FALSE(end.judged);
    EXPECT_NE(end.judgement.evidence.find("5 USD"), std::string::npos);
    EXPECT_TRUE(end.spending.empty());
}

TEST(budget, that_ends_before_the_judge_keeps_what_the_search_cost) {
    Driver run(budgeted());
    run.reply(Checked{});
    run.reply(http(200, fixture("perplexity/200_full.json")));
    run.know();
    Checked refused;
    refused.refusal = BudgetRefusal{"task", "used up", std::nullopt};
    run.reply(refused);
    ASSERT_TRUE(run.is_concluded());
    ASSERT_EQ(run.conclusion().spending.size(), 1U);
    EXPECT_EQ(run.conclusion().spending[0], (Spending{"perplexity", 1, 0, 0, 0.005}));
}

TEST(budget, is_not_asked_when_there_is_none_or_nothing_is_paid) {
    Driver run(keyed_briefing());
    EXPECT_TRUE(run.asks_http());
    Briefing local = local_briefing();
    local.has_budgets = true;
    Driver free(std::move(local));
    free.reply(hits({"Acme paints its hangar."}));
    EXPECT_TRUE(free.is_concluded());
}

TEST(run, ignores_a_reply_to_a_call_that_is_not_out) {
    Driver run(keyed_briefing());
    const int id = run.call().id;
    EXPECT_TRUE(
        std::get<std::vector<Call>>(run.investigation().resume(id + 7, http(200, "{}"), now))
            .empty());
    EXPECT_TRUE(run.asks_http());
}

}  // namespace
}  // namespace torale::agent::testing
