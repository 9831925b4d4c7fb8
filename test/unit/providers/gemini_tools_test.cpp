// Gemini in a conversation: functions, their answers, signatures, and the answer by a call.
#include <gtest/gtest.h>

#include "providers/gemini.hpp"
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
    static const Json schema = {{"type", "object"},
                                {"properties", {{"verdict", {{"type", "string"}}}}},
                                {"required", {"verdict"}}};
    return schema;
}

Prompt prompt_with_tools() {
    return {.system = "Judge.",
            .user = "Is it out?",
            .output_schema = &answer_schema(),
            .max_output_tokens = 100,
            .tools = {{.name = "search", .description = "Search.", .parameters = &search_schema()},
                      {.name = "list_notes", .description = "Notes."}}};
}

Provider service(const char* model) {
    Provider made = testing::gemini();
    made.model = model;
    return made;
}

Json body_of(const Provider& provider, const Prompt& prompt) {
    return Json::parse(gemini::build_prompt(provider, prompt).body);
}

LlmReply read(const char* name) {
    auto reply = gemini::read_reply(service("gemini-3-flash-preview"),
                                    http(200, fixture(std::string("gemini/") + name)), now);
    EXPECT_TRUE(reply.ok()) << name;
    return reply.ok() ? std::move(*reply) : LlmReply{};
}

TEST(build_prompt, a_single_prompt_is_written_as_ever) {
    Prompt prompt = prompt_with_tools();
    prompt.tools.clear();
    EXPECT_EQ(gemini::build_prompt(service("gemini-3-flash-preview"), prompt).body,
              R"({"contents":[{"role":"user","parts":[{"text":"Is it out?"}]}],)"
              R"("systemInstruction":{"parts":[{"text":"Judge."}]},"generationConfig":)"
              R"({"maxOutputTokens":100,"responseMimeType":"application/json","temperature":1.0,)"
              R"("responseJsonSchema":{"properties":{"verdict":{"type":"string"}},)"
              R"("required":["verdict"],"type":"object"}}})");
}

TEST(build_prompt, declares_functions_beside_a_schema_where_the_model_takes_both) {
    const Json body = body_of(service("models/gemini-3.1-flash-lite"), prompt_with_tools());
    const Json& functions = body["tools"][0]["functionDeclarations"];
    ASSERT_EQ(functions.size(), 2u);
    EXPECT_EQ(functions[0], Json({{"name", "search"},
                                  {"description", "Search."},
                                  {"parametersJsonSchema", search_schema()}}));
    EXPECT_FALSE(functions[1].contains("parametersJsonSchema")) << "empty objects were refused";
    EXPECT_EQ(body["generationConfig"]["responseMimeType"], "application/json");
    EXPECT_EQ(body["generationConfig"]["responseJsonSchema"], answer_schema());
    EXPECT_FALSE(body.contains("toolConfig"));
}

TEST(build_prompt, asks_for_the_answer_as_a_call_where_the_model_refuses_both) {
    for (const char* model : {"gemini-2.5-flash", "gemini-1.5-pro", "gemma-4", "tuned"}) {
        const Json body = body_of(service(model), prompt_with_tools());
        const Json& functions = body["tools"][0]["functionDeclarations"];
        ASSERT_EQ(functions.size(), 3u) << model;
        EXPECT_EQ(functions[2]["name"], "final_answer");
        EXPECT_EQ(functions[2]["parametersJsonSchema"], answer_schema());
        EXPECT_FALSE(body["generationConfig"].contains("responseMimeType"));
        EXPECT_FALSE(body["generationConfig"].contains("responseJsonSchema"));
        EXPECT_EQ(body["toolConfig"]["functionCallingConfig"], Json({{"mode", "ANY"}}));
    }
}

TEST(build_prompt, an_option_overrules_the_model_name) {
    Provider provider = service("gemini-2.5-flash");
    provider.options = {{"json_with_tools", true}};
    EXPECT_EQ(body_of(provider, prompt_with_tools())["tools"][0]["functionDeclarations"].size(),
              2u);
    provider.model = "gemini-3-flash-preview";
    provider.options = {{"json_with_tools", false}};
    EXPECT_EQ(body_of(provider, prompt_with_tools())["tools"][0]["functionDeclarations"].size(),
              3u);
}

TEST(build_prompt, the_last_step_may_call_nothing_but_the_answer) {
    Prompt prompt = prompt_with_tools();
    prompt.must_answer = true;
    const Json newer = body_of(service("gemini-3-flash-preview"), prompt);
    EXPECT_EQ(newer["toolConfig"]["functionCallingConfig"], Json({{"mode", "NONE"}}));
    EXPECT_TRUE(newer.contains("tools"));
    const Json older = body_of(service("gemini-2.5-flash"), prompt);
    EXPECT_EQ(older["toolConfig"]["functionCallingConfig"],
              Json({{"mode", "ANY"}, {"allowedFunctionNames", {"final_answer"}}}));
    prompt.output_schema = nullptr;
    EXPECT_EQ(body_of(service("gemini-2.5-flash"), prompt)["toolConfig"]["functionCallingConfig"],
              Json({{"mode", "NONE"}}));
}

