#include "providers/turns.hpp"

#include <gtest/gtest.h>

#include "unit/providers/wire.hpp"

namespace torale::providers {
namespace {

using core::Json;

ToolCall call(const char* id, const char* name) {
    return {.id = id, .name = name, .arguments = Json::object(), .arguments_error = ""};
}

ToolCall with_arguments(const Json& value) {
    ToolCall made;
    read_arguments(value, made);
    return made;
}

TEST(read_arguments, takes_objects_and_text_of_objects) {
    const Json expected = {{"query", "acme"}};
    EXPECT_EQ(with_arguments(expected).arguments, expected);
    EXPECT_EQ(with_arguments(R"({"query":"acme"})").arguments, expected);
    for (const Json& none : {Json(), Json(""), Json(" \n"), Json("{}"), Json::object()}) {
        EXPECT_EQ(with_arguments(none), ToolCall{}) << none;
    }
}

TEST(read_arguments, says_what_is_wrong_with_others) {
    const Json deep = std::string(100, '[') + std::string(100, ']');
    const Json huge = "{\"a\":\"" + std::string(70'000, 'a') + "\"}";
    for (const Json& bad : {Json("{\"query\":"), Json("query=acme"), deep, huge}) {
        EXPECT_EQ(with_arguments(bad).arguments_error, "the arguments are not JSON");
    }
    for (const Json& bad : {Json("[1]"), Json("7"), Json(7), Json::array({1}), Json(true)}) {
        EXPECT_EQ(with_arguments(bad).arguments_error, "the arguments are no JSON object") << bad;
    }
}

TEST(give_ids, keeps_those_given_and_makes_the_others_unique) {
    std::vector<ToolCall> calls{call("", "a"), call("x", "b"), call("x", "c"), call("call_1", "d")};
    give_ids(calls);
    EXPECT_EQ(calls[0].id, "call_1_");
    EXPECT_EQ(calls[1].id, "x");
    EXPECT_EQ(calls[2].id, "call_3");
    EXPECT_EQ(calls[3].id, "call_1");
}

TEST(take_calls, makes_a_turn_of_tool_calls) {
    LlmReply reply;
    reply.finish = Finish::stop;
    take_calls(reply, {call("", "search"), call("", "search")});
    EXPECT_EQ(reply.finish, Finish::tool_calls);
    ASSERT_EQ(reply.tool_calls.size(), 2u);
    EXPECT_NE(reply.tool_calls[0].id, reply.tool_calls[1].id);
}

TEST(take_calls, reads_the_final_answer_even_beside_other_calls) {
    ToolCall answer = call("", "final_answer");
    answer.arguments = {{"verdict", "met"}};
    LlmReply reply;
    reply.finish = Finish::tool_calls;
    take_calls(reply, {call("", "search"), answer});
    EXPECT_EQ(reply.finish, Finish::stop);
    EXPECT_EQ(reply.text, R"({"verdict":"met"})");
    EXPECT_TRUE(reply.tool_calls.empty());
    answer.arguments_error = "the arguments are not JSON";
    take_calls(reply, {answer});
    EXPECT_EQ(reply.finish, Finish::malformed);
    EXPECT_EQ(reply.text, "");
}

TEST(take_calls, believes_no_call_of_a_turn_that_broke_off) {
    for (const Finish finish : {Finish::length, Finish::content_filter, Finish::refusal,
                                Finish::malformed, Finish::paused, Finish::context_overflow}) {
        LlmReply reply;
        reply.finish = finish;
        take_calls(reply, {call("1", "search")});
        EXPECT_EQ(reply.finish, finish);
        EXPECT_TRUE(reply.tool_calls.empty());
    }
}

TEST(answers_to, follows_the_order_of_the_calls) {
    Exchange exchange;
    exchange.results = {{.call_id = "2", .name = "b", .content = "two"},
                        {.call_id = "1", .name = "a", .content = "one"}};
    exchange.remark = "one step is left";
    const Answers answers = answers_to({call("1", "a"), call("2", "b")}, exchange);
    ASSERT_EQ(answers.results.size(), 2u);
    EXPECT_EQ(answers.results[0].content, "one");
    EXPECT_EQ(answers.results[1].content, "two");
    EXPECT_EQ(answers.remark, "one step is left");
}

TEST(answers_to, answers_a_call_that_nobody_carried_out) {
    Exchange exchange;
    exchange.remark = "the answer has no verdict";
    Answers answers = answers_to({call("1", "final_answer")}, exchange);
    ASSERT_EQ(answers.results.size(), 1u);
    EXPECT_TRUE(answers.results[0].is_error);
    EXPECT_EQ(answers.results[0].content, "the answer has no verdict");
    EXPECT_EQ(answers.remark, "") << "told once";
    exchange.remark.clear();
    answers = answers_to({call("1", "search")}, exchange);
    EXPECT_EQ(answers.results[0].content, "not carried out");
}

TEST(tell_exchange, tells_results_and_remark) {
    Exchange exchange;
    exchange.results = {
        {.call_id = "1", .name = "search", .content = "three pages"},
        {.call_id = "2", .name = "fetch_url", .content = "blocked", .is_error = true}};
    exchange.remark = "answer now";
    EXPECT_EQ(tell_exchange(exchange),
              "Called before, with these results:\n\nsearch:\nthree pages\n\n"
              "fetch_url (failed):\nblocked\n\nanswer now");
    exchange.results.clear();
    EXPECT_EQ(tell_exchange(exchange), "answer now");
}

TEST(tools_of, adds_the_answer_behind_the_others) {
    const Json schema = {{"type", "object"}, {"properties", {{"a", {{"type", "string"}}}}}};
    Prompt prompt;
    prompt.tools = {{.name = "search", .description = "Search.", .parameters = &schema}};
    prompt.output_schema = &schema;
    EXPECT_EQ(tools_of(prompt, false).size(), 1u);
    const auto tools = tools_of(prompt, true);
    ASSERT_EQ(tools.size(), 2u);
    EXPECT_EQ(tools[1].name, "final_answer");
    EXPECT_EQ(tools[1].parameters, &schema);
    EXPECT_TRUE(takes_arguments(tools[1]));
    const Json nothing = {{"type", "object"}, {"properties", Json::object()}};
    EXPECT_FALSE(takes_arguments({.name = "x", .description = "", .parameters = &nothing}));
    EXPECT_FALSE(takes_arguments({.name = "x", .description = "", .parameters = nullptr}));
}

TEST(close_schema, closes_every_object_and_requires_what_was_optional) {
    const Json schema = Json::parse(R"({"type":"object","properties":{
        "a":{"type":"string"},
        "b":{"type":"array","items":{"type":"object","properties":{"c":{"type":"integer"}},
             "required":["c"]}},
        "d":{"anyOf":[{"type":"object","properties":{}},{"type":"null"}]}},"required":["a","d"]})");
    const Json loose = close_schema(schema, false);
    EXPECT_EQ(loose["additionalProperties"], false);
    EXPECT_EQ(loose["properties"]["b"]["items"]["additionalProperties"], false);
    EXPECT_EQ(loose["properties"]["d"]["anyOf"][0]["additionalProperties"], false);
    EXPECT_EQ(loose["required"], Json({"a", "d"}));
    const Json strict = close_schema(schema, true);
    EXPECT_EQ(strict["required"], Json({"a", "d", "b"}));
    EXPECT_EQ(strict["properties"]["b"]["anyOf"][0]["type"], "array");
    EXPECT_EQ(strict["properties"]["b"]["anyOf"][1], Json({{"type", "null"}}));
    EXPECT_EQ(strict["properties"]["a"], schema["properties"]["a"]);
}

TEST(names_context_limit, knows_the_services_words) {
    EXPECT_TRUE(names_context_limit("prompt is too long: 215000 tokens > 200000 maximum"));
    EXPECT_FALSE(names_context_limit("max_tokens: Field required"));
    EXPECT_EQ(overflow_reply("x").finish, Finish::context_overflow);
}

TEST(price_of, counts_a_call_and_its_tokens) {
    Provider provider = testing::gemini();
    provider.price_per_call = 0.5;
    EXPECT_DOUBLE_EQ(price_of(provider, 1e6, 2e6), 0.5 + 1.0 + 20.0);
}

}  // namespace
}  // namespace torale::providers
