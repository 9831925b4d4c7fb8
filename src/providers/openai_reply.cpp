// The reply: many servers speak this format, each with an accent of its own.
#include <algorithm>
#include <array>
#include <utility>

#include "core/json.hpp"
#include "providers/openai.hpp"
#include "providers/reading.hpp"
#include "providers/turns.hpp"

namespace torale::providers::openai {

namespace {

struct CodeRow {
    std::string_view code;
    int status;
    core::Category category;
};

// What an error calls itself; the status is what a reply of 200 around it should have had.
constexpr std::array<CodeRow, 14> code_rows{{
    {"insufficient_quota", 429, core::Category::quota},
    {"billing_hard_limit_reached", 429, core::Category::quota},
    {"billing_not_active", 429, core::Category::quota},
    {"rate_limit_exceeded", 429, core::Category::rate_limit},
    {"rate_limit_error", 429, core::Category::rate_limit},
    {"invalid_api_key", 401, core::Category::auth},
    {"authentication_error", 401, core::Category::auth},
    {"permission_error", 403, core::Category::auth},
    {"model_not_found", 404, core::Category::bad_request},
    {"not_found_error", 404, core::Category::bad_request},
    {"invalid_request_error", 400, core::Category::bad_request},
    {"server_error", 500, core::Category::server},
    {"api_error", 500, core::Category::server},
    {"overloaded_error", 503, core::Category::overload},
}};

// The code says more than the type.
const CodeRow* row_of(const core::Json& error) {
    for (const char* member : {"code", "type"}) {
        const std::string name = text_of(error, member);
        for (const CodeRow& row : code_rows) {
            if (row.code == name) return &row;
        }
    }
    return nullptr;
}

bool is_used_up(std::string_view remaining) {
    return remaining == "0";
}

// The window that is used up says when it opens again, as a duration.
std::optional<core::milliseconds> reset_hint(const std::vector<core::Header>& headers) {
    std::optional<core::milliseconds> longest;
    for (const char* what : {"requests", "tokens"}) {
        const std::string name = std::string("x-ratelimit-");
        const auto left = core::find_header(headers, name + "remaining-" + what);
        const auto reset = core::find_header(headers, name + "reset-" + what);
        if (!left || !reset || !is_used_up(*left)) continue;
        const auto wait = core::parse_delay(*reset);
        if (wait && (!longest || *wait > *longest)) longest = wait;
    }
    return longest;
}

core::Failure read_failure(const Provider& provider, const core::Reply& reply,
                           const core::Json& error, core::Time now) {
    core::Failure failure = core::classify(reply, now);
    const CodeRow* row = row_of(error);
    if (row != nullptr && (row->category == core::Category::quota ||
                           (row->category == core::Category::auth && reply.status < 500))) {
        failure.category = row->category;
    }
    if (failure.category == core::Category::rate_limit && !failure.retry_after) {
        failure.retry_after = reset_hint(reply.headers);
    }
    return name_failure(provider, std::move(failure), text_of(error, "message"));
}

// A success status around an error: the error's own number or name decides.
core::Failure read_inner_error(const Provider& provider, const core::Reply& reply,
                               const core::Json& error, core::Time now) {
    core::Reply inner;
    inner.status = reply.status;
    const std::int64_t number = count_of(error, "code");
    const CodeRow* row = row_of(error);
    if (number >= 400 && number <= 599) {
        inner.status = static_cast<int>(number);
    } else if (row != nullptr) {
        inner.status = row->status;
    }
    return read_failure(provider, inner, error, now);
}

// Errors that are the model's answer to this prompt, not trouble of the service.
std::optional<LlmReply> answer_in(const core::Json& error) {
    const std::string code = text_of(error, "code");
    if (code == "context_length_exceeded" || names_context_limit(text_of(error, "message"))) {
        return overflow_reply(code.empty() ? "context_length_exceeded" : code);
    }
    if (code == "content_filter" || code == "content_policy_violation") {
        LlmReply reply;
        reply.finish = Finish::content_filter;
        reply.finish_raw = code;
        return reply;
    }
    return std::nullopt;
}

Finish read_finish(std::string_view raw) {
    if (raw == "stop" || raw == "function_call") return Finish::stop;
    if (raw == "tool_calls") return Finish::tool_calls;
    if (raw == "length") return Finish::length;
    if (raw == "content_filter") return Finish::content_filter;
    return Finish::unknown;
}

// Text, a list of parts, or nothing.
std::string read_content(const core::Json& content) {
    if (content.is_string()) return content.get<std::string>();
    std::string text;
    if (!content.is_array()) return text;
    for (const core::Json& part : content) {
        if (text_of(part, "type") == "text") text += text_of(part, "text");
    }
    return text;
}

// As it came, but for what a server left out and another refuses: a role, a type, an id.
core::Json complete_turn(core::Json message) {
    message["role"] = "assistant";
    const auto found = message.find("tool_calls");
    if (found == message.end()) return message;
    const std::vector<ToolCall> calls = calls_of(message);
    core::Json kept = core::Json::array();
    for (core::Json& call : *found) {
        if (!member_of(call, "function").is_object()) continue;
        call["id"] = calls[kept.size()].id;
        if (!call.contains("type")) call["type"] = "function";
        kept.push_back(std::move(call));
    }
    if (kept.empty()) {
        message.erase("tool_calls");
    } else {
        message["tool_calls"] = std::move(kept);
    }
    return message;
}

Usage read_usage(const Provider& provider, const core::Json& counts) {
    Usage usage;
    usage.tokens_in = count_of(counts, "prompt_tokens");
    usage.tokens_out = count_of(counts, "completion_tokens");
    usage.cost_usd = price_of(provider, static_cast<double>(usage.tokens_in),
                              static_cast<double>(usage.tokens_out));
    // Perplexity's Sonar alone says what it took.
    const core::Json& total = member_of(member_of(counts, "cost"), "total_cost");
    if (total.is_number() && total.get<double>() >= 0) usage.cost_usd = total.get<double>();
    return usage;
}

LlmReply read_choice(core::Json& choice) {
    LlmReply read;
    read.finish_raw = text_of(choice, "finish_reason");
    read.finish = read_finish(read.finish_raw);
    core::Json& message = choice["message"];
    if (!message.is_object()) {
        read.finish = Finish::malformed;
        return read;
    }
    if (!text_of(message, "refusal").empty()) {
        read.finish = Finish::refusal;
        read.finish_raw = "refusal";
        return read;
    }
    read.text = read_content(member_of(message, "content"));
    take_calls(read, calls_of(message));
    // It says that it calls and does not.
    const bool is_blank = read.text.find_first_not_of(" \t\r\n") == std::string::npos;
    if (read.finish == Finish::tool_calls && read.tool_calls.empty()) {
        read.finish = is_blank ? Finish::malformed : Finish::stop;
    }
    read.opaque_turn = complete_turn(std::move(message));
    return read;
}

}  // namespace

std::vector<ToolCall> calls_of(const core::Json& message) {
    std::vector<ToolCall> calls;
    const core::Json& named = member_of(message, "tool_calls");
    if (!named.is_array()) return calls;
    for (const core::Json& item : named) {
        const core::Json& function = member_of(item, "function");
        if (!function.is_object()) continue;
        ToolCall& call = calls.emplace_back();
        call.id = text_of(item, "id");
        call.name = text_of(function, "name");
        read_arguments(member_of(function, "arguments"), call);
    }
    give_ids(calls);
    return calls;
}

core::Json error_in(const core::Json& body) {
    const core::Json& error = member_of(body, "error");
    if (error.is_object()) return error;
    if (error.is_string() && error != "") return {{"message", error}};
    if (text_of(body, "object") == "error") return body;
    const core::Json& detail = member_of(body, "detail");
    if (detail.is_string()) return {{"message", detail}};
    if (!detail.is_array() || detail.empty()) return nullptr;
    core::Json read = {{"message", text_of(detail.front(), "msg")}};
    const core::Json& where = member_of(detail.front(), "loc");
    if (where.is_array() && !where.empty() && where.back().is_string())
        read["param"] = where.back();
    return read;
}

Outcome<LlmReply> read_reply(const Provider& provider, const core::Reply& reply, core::Time now) {
    const bool is_success = !reply.fault && reply.status >= 200 && reply.status <= 299;
    auto body = reply.fault ? std::nullopt : read_body(reply);
    const core::Json error = body ? error_in(*body) : core::Json();
    if (!error.is_null()) {
        if (reply.status < 500) {
            if (auto answer = answer_in(error)) return std::move(*answer);
        }
        return is_success ? read_inner_error(provider, reply, error, now)
                          : read_failure(provider, reply, error, now);
    }
    if (!is_success) return name_failure(provider, core::classify(reply, now), "");
    if (!body || !member_of(*body, "choices").is_array()) {
        return name_failure(provider, core::classify(reply, now), "no list of choices");
    }
    LlmReply read;
    core::Json& choices = (*body)["choices"];
    if (choices.empty() || !choices.front().is_object()) {
        read.finish = Finish::malformed;
    } else {
        const core::Json failed = error_in(choices.front());
        if (!failed.is_null()) return read_inner_error(provider, reply, failed, now);
        read = read_choice(choices.front());
    }
    read.usage = read_usage(provider, member_of(*body, "usage"));
    read.model_version = text_of(*body, "model");
    return read;
}

}  // namespace torale::providers::openai
