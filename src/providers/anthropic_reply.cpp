// The reply: blocks of text, thoughts and calls.
#include <algorithm>
#include <array>
#include <utility>

#include "core/json.hpp"
#include "providers/anthropic.hpp"
#include "providers/reading.hpp"
#include "providers/turns.hpp"

namespace torale::providers::anthropic {

namespace {

// Reading from the cache costs a tenth of the price of input, writing a quarter more.
constexpr double cache_read_share = 0.1;
constexpr double cache_write_share = 1.25;

struct FinishRow {
    std::string_view raw;
    Finish finish;
};
constexpr std::array<FinishRow, 7> finish_rows{{
    {"end_turn", Finish::stop},
    {"stop_sequence", Finish::stop},
    {"max_tokens", Finish::length},
    {"tool_use", Finish::tool_calls},
    {"pause_turn", Finish::paused},
    {"refusal", Finish::refusal},
    {"model_context_window_exceeded", Finish::context_overflow},
}};

Finish read_finish(std::string_view raw) {
    for (const FinishRow& row : finish_rows) {
        if (row.raw == raw) return row.finish;
    }
    return Finish::unknown;
}

struct TypeRow {
    std::string_view type;
    int status;
};
// What a reply of 200 around an error should have had.
constexpr std::array<TypeRow, 10> type_rows{{
    {"invalid_request_error", 400},
    {"authentication_error", 401},
    {"billing_error", 402},
    {"permission_error", 403},
    {"not_found_error", 404},
    {"request_too_large", 413},
    {"rate_limit_error", 429},
    {"api_error", 500},
    {"timeout_error", 504},
    {"overloaded_error", 529},
}};

// The window that is used up says when it opens again, as a point in time.
std::optional<core::milliseconds> reset_hint(const std::vector<core::Header>& headers,
                                             core::Time now) {
    std::optional<core::milliseconds> longest;
    for (const char* what : {"requests", "tokens", "input-tokens", "output-tokens"}) {
        const std::string name = std::string("anthropic-ratelimit-") + what;
        const auto reset = core::find_header(headers, name + "-reset");
        if (core::find_header(headers, name + "-remaining") != "0" || !reset) continue;
        const auto at = core::parse_time(*reset);
        if (!at || *at <= now) continue;
        const auto wait = std::chrono::ceil<core::milliseconds>(*at - now);
        if (!longest || wait > *longest) longest = wait;
    }
    return longest;
}

core::Failure read_failure(const Provider& provider, const core::Reply& reply,
                           const core::Json& error, core::Time now) {
    core::Failure failure = core::classify(reply, now);
    const std::string message = text_of(error, "message");
    // No type tells an empty purse from a bad request; the words have been the same for years.
    if (reply.status == 400 && message.find("credit balance is too low") != std::string::npos) {
        failure.category = core::Category::quota;
    }
    if (reply.status == 413) failure.category = core::Category::too_large;
    if (failure.category == core::Category::rate_limit && !failure.retry_after) {
        failure.retry_after = reset_hint(reply.headers, now);
    }
    return name_failure(provider, std::move(failure), message);
}

// A success status around an error. Its headers speak of the success: retry-after is sent there
// too and means nothing.
core::Failure read_inner_error(const Provider& provider, const core::Reply& reply,
                               const core::Json& error, core::Time now) {
    core::Reply inner;
    inner.status = reply.status;
    const std::string type = text_of(error, "type");
    for (const TypeRow& row : type_rows) {
        if (row.type == type) inner.status = row.status;
    }
    return read_failure(provider, inner, error, now);
}

std::string join_text(const core::Json& blocks) {
    std::string text;
    for (const core::Json& block : blocks) {
        if (text_of(block, "type") == "text") text += text_of(block, "text");
    }
    return text;
}

Usage read_usage(const Provider& provider, const core::Json& counts) {
    // input_tokens leaves out what came from the cache and what went there.
    const std::int64_t fresh = count_of(counts, "input_tokens");
    const std::int64_t read = count_of(counts, "cache_read_input_tokens");
    const std::int64_t written = count_of(counts, "cache_creation_input_tokens");
    Usage usage;
    usage.tokens_in = fresh + read + written;
    usage.tokens_out = count_of(counts, "output_tokens");
    const double billed = static_cast<double>(fresh) +
                          cache_read_share * static_cast<double>(read) +
                          cache_write_share * static_cast<double>(written);
    usage.cost_usd = price_of(provider, billed, static_cast<double>(usage.tokens_out));
    return usage;
}

// What was no object has been told to the model as an error; sent back, it would be refused.
void clear_bad_input(core::Json& blocks) {
    for (core::Json& block : blocks) {
        if (text_of(block, "type") != "tool_use" || member_of(block, "input").is_object()) continue;
        block["input"] = core::Json::object();
    }
}

LlmReply read_message(core::Json& body) {
    LlmReply read;
    core::Json& blocks = body["content"];
    read.text = join_text(blocks);
    read.finish_raw = text_of(body, "stop_reason");
    read.finish = read_finish(read.finish_raw);
    take_calls(read, calls_of(blocks));
    // It says that it calls and does not.
    if (read.finish == Finish::tool_calls && read.tool_calls.empty()) {
        read.finish = Finish::malformed;
    }
    clear_bad_input(blocks);
    read.opaque_turn = std::move(blocks);
    return read;
}

}  // namespace

std::vector<ToolCall> calls_of(const core::Json& blocks) {
    std::vector<ToolCall> calls;
    for (const core::Json& block : blocks) {
        if (text_of(block, "type") != "tool_use") continue;
        ToolCall& call = calls.emplace_back();
        call.id = text_of(block, "id");
        call.name = text_of(block, "name");
        read_arguments(member_of(block, "input"), call);
    }
    give_ids(calls);
    return calls;
}

Outcome<LlmReply> read_reply(const Provider& provider, const core::Reply& reply, core::Time now) {
    const bool is_success = !reply.fault && reply.status >= 200 && reply.status <= 299;
    auto body = reply.fault ? std::nullopt : read_body(reply);
    const core::Json error = body ? member_of(*body, "error") : core::Json();
    if (!is_success) {
        const bool is_too_long =
            reply.status == 400 && names_context_limit(text_of(error, "message"));
        if (is_too_long) return overflow_reply(text_of(error, "type"));
        return read_failure(provider, reply, error, now);
    }
    if (error.is_object()) return read_inner_error(provider, reply, error, now);
    if (!body || !member_of(*body, "content").is_array()) {
        return name_failure(provider, core::classify(reply, now), "no list of content");
    }
    LlmReply read = read_message(*body);
    read.usage = read_usage(provider, member_of(*body, "usage"));
    read.model_version = text_of(*body, "model");
    return read;
}

}  // namespace torale::providers::anthropic
