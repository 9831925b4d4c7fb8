#include "providers/anthropic.hpp"

#include <gtest/gtest.h>

#include "unit/providers/wire.hpp"

namespace torale::providers {
namespace {

using core::Json;
using testing::fixture;
using testing::http;
using testing::now;

const Json& search_schema() {
    static const Json schema = {{"type", "object"},
                                {"properties", {{"query", {{"type", "string"}}}}},
                                {"required", {"query"}}};
    return schema;
}
const Json& answer_schema() {
    static const Json schema = Json::parse(
        R"({"type":"object","properties":{"met":{"type":"boolean"}},"required":["met"]})");
    return schema;
}

Provider service(Json options = Json::object()) {
    Provider made = testing::provider("anthropic", Kind::llm, "sk-ant-secret");
    made.base_url = "https://api.anthropic.com";
    made.model = "claude-haiku-4-5";
    made.options = std::move(options);
    return made;
}

Prompt single() {
    Prompt prompt;
    prompt.system = "You judge conditions.";
    prompt.user = "Evidence …";
    prompt.output_schema = &answer_schema();
    prompt.max_output_tokens = 1024;
    return prompt;
}
Prompt with_tools() {
    Prompt prompt = single();
    prompt.tools = {{.name = "search", .description = "Search.", .parameters = &search_schema()},
                    {.name = "list_notes", .description = "Notes."}};
    return prompt;
}

Json body_of(const Provider& provider, const Prompt& prompt) {
    return Json::parse(anthropic::build_prompt(provider, prompt).body);
}

Json turn_of(const char* name) {
    auto reply =
        anthropic::read_reply(service(), http(200, fixture(std::string("anthropic/") + name)), now);
    return reply.ok() ? reply->opaque_turn : Json();
}

TEST(build_prompt, has_the_documented_shape) {
    const core::Request request = anthropic::build_prompt(service(), single());
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://api.anthropic.com/v1/messages");
    EXPECT_EQ(core::find_header(request.headers, "x-api-key"), "sk-ant-secret");
    EXPECT_EQ(core::find_header(request.headers, "anthropic-version"), "2023-06-01");
    EXPECT_EQ(core::find_header(request.headers, "content-type"), "application/json");
    EXPECT_FALSE(core::find_header(request.headers, "anthropic-beta"));
    EXPECT_EQ(Json::parse(request.body), Json::parse(fixture("anthropic/request.json")));
    EXPECT_EQ(request.body.find("secret"), std::string::npos);
    Provider other = service({{"beta", "context-1m"}});
    other.base_url = "https://gateway.test/v1";
    EXPECT_EQ(anthropic::build_prompt(other, single()).url, "https://gateway.test/v1/messages");
    EXPECT_EQ(core::find_header(anthropic::build_prompt(other, single()).headers, "anthropic-beta"),
              "context-1m");
}

TEST(build_prompt, sends_optional_fields_only_when_they_are_set) {
    const Json plain = body_of(service(), with_tools());
    for (const char* field : {"temperature", "thinking", "tool_choice"}) {
        EXPECT_FALSE(plain.contains(field)) << field;
    }
    const Json set = body_of(
        service({{"temperature", 0.5}, {"effort", "low"}, {"thinking", "adaptive"}}), single());
    EXPECT_EQ(set["temperature"], 0.5);
    EXPECT_EQ(set["output_config"]["effort"], "low");
    EXPECT_EQ(set["thinking"], Json({{"type", "adaptive"}}));
    EXPECT_TRUE(set["output_config"].contains("format"));
}

TEST(build_prompt, leaves_room_for_thoughts) {
    const Json body = body_of(service({{"thinking_budget", 100}}), single());
    EXPECT_EQ(body["thinking"], Json({{"type", "enabled"}, {"budget_tokens", 1024}}));
    EXPECT_EQ(body["max_tokens"], 1024 + 1024);
}

TEST(build_prompt, gives_a_thinking_model_its_time) {
    EXPECT_EQ(anthropic::build_prompt(service(), single()).limits.low_speed_ms, 90'000);
    EXPECT_EQ(
        anthropic::build_prompt(service({{"timeout_s", 120}}), single()).limits.total_timeout_ms,
        120'000);
}

TEST(build_prompt, declares_tools_beside_the_format) {
    const Json body = body_of(service(), with_tools());
    ASSERT_EQ(body["tools"].size(), 2u);
    EXPECT_EQ(
        body["tools"][0],
        Json({{"name", "search"}, {"description", "Search."}, {"input_schema", search_schema()}}));
    EXPECT_EQ(body["tools"][1]["input_schema"]["type"], "object") << "it must have one";
    EXPECT_EQ(body["output_config"]["format"]["type"], "json_schema");
}

TEST(build_prompt, the_last_step_may_call_nothing) {
    Prompt prompt = with_tools();
    prompt.must_answer = true;
    EXPECT_EQ(body_of(service(), prompt)["tool_choice"], Json({{"type", "none"}}));
    EXPECT_EQ(body_of(service(), prompt)["tools"].size(), 2u);
}

TEST(build_prompt, asks_older_models_for_the_answer_as_a_call) {
    const Provider older = service({{"structured", "tool"}});
    Json body = body_of(older, single());
    EXPECT_FALSE(body.contains("output_config"));
    EXPECT_EQ(body["tools"][0]["name"], "final_answer");
    EXPECT_EQ(body["tools"][0]["input_schema"], answer_schema());
    EXPECT_EQ(body["tool_choice"], Json({{"type", "tool"}, {"name", "final_answer"}}));
    Prompt prompt = with_tools();
    body = body_of(older, prompt);
    EXPECT_EQ(body["tools"].size(), 3u);
    EXPECT_EQ(body["tool_choice"], Json({{"type", "any"}}));
    prompt.must_answer = true;
    EXPECT_EQ(body_of(older, prompt)["tool_choice"],
              Json({{"type", "tool"}, {"name", "final_answer"}}));
}

TEST(build_prompt, forces_no_tool_where_the_service_refuses_that) {
    Prompt prompt = with_tools();
    prompt.must_answer = true;
    for (Json options :
         {Json({{"forced_tool_choice", false}}), Json({{"thinking_budget", 2048}})}) {
        options["structured"] = "tool";
        const Json body = body_of(service(options), prompt);
        EXPECT_FALSE(body.contains("tool_choice")) << options;
        ASSERT_EQ(body["tools"].size(), 1u) << "there is nothing else to call";
        EXPECT_EQ(body["tools"][0]["name"], "final_answer");
    }
}

TEST(build_prompt, one_call_a_turn_when_asked) {
    const Provider provider = service({{"parallel_tool_calls", false}});
    EXPECT_EQ(body_of(provider, with_tools())["tool_choice"],
              Json({{"type", "auto"}, {"disable_parallel_tool_use", true}}));
    EXPECT_FALSE(body_of(provider, single()).contains("tool_choice"));
}

TEST(build_prompt, sends_thoughts_back_and_results_before_text) {
    Prompt prompt = with_tools();
    prompt.exchanges = {{.opaque_turn = turn_of("200_parallel_calls.json"),
                         .results = {{.call_id = "toolu_1", .name = "search", .content = "pages"}},
                         .remark = "The notes are closed."}};
    const Json messages = body_of(service(), prompt)["messages"];
    ASSERT_EQ(messages.size(), 3u);
    EXPECT_EQ(messages[1]["content"],
              Json::parse(fixture("anthropic/200_parallel_calls.json"))["content"]);
    const Json& blocks = messages[2]["content"];
    ASSERT_EQ(blocks.size(), 2u);
    EXPECT_EQ(blocks[0], Json({{"type", "tool_result"},
                               {"tool_use_id", "toolu_1"},
                               {"content", "pages"},
                               {"is_error", false}}));
    EXPECT_EQ(blocks[1], Json({{"type", "tool_result"},
                               {"tool_use_id", "toolu_2"},
                               {"content", "The notes are closed."},
                               {"is_error", true}}));
    prompt.exchanges[0].results.push_back({.call_id = "toolu_2", .name = "list_notes"});
    const Json said = body_of(service(), prompt)["messages"][2]["content"];
    ASSERT_EQ(said.size(), 3u);
    EXPECT_EQ(said[2]["type"], "text");
}

TEST(build_prompt, a_paused_turn_stands_last) {
    Prompt prompt = single();
    prompt.exchanges = {{.opaque_turn = turn_of("200_pause_turn.json")}};
    const Json messages = body_of(service(), prompt)["messages"];
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_EQ(messages[1]["role"], "assistant");
    EXPECT_EQ(messages[1]["content"],
              Json::parse(fixture("anthropic/200_pause_turn.json"))["content"]);
}

TEST(build_prompt, a_turn_of_another_service_is_told_as_text) {
    Prompt prompt = single();
    prompt.exchanges = {{.opaque_turn = {{"role", "model"}, {"parts", Json::array()}},
                         .results = {{.call_id = "1", .name = "search", .content = "pages"}}},
                        {.opaque_turn = Json::array(), .results = {}, .remark = "Say something."}};
    const Json messages = body_of(service(), prompt)["messages"];
    ASSERT_EQ(messages.size(), 3u);
    EXPECT_EQ(messages[1]["role"], "user");
    EXPECT_EQ(messages[1]["content"][0]["text"],
              "Called before, with these results:\n\nsearch:\npages");
    EXPECT_EQ(messages[2]["content"][0]["text"], "Say something.");
}

}  // namespace
}  // namespace torale::providers
