// What a run is given before its first step. Values only: the scheduler fills them from the store.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/task.hpp"
#include "providers/provider.hpp"

namespace torale::agent {

// A paid reply that was committed before the next call went out. `key` names the call within
// its execution ("search:perplexity:0"); a resumed run takes the reply instead of calling.
struct StoredReply {
    std::string key;
    int status = 0;
    std::string body;
    bool operator==(const StoredReply&) const = default;
};

// Everything a run may know when it starts.
struct Briefing {
    core::Task task;
    core::Time now{};
    std::string execution_id;
    bool is_first_run = true;  // no judged run yet: all sources count as new
    std::optional<core::Time> last_judged_at;
    std::vector<core::PastExecution> history;           // newest first, at most 5
    std::vector<core::PastNotification> notifications;  // newest first, at most 5
    std::vector<core::Memory> memories;
    std::vector<StoredReply> stored_replies;
    // Ordered by priority, keys filled in; never empty in practice (builtin, rules are last).
    std::vector<providers::Provider> search_providers;
    std::vector<providers::Provider> judges;
    bool has_documents = true;  // the owner can see at least one document
    bool gate_enabled = true;   // false for preview and forced judgement
    double unit_random = 0.5;   // [0, 1): jitter, and the forge-proof delimiter's seed
    std::uint64_t delimiter_nonce = 0;
};

}  // namespace torale::agent
