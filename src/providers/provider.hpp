// What every outside service looks like from inside: a row of torale.providers, a request to
// build, a reply to read. Adapters are pure; nothing here waits.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
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

struct Prompt {
    std::string system;
    std::string user;
    // JSON Schema, the safe subset of the provider reference; null = free text. Not owned: it is
    // part of the program and outlives every prompt.
    const core::Json* output_schema = nullptr;
    int max_output_tokens = 4096;
};

enum class Finish { stop, length, content_filter, refusal, malformed, unknown };

struct LlmReply {
    std::string text;
    Finish finish = Finish::unknown;
    std::string finish_raw;
    Usage usage;
    std::string model_version;
};

template <class T>
using Outcome = core::Result<T, core::Failure>;

}  // namespace torale::providers