TEST(build_prompt, sends_a_turn_back_as_it_came_with_all_its_answers) {
    const LlmReply turn = read("200_parallel_calls.json");
    ASSERT_EQ(turn.finish, Finish::tool_calls);
    ASSERT_EQ(turn.tool_calls.size(), 3u);
    Prompt prompt = prompt_with_tools();
    Exchange& exchange = prompt.exchanges.emplace_back();
    exchange.opaque_turn = turn.opaque_turn;
    exchange.results = {
        {.call_id = turn.tool_calls[0].id, .name = "search", .content = "three pages"},
        {.call_id = turn.tool_calls[1].id,
         .name = "list_notes",
         .content = "no",
         .is_error = true}};
    const Json contents = body_of(service("gemini-3-flash-preview"), prompt)["contents"];
    ASSERT_EQ(contents.size(), 3u);
    Json came = Json::parse(fixture("gemini/200_parallel_calls.json"));
    // But for arguments that are no object: the service would refuse its own.
    came["candidates"][0]["content"]["parts"][3]["functionCall"]["args"] = Json::object();
    EXPECT_EQ(contents[1], came["candidates"][0]["content"]) << "signatures included";
    EXPECT_EQ(contents[2]["role"], "user");
    const Json& parts = contents[2]["parts"];
    ASSERT_EQ(parts.size(), 3u) << "as many responses as calls";
    EXPECT_EQ(
        parts[0]["functionResponse"],
        Json({{"name", "search"}, {"id", "x8i00o1q"}, {"response", {{"output", "three pages"}}}}));
    EXPECT_EQ(parts[1]["functionResponse"],
              Json({{"name", "list_notes"}, {"response", {{"error", "no"}}}}))
        << "an id of ours stays with us";
    EXPECT_EQ(parts[2]["functionResponse"]["response"], Json({{"error", "not carried out"}}));
}

TEST(build_prompt, a_remark_follows_a_useless_answer) {
    Prompt prompt = prompt_with_tools();
    prompt.tools.clear();
    const Json said = {{"role", "model"}, {"parts", {{{"text", "Yes."}}}}};
    prompt.exchanges = {{.opaque_turn = said, .results = {}, .remark = "Answer in JSON."},
                        {.opaque_turn = Json(), .results = {}, .remark = "Say something."}};
    const Json body = body_of(service("gemini-2.5-flash"), prompt);
    ASSERT_EQ(body["contents"].size(), 4u);
    EXPECT_EQ(body["contents"][1], said);
    EXPECT_EQ(body["contents"][2]["parts"][0]["text"], "Answer in JSON.");
    EXPECT_EQ(body["contents"][3]["parts"][0]["text"], "Say something.");
    EXPECT_EQ(body["generationConfig"]["responseJsonSchema"], answer_schema());
    EXPECT_FALSE(body.contains("tools"));
}

TEST(build_prompt, a_turn_of_another_service_is_told_as_text) {
    Prompt prompt = prompt_with_tools();
    prompt.exchanges = {{.opaque_turn = Json::array({{{"type", "tool_use"}, {"id", "toolu_1"}}}),
                         .results = {{.call_id = "toolu_1", .name = "search", .content = "pages"}},
                         .remark = ""}};
    const Json contents = body_of(service("gemini-2.5-flash"), prompt)["contents"];
    ASSERT_EQ(contents.size(), 2u);
    EXPECT_EQ(contents[1]["parts"][0]["text"],
              "Called before, with these results:\n\nsearch:\npages");
}

TEST(read_reply, reads_parallel_calls_with_and_without_ids) {
    const LlmReply reply = read("200_parallel_calls.json");
    ASSERT_EQ(reply.tool_calls.size(), 3u);
    EXPECT_EQ(reply.tool_calls[0].id, "x8i00o1q");
    EXPECT_EQ(reply.tool_calls[0].arguments, Json({{"query", "acme launch"}}));
    EXPECT_EQ(reply.tool_calls[1].name, "list_notes");
    EXPECT_EQ(reply.tool_calls[1].arguments, Json::object());
    EXPECT_FALSE(reply.tool_calls[1].id.empty());
    EXPECT_NE(reply.tool_calls[1].id, reply.tool_calls[2].id);
    EXPECT_EQ(reply.tool_calls[2].arguments_error, "the arguments are no JSON object");
}

TEST(read_reply, takes_the_answer_from_its_call) {
    const LlmReply reply = read("200_final_answer.json");
    EXPECT_EQ(reply.finish, Finish::stop);
    EXPECT_EQ(Json::parse(reply.text)["verdict"], "met");
    EXPECT_TRUE(reply.tool_calls.empty());
    EXPECT_TRUE(reply.opaque_turn.contains("parts"));
}

TEST(read_reply, knows_a_prompt_that_is_too_long) {
    const auto reply = gemini::read_reply(service("gemini-2.5-flash"),
                                          http(400, fixture("gemini/400_too_long.json")), now);
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->finish, Finish::context_overflow);
}

}  // namespace
}  // namespace torale::providers
