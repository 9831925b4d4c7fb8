// The request.
#include "providers/anthropic.hpp"

#include <algorithm>

#include "core/json.hpp"
#include "providers/reading.hpp"
#include "providers/turns.hpp"

namespace torale::providers::anthropic {

namespace {

constexpr const char* version = "2023-06-01";
constexpr std::int64_t answer_timeout_s = 90;
constexpr std::int64_t answer_timeout_s_max = 600;
constexpr std::int64_t thinking_tokens_min = 1024;

bool is_off(const Provider& provider, const char* option) {
    const core::Json& value = member_of(provider.options, option);
    return value.is_boolean() && !value.get<bool>();
}

std::int64_t thinking_budget(const Provider& provider) {
    const std::int64_t wanted = count_of(provider.options, "thinking_budget");
    return wanted == 0 ? 0 : std::max(wanted, thinking_tokens_min);
}

core::Json text_block(std::string text) {
    return {{"type", "text"}, {"text", std::move(text)}};
}

// All results of a turn stand in the next message, before any text.
core::Json result_blocks(const std::vector<ToolCall>& calls, const Exchange& exchange) {
    Answers answers = answers_to(calls, exchange);
    core::Json blocks = core::Json::array();
    for (ToolResult& result : answers.results) {
        blocks.push_back({{"type", "tool_result"},
                          {"tool_use_id", result.call_id},
                          {"content", std::move(result.content)},
                          {"is_error", result.is_error}});
    }
    if (!answers.remark.empty()) blocks.push_back(text_block(std::move(answers.remark)));
    return blocks;
}

bool is_own_turn(const core::Json& turn) {
    return turn.is_array() && !turn.empty() &&
           std::all_of(turn.begin(), turn.end(), [](const core::Json& block) {
               return member_of(block, "type").is_string();
           });
}

// A turn without results or remark is one that was paused: it stands last, and the service goes
// on from there.
void add_exchange(core::Json& messages, const Exchange& exchange) {
    core::Json blocks = core::Json::array();
    if (is_own_turn(exchange.opaque_turn)) {
        messages.push_back({{"role", "assistant"}, {"content", exchange.opaque_turn}});
        blocks = result_blocks(calls_of(exchange.opaque_turn), exchange);
    } else if (std::string told = tell_exchange(exchange); !told.empty()) {
        blocks.push_back(text_block(std::move(told)));
    }
    if (!blocks.empty()) messages.push_back({{"role", "user"}, {"content", std::move(blocks)}});
}

core::Json declare(const std::vector<Tool>& tools) {
    static const core::Json nothing = {{"type", "object"}, {"properties", core::Json::object()}};
    core::Json declared = core::Json::array();
    for (const Tool& tool : tools) {
        declared.push_back({{"name", tool.name},
                            {"description", tool.description},
                            {"input_schema", takes_arguments(tool) ? *tool.parameters : nothing}});
    }
    return declared;
}

bool may_force(const Provider& provider) {
    return !is_off(provider, "forced_tool_choice") && thinking_budget(provider) == 0;
}

// Which tool the model may or must call; null where the service's own rule (auto) is meant.
core::Json choice_of(const Provider& provider, const Prompt& prompt, bool by_call) {
    core::Json choice;
    if (by_call && may_force(provider)) {
        const bool is_last = prompt.must_answer || prompt.tools.empty();
        choice["type"] = is_last ? "tool" : "any";
        if (is_last) choice["name"] = answer_tool.name;
    } else if (!by_call && prompt.must_answer && !prompt.tools.empty()) {
        choice["type"] = "none";
        return choice;
    }
    if (is_off(provider, "parallel_tool_calls")) {
        if (choice.is_null()) choice["type"] = "auto";
        choice["disable_parallel_tool_use"] = true;
    }
    return choice;
}

void add_thinking(const Provider& provider, core::Json& body) {
    const std::int64_t budget = thinking_budget(provider);
    const std::string kind = text_of(provider.options, "thinking");
    if (budget > 0) {
        body["thinking"] = {{"type", "enabled"}, {"budget_tokens", budget}};
        // Thoughts count against the same limit.
        body["max_tokens"] = body["max_tokens"].get<std::int64_t>() + budget;
    } else if (!kind.empty()) {
        body["thinking"] = {{"type", kind}};
    }
    const core::Json& temperature = member_of(provider.options, "temperature");
    if (temperature.is_number()) body["temperature"] = temperature;
    const std::string effort = text_of(provider.options, "effort");
    if (!effort.empty()) body["output_config"]["effort"] = effort;
}

core::Json body_of(const Provider& provider, const Prompt& prompt) {
    const bool has_schema = prompt.output_schema != nullptr;
    const bool by_call = has_schema && text_of(provider.options, "structured") == "tool";
    core::Json messages = core::Json::array();
    messages.push_back({{"role", "user"}, {"content", prompt.user}});
    for (const Exchange& exchange : prompt.exchanges) add_exchange(messages, exchange);
    core::Json body = {{"model", provider.model},
                       {"max_tokens", prompt.max_output_tokens},
                       {"messages", std::move(messages)}};
    if (!prompt.system.empty()) body["system"] = prompt.system;
    if (has_schema && !by_call) {
        body["output_config"] = {
            {"format",
             {{"type", "json_schema"}, {"schema", close_schema(*prompt.output_schema, false)}}}};
    }
    if (by_call || !prompt.tools.empty()) {
        std::vector<Tool> tools = tools_of(prompt, by_call);
        // Who cannot be told to call the answer is shown nothing else on the last step.
        if (by_call && prompt.must_answer && !may_force(provider)) tools = {tools.back()};
        body["tools"] = declare(tools);
        core::Json choice = choice_of(provider, prompt, by_call);
        if (!choice.is_null()) body["tool_choice"] = std::move(choice);
    }
    add_thinking(provider, body);
    return body;
}

}  // namespace

core::Request build_prompt(const Provider& provider, const Prompt& prompt) {
    core::Request request;
    const bool has_version = provider.base_url.ends_with("/v1");
    request.url = provider.base_url + (has_version ? "/messages" : "/v1/messages");
    request.headers = {{"x-api-key", provider.api_key},
                       {"anthropic-version", version},
                       {"Content-Type", "application/json"},
                       {"Accept", "application/json"}};
    const std::string beta = text_of(provider.options, "beta");
    if (!beta.empty()) request.headers.push_back({"anthropic-beta", beta});
    request.body = core::write_json(body_of(provider, prompt));
    const std::int64_t wanted = count_of(provider.options, "timeout_s");
    const std::int64_t timeout_s = wanted > 0 ? wanted : answer_timeout_s;
    request.limits.total_timeout_ms = std::min(timeout_s, answer_timeout_s_max) * 1'000;
    // A thinking model sends nothing at all until it is done.
    request.limits.low_speed_ms = request.limits.total_timeout_ms;
    return request;
}

}  // namespace torale::providers::anthropic
