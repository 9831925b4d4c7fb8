// What every outside service looks like from inside: a row of torale.providers, a request to
// build, a reply to read. Adapters are pure; nothing here waits.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/call.hpp"
#include "core/result.hpp"
#include "core/retry.hpp"
#include "core/task.hpp"
#include "providers/conversation.hpp"

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
    bool names_secret = false;  // the row has a secret_name: without its key it is not used
    core::Json options = core::Json::object();
    // US dollars.
    double price_per_call = 0;
    double price_in_per_mtok = 0;
    double price_out_per_mtok = 0;
    // 0 = no limit.
    double rate_per_s = 0;
    int concurrency_max = 0;
};

struct SearchQuery {
    std::string text;
    core::SearchOptions options;
    // What a recency is counted from; the epoch = not known: services that take dates are then
    // not asked for recency, and only the check of the results is left.
    core::Time now{};
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
