#include "agent/run.hpp"
#include "unit/agent/run_driver.hpp"

namespace torale::agent::testing {
namespace {

using core::Verdict;

const char* const quote = "Acme will launch its rocket on 14 March 2027 from Wallops Island.";

// A later run of an always task whose finding waits to be compared.
Driver before_told(std::vector<providers::Provider> judges) {
    Briefing briefing = local_briefing();
    briefing.is_first_run = false;
    briefing.task.notify_behavior = core::NotifyBehavior::always;
    briefing.mode = Mode::agent;
    briefing.judges = std::move(judges);
    Driver run(std::move(briefing));
    run.stops_at_told = true;
    run.reply(hits({quote}));
    run.know();
    if (run.asks_http()) run.reply(http(200, gemini_says(met_answer(1, quote))));
    EXPECT_TRUE(run.asks_told());
    return run;
}

ToldFinding told(const char* text, const char* url = "https://acme.example/1") {
    ToldFinding made;
    made.notification_id = "told-1";
    made.created_at = now - std::chrono::hours(48);
    made.title = "acme";
    made.body = text;
    made.relation = "new";
    made.quotes = {{text, url, std::nullopt}};
    return made;
}

TEST(comparison, finds_news_where_nothing_was_told) {
    Driver run = before_told({rules()});
    run.reply(ToldFindings{});
    EXPECT_EQ(run.conclusion().relation, "new");
    EXPECT_EQ(run.conclusion().earlier_notification, "");
}

TEST(comparison, knows_the_same_quote_of_the_same_page) {
    Driver run = before_told({rules()});
    run.reply(ToldFindings{told(quote)});
    EXPECT_EQ(run.conclusion().relation, "same");
    EXPECT_EQ(run.conclusion().earlier_notification, "told-1");
    EXPECT_EQ(run.conclusion().judgement.verdict, Verdict::met) << "the verdict stands";
}

TEST(comparison, is_not_made_by_a_first_run_or_without_a_finding) {
    Driver first(local_briefing());
    first.stops_at_told = true;
    first.reply(hits({quote}));
    EXPECT_TRUE(first.is_concluded());
    Briefing briefing = local_briefing();
    briefing.is_first_run = false;
    Driver quiet(std::move(briefing));
    quiet.stops_at_told = true;
    quiet.reply(hits({"Acme paints its hangar."}));
    quiet.know();
    ASSERT_TRUE(quiet.is_concluded());
    EXPECT_EQ(quiet.conclusion().relation, "");
}

// The same matter with another value: too much alike to be told without a question, too little to
// be dropped without one.
ToldFindings contested() {
    return {told("A rocket of Acme is to leave Wallops Island on 16 March 2027, the firm says.",
                 "https://other.example/9")};
}

TEST(comparison, asks_the_model_about_the_band_between) {
    Driver run = before_told({gemini()});
    run.reply(contested());
    ASSERT_TRUE(run.asks_http());
    EXPECT_NE(run.request().body.find("leave Wallops Island"), std::string::npos);
}

TEST(comparison, that_fails_costs_no_finding) {
    Driver run = before_told({gemini()});
    run.reply(contested());
    ASSERT_TRUE(run.asks_http());
    run.reply(http(401, "{}"));
    ASSERT_TRUE(run.is_concluded());
    EXPECT_FALSE(run.conclusion().failure);
    EXPECT_EQ(run.conclusion().judgement.verdict, Verdict::met);
    EXPECT_FALSE(run.conclusion().relation.empty());
    Driver garbled = before_told({gemini()});
    garbled.reply(contested());
    garbled.reply(http(200, gemini_says("the same, I think")));
    ASSERT_TRUE(garbled.is_concluded());
    EXPECT_FALSE(garbled.conclusion().failure);
}

// What was found and paid for does not wait for the next window of a budget.
TEST(comparison, that_no_budget_pays_for_costs_no_finding) {
    Briefing briefing = local_briefing();
    briefing.is_first_run = false;
    briefing.has_budgets = true;
    briefing.task.notify_behavior = core::NotifyBehavior::always;
    briefing.judges = {gemini()};
    Driver run(std::move(briefing));
    run.stops_at_told = true;
    run.reply(hits({quote}));
    run.know();
    run.reply(Checked{});
    run.reply(http(200, gemini_says(met_answer(1, quote))));
    run.reply(contested());
    ASSERT_TRUE(run.asks_to_check());
    ASSERT_EQ(run.check().reservations.size(), 1U);
    Checked refused;
    refused.refusal = BudgetRefusal{"task", "used up", std::nullopt};
    run.reply(refused);
    ASSERT_TRUE(run.is_concluded());
    EXPECT_FALSE(run.conclusion().is_skipped);
    EXPECT_TRUE(run.conclusion().judged);
    EXPECT_EQ(run.conclusion().judgement.verdict, Verdict::met);
    EXPECT_EQ(run.conclusion().judgement.citations.size(), 1U);
    EXPECT_FALSE(run.conclusion().relation.empty());
}

TEST(memory, keeps_a_finding_as_a_fact_with_its_source) {
    Driver run = before_told({rules()});
    run.reply(ToldFindings{});
    ASSERT_EQ(run.conclusion().memories.size(), 1U);
    const NewMemory& fact = run.conclusion().memories[0];
    EXPECT_EQ(fact.kind, "fact");
    EXPECT_EQ(fact.evidence, std::vector<std::string>{run.conclusion().sources[0].content_hash});
    ASSERT_TRUE(fact.expires_at);
    EXPECT_GT(*fact.expires_at, now);
    EXPECT_NE(fact.content.find("14 March 2027"), std::string::npos);
}

TEST(memory, holds_no_fact_that_was_told_before_or_that_ends_its_task) {
    Driver same = before_told({rules()});
    same.reply(ToldFindings{told(quote)});
    EXPECT_TRUE(same.conclusion().memories.empty());
    Driver once(local_briefing());
    once.reply(hits({quote}));
    EXPECT_TRUE(once.conclusion().memories.empty());
}

// ---- replay ----

Briefing replay_briefing() {
    Briefing briefing = local_briefing();
    briefing.purpose = Purpose::replay;
    core::Source source;
    source.number = 1;
    source.url = "https://acme.example/1";
    source.snippet = quote;
    source.content_hash = std::string(64, 'a');
    briefing.stored_sources = {source};
    return briefing;
}

TEST(replay, judges_stored_sources_and_searches_nothing) {
    Driver run(replay_briefing());
    ASSERT_TRUE(run.is_concluded());
    EXPECT_EQ(run.conclusion().judgement.verdict, Verdict::met);
    EXPECT_EQ(find_step(run.conclusion(), "search"), nullptr);
    EXPECT_TRUE(run.conclusion().memories.empty());
}

TEST(replay, sees_only_what_was_new_then) {
    Briefing briefing = replay_briefing();
    briefing.stored_sources[0].is_new = false;
    Driver run(std::move(briefing));
    ASSERT_TRUE(run.is_concluded());
    EXPECT_EQ(run.conclusion().judgement.verdict, Verdict::not_met);
}

TEST(replay, a_model_is_asked_at_the_instant_that_is_replayed) {
    Briefing briefing = replay_briefing();
    briefing.judges = {gemini()};
    briefing.now = now - std::chrono::hours{24 * 30};
    const std::string then = core::write_time(briefing.now).substr(0, 10);
    Driver run(std::move(briefing));
    ASSERT_TRUE(run.asks_http());
    EXPECT_NE(run.request().body.find("now: " + then), std::string::npos) << run.request().body;
    run.reply(http(200, gemini_says(met_answer(1, quote))));
    ASSERT_TRUE(run.is_concluded());
    EXPECT_EQ(run.conclusion().judgement.verdict, Verdict::met);
    const Step* judge = find_step(run.conclusion(), "judge");
    ASSERT_NE(judge, nullptr);
    EXPECT_GE(judge->started_at, now) << "the trace keeps to the real clock";
}

TEST(replay, what_is_gone_is_not_taken_for_not_found) {
    Briefing briefing = replay_briefing();
    briefing.stored_sources.clear();
    Driver empty(briefing);
    EXPECT_EQ(empty.conclusion().judgement.verdict, Verdict::not_met) << "nothing was found then";
    briefing.missing_sources = 2;
    Driver gone(std::move(briefing));
    ASSERT_TRUE(gone.conclusion().failure);
    EXPECT_EQ(gone.conclusion().failure->message,
              "none of the sources it was judged by is stored any more");
    EXPECT_FALSE(gone.conclusion().judged);
}

TEST(trace, names_what_was_judged_so_that_it_can_be_replayed) {
    Driver run(replay_briefing());
    const Step* verify = find_step(run.conclusion(), "verify");
    ASSERT_NE(verify, nullptr);
    EXPECT_EQ(verify->detail["sources"], core::Json::array({std::string(16, 'a') + "+"}));
}

}  // namespace
}  // namespace torale::agent::testing
