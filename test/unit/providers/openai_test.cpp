#include "providers/openai.hpp"

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
    static const Json schema =
        Json::parse(R"({"type":"object","properties":{"met":{"type":"boolean"},
            "reason":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["met","reason"]})");
    return schema;
}

Provider service() {
    Provider made = testing::provider("openai", Kind::llm, "sk-secret-key");
    made.base_url = "https://api.openai.com/v1";
    made.model = "gpt-5-mini";
    return made;
}
Provider with_options(Json options) {
    Provider made = service();
    made.options = std::move(options);
    return made;
}

Prompt single() {
    Prompt prompt;
    prompt.system = "You judge conditions.";
    prompt.user = "Evidence …";
    prompt.output_schema = &answer_schema();
    prompt.max_output_tokens = 2048;
    return prompt;
}
Prompt with_tools() {
    Prompt prompt = single();
    prompt.tools = {{.name = "search", .description = "Search.", .parameters = &search_schema()},
                    {.name = "list_notes", .description = "Notes."}};
    return prompt;
}

Json body_of(const Provider& provider, const Prompt& prompt) {
    return Json::parse(openai::build_prompt(provider, prompt).body);
}

Json turn_of(const char* name) {
    auto reply =
        openai::read_reply(service(), http(200, fixture(std::string("openai/") + name)), now);
    return reply.ok() ? reply->opaque_turn : Json();
}

TEST(build_prompt, has_the_documented_shape) {
    const core::Request request = openai::build_prompt(service(), single());
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://api.openai.com/v1/chat/completions");
    EXPECT_EQ(core::find_header(request.headers, "authorization"), "Bearer sk-secret-key");
    EXPECT_EQ(core::find_header(request.headers, "content-type"), "application/json");
    EXPECT_EQ(Json::parse(request.body), Json::parse(fixture("openai/request.json")));
    EXPECT_EQ(request.body.find("secret"), std::string::npos);
}

TEST(build_prompt, calls_a_server_without_a_key_without_one) {
    Provider local = service();
    local.api_key.clear();
    EXPECT_FALSE(core::find_header(openai::build_prompt(local, single()).headers, "authorization"));
}

TEST(build_prompt, finds_the_endpoint_from_any_base) {
    struct Row {
        const char* base;
        const char* path;
        const char* url;
    };
    for (const Row& row :
         {Row{"https://api.openai.com", "", "https://api.openai.com/v1/chat/completions"},
          Row{"http://127.0.0.1:11434", "", "http://127.0.0.1:11434/v1/chat/completions"},
          Row{"http://localhost:1234/v1", "", "http://localhost:1234/v1/chat/completions"},
          Row{"https://openrouter.ai/api/v1", "", "https://openrouter.ai/api/v1/chat/completions"},
          Row{"https://x.test/v1beta/openai", "", "https://x.test/v1beta/openai/chat/completions"},
          Row{"https://api.perplexity.ai", "/chat/completions",
              "https://api.perplexity.ai/chat/completions"},
          Row{"https://x.test", "v1/sonar", "https://x.test/v1/sonar"}}) {
        Provider provider = with_options({{"path", row.path}});
        provider.base_url = row.base;
        EXPECT_EQ(openai::build_prompt(provider, single()).url, row.url);
    }
}

TEST(build_prompt, names_the_token_limit_as_the_server_knows_it) {
    Provider local = service();
    local.base_url = "http://127.0.0.1:8000/v1";
    EXPECT_EQ(body_of(local, single())["max_tokens"], 2048);
    EXPECT_FALSE(body_of(local, single()).contains("max_completion_tokens"));
    local.options = {{"max_tokens_field", "max_completion_tokens"}};
    EXPECT_EQ(body_of(local, single())["max_completion_tokens"], 2048);
    EXPECT_EQ(body_of(with_options({{"max_tokens_field", "max_tokens"}}), single())["max_tokens"],
              2048);
}

TEST(build_prompt, sends_optional_fields_only_when_they_are_set) {
    const Json plain = body_of(service(), with_tools());
    for (const char* field :
         {"temperature", "reasoning_effort", "parallel_tool_calls", "tool_choice"}) {
        EXPECT_FALSE(plain.contains(field)) << field;
    }
    const Json set = body_of(with_options({{"temperature", 0},
                                           {"reasoning_effort", "low"},
                                           {"parallel_tool_calls", false},
                                           {"system_role", "developer"}}),
                             with_tools());
    EXPECT_EQ(set["temperature"], 0);
    EXPECT_EQ(set["reasoning_effort"], "low");
    EXPECT_EQ(set["parallel_tool_calls"], false);
    EXPECT_EQ(set["messages"][0]["role"], "developer");
    EXPECT_FALSE(body_of(with_options({{"parallel_tool_calls", true}}), single())
                     .contains("parallel_tool_calls"))
        << "refused without tools";
}

TEST(build_prompt, writes_the_schema_in_words_where_there_is_no_format_for_it) {
    const Json object = body_of(with_options({{"structured", "json_object"}}), single());
    EXPECT_EQ(object["response_format"], Json({{"type", "json_object"}}));
    const Json none = body_of(with_options({{"structured", "none"}}), single());
    EXPECT_FALSE(none.contains("response_format"));
    for (const Json& body : {object, none}) {
        const std::string system = body["messages"][0]["content"];
        EXPECT_NE(system.find(answer_schema().dump()), std::string::npos) << system;
        EXPECT_NE(system.find("JSON"), std::string::npos) << "json_object wants the word";
    }
    const Json loose = body_of(with_options({{"strict", false}}), single());
    EXPECT_EQ(loose["response_format"]["json_schema"]["schema"], answer_schema());
    EXPECT_EQ(loose["response_format"]["json_schema"]["strict"], false);
}

