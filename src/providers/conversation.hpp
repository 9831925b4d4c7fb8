// A talk with a model as values: what it is asked, which tools it may call, what it said. The
// same on every wire shape; adapters translate.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"

namespace torale::providers {

struct Usage {
    std::int64_t tokens_in = 0;
    std::int64_t tokens_out = 0;
    double cost_usd = 0;
    bool operator==(const Usage&) const = default;
};

// What the model may call. The schema is part of the program and outlives every prompt.
struct Tool {
    std::string_view name;  // ^[A-Za-z_][A-Za-z0-9_]{0,63}$: valid on every wire shape
    std::string_view description;
    const core::Json* parameters = nullptr;  // JSON Schema of an object
};

struct ToolCall {
    std::string id{};  // the model's own, else made by the adapter; unique within its turn
    std::string name{};
    core::Json arguments = core::Json::object();
    std::string arguments_error{};  // not empty: they were no JSON object, and why
    bool operator==(const ToolCall&) const = default;
};

struct ToolResult {
    std::string call_id{};
    std::string name{};
    std::string content{};  // text or JSON, already capped
    bool is_error = false;
};

// One earlier answer of the model and what followed: its tool calls with their results, in the
// order of the calls, or a remark of ours on an answer that was of no use.
struct Exchange {
    core::Json opaque_turn{};  // LlmReply::opaque_turn, sent back unchanged (signatures)
    std::vector<ToolResult> results{};
    std::string remark{};
};

struct Prompt {
    std::string system{};
    std::string user{};
    // JSON Schema, the safe subset of the provider reference; null = free text. Not owned: it is
    // part of the program and outlives every prompt. Where a model refuses a schema beside
    // tools, the adapter asks for the answer as a call of `final_answer`.
    const core::Json* output_schema = nullptr;
    int max_output_tokens = 4096;
    std::vector<Tool> tools{};          // none: the answer comes at once
    std::vector<Exchange> exchanges{};  // after `user`, oldest first
    bool must_answer = false;           // the last step: tools stay declared, none may be called
};

enum class Finish {
    stop,
    tool_calls,
    length,
    content_filter,
    refusal,
    malformed,
    paused,            // the service asks to be called again with the same turns
    context_overflow,  // the prompt is longer than the model reads
    unknown
};

struct LlmReply {
    std::string text;
    Finish finish = Finish::unknown;
    std::string finish_raw;
    Usage usage;
    std::string model_version;
    std::vector<ToolCall> tool_calls;  // not empty exactly when finish is tool_calls
    core::Json opaque_turn{};          // the model's turn as it came
};

}  // namespace torale::providers
