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
    // An earlier attempt that ended has already booked what it cost.
    bool is_settled = false;
    bool operator==(const StoredReply&) const = default;
};

// pipeline: one search, one judge call. agent: after the same search and the same gate the model
// may call tools before it answers.
enum class Mode { pipeline, agent };

// run: an execution of a task, or a preview. replay: judges `stored_sources` at `now`, searches
// nothing, tells nobody, remembers nothing. suggest: turns `input` into a task.
enum class Purpose { run, replay, suggest };

// What one execution may do in agent mode; each is a setting torale.agent_*.
struct AgentLimits {
    int steps_max = 8;        // answers of the model
    int tool_calls_max = 16;  // over all steps
    int tool_errors_max = 2;  // useless steps in a row: unknown tools, bad arguments
    int tool_result_chars_max = 5'000;
    std::int64_t tokens_max = 200'000;  // in and out, all steps; 0 = no limit
    double cost_usd_max = 0;            // of the execution; 0 = no limit
    bool operator==(const AgentLimits&) const = default;
};

// What the owner was told, with the quotes it rested on: what a new finding is compared with.
struct ToldQuote {
    std::string quote;
    std::string url;
    std::optional<core::Time> published_at;
    std::string title{};            // of its source: says what a short quote is about
    std::uint64_t fingerprint = 0;  // of its source; 0 = not known
    std::string content_hash{};     // of its source; "" = not known
    std::string text{};             // how its source begins: what the story is about
    bool operator==(const ToldQuote&) const = default;
};
struct ToldFinding {
    std::string notification_id;
    core::Time created_at{};
    std::string title;
    std::string body;
    std::string relation;  // new, update, contradiction, retraction
    std::vector<ToldQuote> quotes;
    bool operator==(const ToldFinding&) const = default;
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
    std::vector<providers::Provider> memory_providers;
    Purpose purpose = Purpose::run;
    Mode mode = Mode::pipeline;
    AgentLimits limits;
    // In agent mode no tool is offered after this instant, so that the answer is there in time.
    std::optional<core::Time> answer_by;
    // Each paid call is reserved against the budgets before it goes out.
    bool has_budgets = false;
    std::vector<core::Source> stored_sources;  // of a replay, numbered, is_new as it was then
    int missing_sources = 0;                   // of a replay: judged then, gone since
    core::Json input = core::Json::object();   // of a suggestion: {prompt, current_task}
    bool has_documents = true;                 // the owner can see at least one document
    bool gate_enabled = true;                  // false for preview and forced judgement
    double unit_random = 0.5;  // [0, 1): jitter, and the forge-proof delimiter's seed
    std::uint64_t delimiter_nonce = 0;
};

}  // namespace torale::agent
