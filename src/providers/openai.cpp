// The request: one body for all servers of this shape, its quirks as options.
#include "providers/openai.hpp"

#include "core/json.hpp"
#include "providers/reading.hpp"
#include "providers/turns.hpp"

namespace torale::providers::openai {

namespace {

constexpr std::int64_t answer_timeout_s = 90;
constexpr std::int64_t answer_timeout_s_max = 600;

// Where the path begins; the end when there is none.
std::size_t path_of(std::string_view url) {
    const std::size_t scheme = url.find("://");
    const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
    return std::min(url.find('/', host), url.size());
}

std::string endpoint_of(const Provider& provider) {
    const std::string path = text_of(provider.options, "path");
    if (!path.empty()) return provider.base_url + (path.front() == '/' ? "" : "/") + path;
    const bool is_bare = path_of(provider.base_url) == provider.base_url.size();
    return provider.base_url + (is_bare ? "/v1" : "") + "/chat/completions";
}

// On unless the option says otherwise.
bool is_on(const Provider& provider, const char* option) {
    const core::Json& value = member_of(provider.options, option);
    return !value.is_boolean() || value.get<bool>();
}

bool is_set(const Provider& provider, const char* option) {
    const core::Json& value = member_of(provider.options, option);
    return value.is_boolean() && value.get<bool>();
}

core::Json message_of(std::string_view role, std::string content) {
    return {{"role", role}, {"content", std::move(content)}};
}

// What the request asks for, decided once.
struct Plan {
    bool declares_tools = false;
    bool by_call = false;    // the answer is a call of final_answer
    bool by_format = false;  // the answer is described by response_format
    bool in_words = false;   // the schema stands in the instructions
    core::Json choice;       // null = not sent
};

Plan plan_request(const Provider& provider, const Prompt& prompt) {
    Plan plan;
    const bool has_tools = !prompt.tools.empty();
    const bool can_choose = is_on(provider, "tool_choice");
    const bool has_schema = prompt.output_schema != nullptr;
    // A server that cannot be told to call nothing is not shown any tool on the last step.
    plan.declares_tools = has_tools && (can_choose || !prompt.must_answer);
    plan.by_call = plan.declares_tools && has_schema && !is_on(provider, "json_with_tools");
    plan.by_format = has_schema && !plan.by_call && structured_by(provider) != "none";
    plan.in_words = has_schema && !plan.by_call && structured_by(provider) != "json_schema";
    if (!plan.declares_tools || !can_choose) return plan;
    if (plan.by_call && prompt.must_answer) {
        plan.choice = {{"type", "function"}, {"function", {{"name", answer_tool.name}}}};
    } else if (plan.by_call) {
        plan.choice = "required";
    } else if (prompt.must_answer) {
        plan.choice = "none";
    }
    return plan;
}

core::Json response_format(const Provider& provider, const core::Json& schema) {
    if (structured_by(provider) == "json_object") return {{"type", "json_object"}};
    const bool is_strict = is_on(provider, "strict");
    core::Json described = {{"name", "answer"},
                            {"strict", is_strict},
                            {"schema", is_strict ? close_schema(schema, true) : schema}};
    return {{"type", "json_schema"}, {"json_schema", std::move(described)}};
}

core::Json declare(const std::vector<Tool>& tools) {
    core::Json declared = core::Json::array();
    for (const Tool& tool : tools) {
        core::Json function = {{"name", tool.name}, {"description", tool.description}};
        if (takes_arguments(tool)) function["parameters"] = *tool.parameters;
        declared.push_back({{"type", "function"}, {"function", std::move(function)}});
    }
    return declared;
}

// Text is what the services document; some local ones want back the object that they gave.
void shape_arguments(core::Json& message, bool as_objects) {
    const auto calls = message.find("tool_calls");
    if (calls == message.end() || !calls->is_array()) return;
    for (core::Json& call : *calls) {
        if (!call.is_object() || !member_of(call, "function").is_object()) continue;
        core::Json& arguments = call["function"]["arguments"];
        if (as_objects && arguments.is_string()) {
            ToolCall read;
            read_arguments(arguments, read);
            arguments = std::move(read.arguments);
        } else if (!as_objects && !arguments.is_string()) {
            arguments = arguments.is_null() ? "{}" : core::write_json(arguments);
        }
    }
}

// Every call is answered before anybody speaks again; an unanswered one is refused.
void add_exchange(core::Json& messages, const Exchange& exchange, bool as_objects) {
    if (text_of(exchange.opaque_turn, "role") != "assistant") {
        std::string told = tell_exchange(exchange);
        if (!told.empty()) messages.push_back(message_of("user", std::move(told)));
        return;
    }
    messages.push_back(exchange.opaque_turn);
    shape_arguments(messages.back(), as_objects);
    Answers answers = answers_to(calls_of(exchange.opaque_turn), exchange);
    for (ToolResult& result : answers.results) {
        messages.push_back({{"role", "tool"},
                            {"tool_call_id", result.call_id},
                            {"content", result.is_error ? "error: " + result.content
                                                        : std::move(result.content)}});
    }
    if (!answers.remark.empty()) messages.push_back(message_of("user", std::move(answers.remark)));
}

core::Json messages_of(const Provider& provider, const Prompt& prompt, const Plan& plan) {
    core::Json messages = core::Json::array();
    std::string system = prompt.system;
    if (plan.in_words) {
        system += (system.empty() ? "" : "\n\n");
        system += "The JSON schema of the answer:\n" + core::write_json(*prompt.output_schema);
    }
    const std::string role = text_of(provider.options, "system_role");
    if (!system.empty()) {
        messages.push_back(message_of(role.empty() ? "system" : role, std::move(system)));
    }
    messages.push_back(message_of("user", prompt.user));
    for (const Exchange& exchange : prompt.exchanges) {
        add_exchange(messages, exchange, is_set(provider, "arguments_as_objects"));
    }
    return messages;
}

std::int64_t timeout_ms(const Provider& provider) {
    const std::int64_t wanted = count_of(provider.options, "timeout_s");
    return std::min(wanted > 0 ? wanted : answer_timeout_s, answer_timeout_s_max) * 1'000;
}

}  // namespace

std::string max_tokens_field(const Provider& provider) {
    std::string field = text_of(provider.options, "max_tokens_field");
    if (!field.empty()) return field;
    const bool is_openai = provider.base_url.starts_with("https://api.openai.com");
    return is_openai ? "max_completion_tokens" : "max_tokens";
}

std::string structured_by(const Provider& provider) {
    std::string way = text_of(provider.options, "structured");
    return way.empty() ? "json_schema" : way;
}

core::Request build_prompt(const Provider& provider, const Prompt& prompt) {
    const Plan plan = plan_request(provider, prompt);
    core::Json body = {{"model", provider.model},
                       {"messages", messages_of(provider, prompt, plan)},
                       {max_tokens_field(provider), prompt.max_output_tokens}};
    if (plan.by_format) body["response_format"] = response_format(provider, *prompt.output_schema);
    if (plan.declares_tools) {
        body["tools"] = declare(tools_of(prompt, plan.by_call));
        const core::Json& parallel = member_of(provider.options, "parallel_tool_calls");
        if (parallel.is_boolean()) body["parallel_tool_calls"] = parallel;
    }
    if (!plan.choice.is_null()) body["tool_choice"] = plan.choice;
    const core::Json& temperature = member_of(provider.options, "temperature");
    if (temperature.is_number()) body["temperature"] = temperature;
    const std::string effort = text_of(provider.options, "reasoning_effort");
    if (!effort.empty()) body["reasoning_effort"] = effort;

    core::Request request;
    request.url = endpoint_of(provider);
    if (!provider.api_key.empty()) {
        request.headers.push_back({"Authorization", "Bearer " + provider.api_key});
    }
    request.headers.push_back({"Content-Type", "application/json"});
    request.headers.push_back({"Accept", "application/json"});
    request.body = core::write_json(body);
    request.limits.total_timeout_ms = timeout_ms(provider);
    // A thinking model sends nothing at all until it is done.
    request.limits.low_speed_ms = request.limits.total_timeout_ms;
    return request;
}

}  // namespace torale::providers::openai