TEST(build_prompt, gives_a_slow_model_its_time) {
    EXPECT_EQ(openai::build_prompt(service(), single()).limits.total_timeout_ms, 90'000);
    const auto limits = openai::build_prompt(with_options({{"timeout_s", 300}}), single()).limits;
    EXPECT_EQ(limits.total_timeout_ms, 300'000);
    EXPECT_EQ(limits.low_speed_ms, 300'000);
    EXPECT_EQ(openai::build_prompt(with_options({{"timeout_s", 99999}}), single())
                  .limits.total_timeout_ms,
              600'000);
}

TEST(build_prompt, declares_tools_beside_the_format) {
    const Json body = body_of(service(), with_tools());
    ASSERT_EQ(body["tools"].size(), 2u);
    EXPECT_EQ(
        body["tools"][0],
        Json(
            {{"type", "function"},
             {"function",
              {{"name", "search"}, {"description", "Search."}, {"parameters", search_schema()}}}}));
    EXPECT_FALSE(body["tools"][1]["function"].contains("parameters"));
    EXPECT_EQ(body["response_format"]["type"], "json_schema");
}

TEST(build_prompt, asks_for_the_answer_as_a_call_where_a_format_would_silence_the_tools) {
    Prompt prompt = with_tools();
    const Provider provider = with_options({{"json_with_tools", false}});
    Json body = body_of(provider, prompt);
    ASSERT_EQ(body["tools"].size(), 3u);
    EXPECT_EQ(body["tools"][2]["function"]["name"], "final_answer");
    EXPECT_EQ(body["tools"][2]["function"]["parameters"], answer_schema());
    EXPECT_FALSE(body.contains("response_format"));
    EXPECT_EQ(body["tool_choice"], "required");
    prompt.must_answer = true;
    body = body_of(provider, prompt);
    EXPECT_EQ(body["tool_choice"],
              Json({{"type", "function"}, {"function", {{"name", "final_answer"}}}}));
}

TEST(build_prompt, the_last_step_may_call_nothing) {
    Prompt prompt = with_tools();
    prompt.must_answer = true;
    const Json body = body_of(service(), prompt);
    EXPECT_EQ(body["tool_choice"], "none");
    EXPECT_EQ(body["tools"].size(), 2u);
    // Ollama knows no tool_choice: what is not declared cannot be called.
    const Json ollama =
        body_of(with_options({{"tool_choice", false}, {"json_with_tools", false}}), prompt);
    EXPECT_FALSE(ollama.contains("tools"));
    EXPECT_FALSE(ollama.contains("tool_choice"));
    EXPECT_EQ(ollama["response_format"]["type"], "json_schema");
}

TEST(build_prompt, answers_every_call_of_a_turn_at_once) {
    Prompt prompt = with_tools();
    prompt.exchanges = {
        {.opaque_turn = turn_of("200_parallel_calls.json"),
         .results =
             {{.call_id = "call_b", .name = "list_notes", .content = "none", .is_error = true},
              {.call_id = "call_a", .name = "search", .content = "pages"}},
         .remark = "One step is left."}};
    const Json messages = body_of(service(), prompt)["messages"];
    ASSERT_EQ(messages.size(), 6u);
    const Json came = Json::parse(fixture("openai/200_parallel_calls.json"));
    EXPECT_EQ(messages[2], came["choices"][0]["message"]);
    EXPECT_EQ(messages[3],
              Json({{"role", "tool"}, {"tool_call_id", "call_a"}, {"content", "pages"}}));
    EXPECT_EQ(messages[4],
              Json({{"role", "tool"}, {"tool_call_id", "call_b"}, {"content", "error: none"}}));
    EXPECT_EQ(messages[5], Json({{"role", "user"}, {"content", "One step is left."}}));
}

TEST(build_prompt, completes_what_a_server_left_out_of_its_calls) {
    Prompt prompt = with_tools();
    prompt.exchanges = {{.opaque_turn = turn_of("200_calls_without_ids.json")}};
    Json messages = body_of(service(), prompt)["messages"];
    ASSERT_EQ(messages.size(), 6u);
    const Json& calls = messages[2]["tool_calls"];
    EXPECT_EQ(messages[2]["reasoning_content"], "I search.") << "extras go back";
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(calls[i]["type"], "function");
        EXPECT_EQ(calls[i]["id"], messages[3 + i]["tool_call_id"]);
        EXPECT_TRUE(calls[i]["function"]["arguments"].is_string());
    }
    EXPECT_EQ(calls[0]["function"]["arguments"], R"({"query":"acme"})");
    EXPECT_EQ(calls[1]["function"]["arguments"], "{}");
    messages = body_of(with_options({{"arguments_as_objects", true}}), prompt)["messages"];
    EXPECT_EQ(messages[2]["tool_calls"][0]["function"]["arguments"], Json({{"query", "acme"}}));
}

TEST(build_prompt, a_turn_of_another_service_is_told_as_text) {
    Prompt prompt = with_tools();
    prompt.exchanges = {{.opaque_turn = {{"role", "model"}, {"parts", Json::array()}},
                         .results = {{.call_id = "1", .name = "search", .content = "pages"}}},
                        {.opaque_turn = Json()}};
    const Json messages = body_of(service(), prompt)["messages"];
    ASSERT_EQ(messages.size(), 3u);
    EXPECT_EQ(messages[2]["role"], "user");
    EXPECT_NE(std::string(messages[2]["content"]).find("search:\npages"), std::string::npos);
}

TEST(build_prompt, survives_invalid_utf8) {
    Prompt prompt = single();
    prompt.user = "caf\xe9";
    EXPECT_EQ(body_of(service(), prompt)["messages"][1]["content"], "caf\xEF\xBF\xBD");
}

}  // namespace
}  // namespace torale::providers
