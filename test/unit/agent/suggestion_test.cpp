#include "agent/suggestion.hpp"

#include <gtest/gtest.h>

#include "unit/agent/run_driver.hpp"

namespace torale::agent::testing {
namespace {

using core::Json;

Briefing suggestion(const char* prompt, Json current = nullptr) {
    Briefing briefing = keyed_briefing();
    briefing.purpose = Purpose::suggest;
    briefing.task = {};
    briefing.input = {{"prompt", prompt}, {"current_task", std::move(current)}};
    return briefing;
}

TEST(suggestion, asks_the_model_and_checks_what_it_made) {
    Driver run(suggestion("tell me when the next iPhone is announced"));
    ASSERT_TRUE(run.asks_http());
    EXPECT_NE(run.request().body.find("next iPhone"), std::string::npos);
    run.reply(
        http(200, gemini_says(R"({"name":"Next iPhone","search_query":"Apple iPhone event date",
        "condition_description":"Apple has announced a date","schedule":"0 9 * * *",
        "notify_behavior":"once","search_options":{"recency":"week","domains":["apple.com","not a domain"]},
        "owner":"somebody else"})")));
    ASSERT_TRUE(run.is_concluded());
    const Json& task = run.conclusion().result;
    EXPECT_EQ(task["search_query"], "Apple iPhone event date");
    EXPECT_EQ(task["schedule"], "0 9 * * *");
    EXPECT_EQ(task["search_options"]["domains"]["allow"], Json::array({"apple.com"}));
    EXPECT_FALSE(task.contains("owner"));
    EXPECT_FALSE(run.conclusion().judged);
}

TEST(suggestion, leaves_out_a_schedule_that_is_none) {
    const auto task = read_suggestion(
        R"({"name":"x","search_query":"abc","condition_description":"d","schedule":"whenever","notify_behavior":"sometimes"})");
    ASSERT_TRUE(task.ok());
    EXPECT_FALSE(task->contains("schedule"));
    EXPECT_EQ((*task)["notify_behavior"], "once");
}

TEST(suggestion, without_a_query_is_asked_for_once_more_and_then_fails) {
    Driver run(suggestion("something"));
    run.reply(http(200, gemini_says("I would watch it daily.")));
    ASSERT_TRUE(run.asks_http());
    run.reply(http(200, gemini_says(R"({"name":"x"})")));
    ASSERT_TRUE(run.is_concluded());
    ASSERT_TRUE(run.conclusion().failure);
    EXPECT_EQ(run.conclusion().failure->category, core::Category::bad_reply);
}

TEST(suggestion, shows_the_task_that_is_to_change) {
    Driver run(suggestion("make it hourly", Json{{"search_query", "gold price"}}));
    EXPECT_NE(run.request().body.find("gold price"), std::string::npos);
}

struct Ruled {
    const char* prompt;
    const char* query;
    const char* schedule;  // "": none
    const char* behavior;
};
void PrintTo(const Ruled& row, std::ostream* out) {
    *out << '"' << row.prompt << '"';
}

class suggestion_by_rules : public ::testing::TestWithParam<Ruled> {};

TEST_P(suggestion_by_rules, takes_the_prompt_at_its_word) {
    Briefing briefing = suggestion(GetParam().prompt);
    briefing.judges = {rules()};
    Driver run(std::move(briefing));
    ASSERT_TRUE(run.is_concluded());
    const Json& task = run.conclusion().result;
    EXPECT_EQ(task["search_query"], GetParam().query);
    EXPECT_EQ(task.value("schedule", ""), GetParam().schedule);
    EXPECT_EQ(task["notify_behavior"], GetParam().behavior);
}

INSTANTIATE_TEST_SUITE_P(
    prompts, suggestion_by_rules,
    ::testing::Values(Ruled{"Tell me when the next Apple event has a date",
                            "the next Apple event has a date", "", "once"},
                      Ruled{"Please notify me when GTA VI is released, check daily",
                            "GTA VI is released, check daily", "0 9 * * *", "once"},
                      Ruled{"let me know whenever openssl has a CVE, every hour",
                            "whenever openssl has a CVE, every hour", "@hourly", "always"},
                      Ruled{"new jazz concerts in London each week",
                            "new jazz concerts in London each week", "", "always"}));

TEST(suggestion_by_rules, changes_only_the_schedule_of_a_task_that_is_there) {
    const Json task = suggest_by_rules(
        {{"prompt", "check it every morning"}, {"current_task", {{"search_query", "gold price"}}}});
    EXPECT_EQ(task["search_query"], "gold price");
    EXPECT_EQ(task["schedule"], "0 8 * * *");
}

}  // namespace
}  // namespace torale::agent::testing
