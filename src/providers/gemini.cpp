// Gemini Developer API: a JSON answer by schema, or a conversation with function calls.
#include "providers/gemini.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "core/json.hpp"
#include "core/schedule.hpp"
#include "providers/reading.hpp"
#include "providers/turns.hpp"

namespace torale::providers::gemini {

namespace {

constexpr std::int64_t answer_timeout_ms = 90'000;

// A model's name becomes part of the path; a "models/" in front is how the service lists it.
std::string model_path(std::string_view model) {
    if (model.starts_with("models/")) model.remove_prefix(7);
    std::string path;
    for (const char c : model) {
        const bool is_plain =
            std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_';
        if (is_plain) path.push_back(c);
    }
    return path;
}

core::Json generation_config(const Provider& provider, const Prompt& prompt) {
    core::Json config = {{"temperature", 1.0}, {"maxOutputTokens", prompt.max_output_tokens}};
    const core::Json& temperature = member_of(provider.options, "temperature");
    if (temperature.is_number()) config["temperature"] = temperature;
    // Budget for 2.5, level for 3.x; both together are refused.
    const core::Json& budget = member_of(provider.options, "thinking_budget");
    std::string level = text_of(provider.options, "thinking_level");
    if (!level.empty()) {
        std::transform(level.begin(), level.end(), level.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        config["thinkingConfig"] = {{"thinkingLevel", level}};
    } else if (budget.is_number_integer()) {
        config["thinkingConfig"] = {{"thinkingBudget", budget}};
    }
    return config;
}

// Serialised once for all runs: they all send the same schema.
const std::string& write_schema(const core::Json& schema) {
    static core::Json last;
    static std::string text = "null";
    if (schema != last) {
        text = core::write_json(schema);
        last = schema;
    }
    return text;
}

// Written by hand, since the prompt is by far the largest text of a run and goes through here
// once; the rest is left to the JSON library.
std::string write_single(const Prompt& prompt, core::Json config) {
    config["responseMimeType"] = "application/json";
    std::string body;
    body.reserve(prompt.system.size() + prompt.user.size() + (8 << 10));
    body += R"({"contents":[{"role":"user","parts":[{"text":)";
    append_json_text(body, prompt.user);
    body += "}]}],";
    if (!prompt.system.empty()) {
        body += R"("systemInstruction":{"parts":[{"text":)";
        append_json_text(body, prompt.system);
        body += "}]},";
    }
    std::string settings = core::write_json(config);
    if (prompt.output_schema != nullptr) {
        settings.pop_back();
        settings += R"(,"responseJsonSchema":)" + write_schema(*prompt.output_schema) + "}";
    }
    body += R"("generationConfig":)" + settings + "}";
    return body;
}

// 2.x refuses a JSON answer beside functions; what a name does not tell is asked the safe way.
bool takes_json_with_tools(const Provider& provider) {
    const core::Json& wanted = member_of(provider.options, "json_with_tools");
    if (wanted.is_boolean()) return wanted.get<bool>();
    std::string_view model = provider.model;
    if (model.starts_with("models/")) model.remove_prefix(7);
    return model.starts_with("gemini-") && model.size() > 7 && model[7] >= '3' && model[7] <= '9';
}

// The calls of a model's content in their order, with the ids that the service gave, if any.
std::vector<ToolCall> calls_of(const core::Json& content) {
    std::vector<ToolCall> calls;
    const core::Json& parts = member_of(content, "parts");
    if (!parts.is_array()) return calls;
    for (const core::Json& part : parts) {
        const core::Json& named = member_of(part, "functionCall");
        if (!named.is_object()) continue;
        ToolCall& call = calls.emplace_back();
        call.id = text_of(named, "id");
        call.name = text_of(named, "name");
        read_arguments(member_of(named, "args"), call);
    }
    return calls;
}

core::Json user_content(core::Json parts) {
    return {{"role", "user"}, {"parts", std::move(parts)}};
}

core::Json text_part(const std::string& text) {
    return {{"text", text}};
}

// All responses of a turn stand in one content, in the order of the calls; an id goes back only
// where one came.
core::Json response_parts(std::vector<ToolCall> calls, const Exchange& exchange) {
    std::vector<std::string> given;
    for (const ToolCall& call : calls) given.push_back(call.id);
    give_ids(calls);
    const Answers answers = answers_to(calls, exchange);
    core::Json parts = core::Json::array();
    for (std::size_t i = 0; i < answers.results.size(); ++i) {
        const ToolResult& result = answers.results[i];
        core::Json response = {
            {"name", calls[i].name},
            {"response", {{result.is_error ? "error" : "output", result.content}}}};
        if (!given[i].empty()) response["id"] = given[i];
        parts.push_back({{"functionResponse", std::move(response)}});
    }
    if (!answers.remark.empty()) parts.push_back(text_part(answers.remark));
    return parts;
}

void add_exchange(core::Json& contents, const Exchange& exchange) {
    const core::Json& turn_parts = member_of(exchange.opaque_turn, "parts");
    if (!turn_parts.is_array() || turn_parts.empty()) {
        const std::string told = tell_exchange(exchange);
        if (!told.empty()) contents.push_back(user_content(core::Json::array({text_part(told)})));
        return;
    }
    // Unchanged: a signature that is missing or has moved is refused.
    contents.push_back(exchange.opaque_turn);
    core::Json parts = response_parts(calls_of(exchange.opaque_turn), exchange);
    if (!parts.empty()) contents.push_back(user_content(std::move(parts)));
}

core::Json declare(const std::vector<Tool>& tools) {
    core::Json functions = core::Json::array();
    for (const Tool& tool : tools) {
        core::Json function = {{"name", tool.name}, {"description", tool.description}};
        if (takes_arguments(tool)) function["parametersJsonSchema"] = *tool.parameters;
        functions.push_back(std::move(function));
    }
    return core::Json::array({{{"functionDeclarations", std::move(functions)}}});
}

std::string write_conversation(const Provider& provider, const Prompt& prompt, core::Json config) {
    const bool has_tools = !prompt.tools.empty();
    const bool by_call =
        has_tools && prompt.output_schema != nullptr && !takes_json_with_tools(provider);
    core::Json body;
    core::Json contents =
        core::Json::array({user_content(core::Json::array({text_part(prompt.user)}))});
    for (const Exchange& exchange : prompt.exchanges) add_exchange(contents, exchange);
    body["contents"] = std::move(contents);
    if (!prompt.system.empty()) {
        body["systemInstruction"] = {{"parts", core::Json::array({text_part(prompt.system)})}};
    }
    if (prompt.output_schema != nullptr && !by_call) {
        config["responseMimeType"] = "application/json";
        config["responseJsonSchema"] = *prompt.output_schema;
    }
    body["generationConfig"] = std::move(config);
    if (has_tools) body["tools"] = declare(tools_of(prompt, by_call));
    core::Json calling;
    if (by_call) calling["mode"] = "ANY";
    if (by_call && prompt.must_answer) calling["allowedFunctionNames"].push_back(answer_tool.name);
    if (has_tools && !by_call && prompt.must_answer) calling["mode"] = "NONE";
    if (!calling.is_null()) body["toolConfig"] = {{"functionCallingConfig", std::move(calling)}};
    return core::write_json(body);
}

struct FinishRow {
    std::string_view raw;
    Finish finish;
};

constexpr std::array<FinishRow, 11> finish_rows{{
    {"STOP", Finish::stop},
    {"MAX_TOKENS", Finish::length},
    {"SAFETY", Finish::content_filter},
    {"RECITATION", Finish::content_filter},
    {"LANGUAGE", Finish::content_filter},
    {"BLOCKLIST", Finish::content_filter},
    {"PROHIBITED_CONTENT", Finish::content_filter},
    {"SPII", Finish::content_filter},
    {"MALFORMED_FUNCTION_CALL", Finish::malformed},
    {"UNEXPECTED_TOOL_CALL", Finish::malformed},
    {"TOO_MANY_TOOL_CALLS", Finish::malformed},
}};

Finish read_finish(std::string_view raw) {
    for (const FinishRow& row : finish_rows) {
        if (row.raw == raw) return row.finish;
    }
    return Finish::unknown;
}

// Thoughts are parts too, marked; they are no answer.
std::string join_text(const core::Json& parts) {
    std::string text;
    if (!parts.is_array()) return text;
    for (const core::Json& part : parts) {
        const core::Json& thought = member_of(part, "thought");
        if (thought.is_boolean() && thought.get<bool>()) continue;
        const core::Json& words = member_of(part, "text");
        if (words.is_string()) text += words.get_ref<const std::string&>();
    }
    return text;
}

Usage read_usage(const Provider& provider, const core::Json& counts) {
    Usage usage;
    usage.tokens_in =
        count_of(counts, "promptTokenCount") + count_of(counts, "toolUsePromptTokenCount");
    usage.tokens_out =
        count_of(counts, "candidatesTokenCount") + count_of(counts, "thoughtsTokenCount");
    usage.cost_usd = price_of(provider, static_cast<double>(usage.tokens_in),
                              static_cast<double>(usage.tokens_out));
    return usage;
}

// The error object; streaming endpoints wrap the whole body in a list of one.
const core::Json& error_of(const core::Json& body) {
    if (body.is_array() && !body.empty()) return member_of(body.front(), "error");
    return member_of(body, "error");
}

bool has_type(const core::Json& detail, std::string_view name) {
    return text_of(detail, "@type").ends_with(name);
}

bool names_daily_quota(const core::Json& detail) {
    const core::Json& violations = member_of(detail, "violations");
    return violations.is_array() &&
           std::any_of(violations.begin(), violations.end(), [](const core::Json& violation) {
               return text_of(violation, "quotaId").find("PerDay") != std::string::npos;
           });
}

// Daily quotas are reset at midnight in California.
core::milliseconds until_pacific_midnight(core::Time now) {
    constexpr std::string_view zone = "America/Los_Angeles";
    const auto midnight = core::parse_schedule("0 0 * * *");
    if (midnight.ok() && core::is_known_zone(zone)) {
        if (const auto next = core::next_time(*midnight, now, zone)) {
            return std::chrono::ceil<core::milliseconds>(*next - now);
        }
    }
    return std::chrono::hours{1};
}

void refine(core::Failure& failure, const core::Json& error, core::Time now) {
    if (text_of(error, "status") == "FAILED_PRECONDITION") {
        failure.category = core::Category::auth;  // billing off, or region not served
    }
    const core::Json& details = member_of(error, "details");
    if (!details.is_array()) return;
    for (const core::Json& detail : details) {
        if (has_type(detail, "google.rpc.ErrorInfo") &&
            text_of(detail, "reason") == "API_KEY_INVALID") {
            failure.category = core::Category::auth;
        }
        if (has_type(detail, "google.rpc.RetryInfo") && !failure.retry_after) {
            failure.retry_after = core::parse_delay(text_of(detail, "retryDelay"));
        }
    }
    if (failure.category != core::Category::rate_limit) return;
    if (std::any_of(details.begin(), details.end(), names_daily_quota)) {
        failure.category = core::Category::quota;
        failure.retry_after = until_pacific_midnight(now);
    }
}

core::Failure read_failure(const Provider& provider, const core::Reply& reply, core::Time now) {
    core::Failure failure = core::classify(reply, now);
    const auto body = reply.fault ? std::nullopt : read_body(reply);
    if (!body) return name_failure(provider, std::move(failure), "");
    const core::Json& error = error_of(*body);
    refine(failure, error, now);
    return name_failure(provider, std::move(failure), text_of(error, "message"));
}

// A success status around an error object: its code says what the status should have been.
core::Failure read_inner_error(const Provider& provider, const core::Reply& reply, core::Time now) {
    core::Reply inner = reply;
    const auto body = read_body(reply);
    const std::int64_t code = body ? count_of(error_of(*body), "code") : 0;
    if (code >= 400 && code <= 599) inner.status = static_cast<int>(code);
    return read_failure(provider, inner, now);
}

}  // namespace

core::Request build_prompt(const Provider& provider, const Prompt& prompt) {
    core::Request request;
    request.url =
        provider.base_url + "/v1beta/models/" + model_path(provider.model) + ":generateContent";
    request.headers = {{"x-goog-api-key", provider.api_key},
                       {"Content-Type", "application/json"},
                       {"Accept", "application/json"}};
    core::Json config = generation_config(provider, prompt);
    const bool is_single = prompt.tools.empty() && prompt.exchanges.empty();
    request.body = is_single ? write_single(prompt, std::move(config))
                             : write_conversation(provider, prompt, std::move(config));
    request.limits.total_timeout_ms = answer_timeout_ms;
    // A thinking model sends nothing at all until it is done.
    request.limits.low_speed_ms = answer_timeout_ms;
    return request;
}

namespace {

// What was no object has been told to the model as an error; sent back, it would be refused.
void clear_bad_arguments(core::Json& content) {
    if (!member_of(content, "parts").is_array()) return;
    for (core::Json& part : content["parts"]) {
        const core::Json& args = member_of(member_of(part, "functionCall"), "args");
        if (args.is_null() || args.is_object()) continue;
        part["functionCall"]["args"] = core::Json::object();
    }
}

LlmReply read_candidate(core::Json& candidate) {
    LlmReply read;
    core::Json& content = candidate["content"];
    read.text = join_text(member_of(content, "parts"));
    read.finish_raw = text_of(candidate, "finishReason");
    read.finish = read_finish(read.finish_raw);
    // A function call ends with STOP too. A STOP with neither is a fault of the model.
    take_calls(read, calls_of(content));
    const bool is_blank = read.text.find_first_not_of(" \t\r\n") == std::string::npos;
    if (read.finish == Finish::stop && is_blank) read.finish = Finish::malformed;
    clear_bad_arguments(content);
    read.opaque_turn = std::move(content);
    return read;
}

}  // namespace

Outcome<LlmReply> read_reply(const Provider& provider, const core::Reply& reply, core::Time now) {
    if (reply.fault || reply.status < 200 || reply.status > 299) {
        core::Failure failure = read_failure(provider, reply, now);
        if (reply.status == 400 && names_context_limit(failure.message)) {
            return overflow_reply("INVALID_ARGUMENT");
        }
        return failure;
    }
    auto body = read_body(reply);
    if (body && error_of(*body).is_object()) return read_inner_error(provider, reply, now);
    if (!body || !body->is_object()) {
        return name_failure(provider, core::classify(reply, now), "no JSON object");
    }
    LlmReply read;
    const auto candidates = body->find("candidates");
    const bool has_candidate = candidates != body->end() && candidates->is_array() &&
                               !candidates->empty() && candidates->front().is_object();
    if (has_candidate) {
        read = read_candidate(candidates->front());
    } else {
        // The prompt itself was refused, or the model said nothing.
        read.finish_raw = text_of(member_of(*body, "promptFeedback"), "blockReason");
        read.finish = read.finish_raw.empty() ? Finish::malformed : Finish::content_filter;
    }
    read.usage = read_usage(provider, member_of(*body, "usageMetadata"));
    read.model_version = text_of(*body, "modelVersion");
    return read;
}

}  // namespace torale::providers::gemini
