// What every outside service looks like from inside: a row of torale.providers, a request to
// build, a reply to read. Adapters are pure; nothing here waits.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/call.hpp"
#include "core/result.hpp"
#include "core/retry.hpp"
#include "core/task.hpp"

namespace torale::providers {

enum class Kind { search, llm, memory };

// A row of torale.providers with its key. The key lives here and in request headers only.
struct Provider {
    std::string name;
    Kind kind = Kind::search;
    std::string adapter;
    std::string base_url;  // without a trailing slash; the adapter appends its path
    std::string model;
    std::string api_key;
    core::Json options = core::Json::object();
    // US dollars.
    double price_per_call = 0;
    double price_in_per_mtok = 0;
    double price_out_per_mtok = 0;
    // 0 = no limit.
    double rate_per_s = 0;
    int concurrency_max = 0;
};

struct Usage {
    std::int64_t tokens_in = 0;
    std::int64_t tokens_out = 0;
    double cost_usd = 0;
    bool operator==(const Usage&) const = default;
};

struct SearchQuery {
    std::string text;
    core::SearchOptions options;
};

struct SearchResult {
    std::string url;
    std::string title;
    std::string snippet;
    std::optional<core::Time> published_at;
    bool operator==(const SearchResult&) const = default;
};

struct SearchReply {
    std::vector<SearchResult> results;
    Usage usage;
};

// What the model may call. The schema is part of the program and outlives every prompt.
struct Tool {
    std::string_view name;  // ^[A-Za-z_][A-Za-z0-9_]{0,63}$: valid on every wire shape
    std::string_view description;
    const core::Json* parameters = nullptr;  // JSON Schema of an object
};

struct ToolCall {
    std::string id;  // the model's own, else made by the adapter; unique within its turn
    std::string name;
    core::Json arguments = core::Json::object();
    std::string arguments_error;  // not empty: they were no JSON object, and why
    bool operator==(const ToolCall&) const = default;
};

struct ToolResult {
    std::string call_id;
    std::string name;
    std::string content;  // text or JSON, already capped
    bool is_error = false;
};

// One earlier answer of the model and what followed: its tool calls with their results, in the
// order of the calls, or a remark of ours on an answer that was of no use.
struct Exchange {
    core::Json opaque_turn;  // LlmReply::opaque_turn, sent back unchanged (signatures)
    std::vector<ToolResult> results;
    std::string remark;
};

struct Prompt {
    std::string system;
    std::string user;
    // JSON Schema, the safe subset of the provider reference; null = free text. Not owned: it is
    // part of the program and outlives every prompt. Where a model refuses a schema beside
    // tools, the adapter asks for the answer as a call of `final_answer`.
    const core::Json* output_schema = nullptr;
    int max_output_tokens = 4096;
    std::vector<Tool> tools;          // none: the answer comes at once
    std::vector<Exchange> exchanges;  // after `user`, oldest first
    bool must_answer = false;         // the last step: tools stay declared, none may be called
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
    core::Json opaque_turn;            // the model's turn as it came
};

// Whose memories: a memory service keeps tasks of one owner apart.
struct MemoryScope {
    std::string owner;
    std::string task_id;
};
struct MemoryQuery {
    MemoryScope scope;
    std::string text;
    int results_max = 10;
};
struct MemoryNote {
    MemoryScope scope;
    std::string text;
    std::string kind;  // note, source, search, fact
};
struct MemoryReply {
    std::vector<core::Memory> memories;
    Usage usage;
};

template <class T>
using Outcome = core::Result<T, core::Failure>;

}  // namespace torale::providers
