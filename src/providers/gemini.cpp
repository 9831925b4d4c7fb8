// Gemini Developer API: one request, one JSON answer by schema, no tools.
#include "providers/gemini.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "core/json.hpp"
#include "core/schedule.hpp"
#include "providers/reading.hpp"

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
    core::Json config = {{"temperature", 1.0},
                         {"maxOutputTokens", prompt.max_output_tokens},
                         {"responseMimeType", "application/json"}};
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
std::string write_body(const Prompt& prompt, core::Json config) {
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
    usage.cost_usd = provider.price_per_call +
                     static_cast<double>(usage.tokens_in) * provider.price_in_per_mtok / 1e6 +
                     static_cast<double>(usage.tokens_out) * provider.price_out_per_mtok / 1e6;
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
    request.body = write_body(prompt, generation_config(provider, prompt));
    request.limits.total_timeout_ms = answer_timeout_ms;
    // A thinking model sends nothing at all until it is done.
    request.limits.low_speed_ms = answer_timeout_ms;
    return request;
}

Outcome<LlmReply> read_reply(const Provider& provider, const core::Reply& reply, core::Time now) {
    if (reply.fault || reply.status < 200 || reply.status > 299) {
        return read_failure(provider, reply, now);
    }
    const auto body = read_body(reply);
    if (body && error_of(*body).is_object()) return read_inner_error(provider, reply, now);
    if (!body || !body->is_object()) {
        return name_failure(provider, core::classify(reply, now), "no JSON object");
    }
    LlmReply read;
    read.usage = read_usage(provider, member_of(*body, "usageMetadata"));
    read.model_version = text_of(*body, "modelVersion");
    const core::Json& candidates = member_of(*body, "candidates");
    if (candidates.is_array() && !candidates.empty()) {
        const core::Json& candidate = candidates.front();
        read.text = join_text(member_of(member_of(candidate, "content"), "parts"));
        read.finish_raw = text_of(candidate, "finishReason");
        read.finish = read_finish(read.finish_raw);
        return read;
    }
    // Without candidates the prompt itself was refused, or the model said nothing.
    read.finish_raw = text_of(member_of(*body, "promptFeedback"), "blockReason");
    read.finish = read.finish_raw.empty() ? Finish::malformed : Finish::content_filter;
    return read;
}

}  // namespace torale::providers::gemini
