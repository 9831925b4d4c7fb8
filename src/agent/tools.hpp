// The tools a model may call in agent mode: what they are called, what they take, and what they
// answer. Everything a page says comes back inside the run's unforgeable blocks.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "agent/briefing.hpp"
#include "agent/call.hpp"
#include "core/task.hpp"
#include "providers/provider.hpp"

namespace torale::agent {

// search, fetch_url, search_memories, add_memory.
const std::vector<providers::Tool>& tools();

enum class ToolKind { search, fetch_url, search_memories, add_memory, unknown };

// One call of the step in hand.
struct ToolTask {
    providers::ToolCall call;
    ToolKind kind = ToolKind::unknown;
    std::string text;  // the one argument that matters: a query, a URL, a memory
    std::string memory_kind = "note";
    core::Time sent_at{};
    int call_id = 0;           // of the call that is out; 0 = none
    std::size_t provider = 0;  // of its lane
    Reservation price{};       // what the call that is out may cost
    bool is_done = false;
    bool is_useless = false;  // an unknown tool, or arguments that cannot be used
    providers::ToolResult result;
    // What it found, held until the whole step is there: sources are numbered by the order of the
    // calls, so that a resumed run shows the model the numbers that it knows.
    std::vector<providers::SearchResult> found{};
    std::string found_by{};
    std::size_t step = 0;  // its place in the trace

    void answer(std::string content) {
        result.content = std::move(content);
        is_done = true;
    }
    void refuse(std::string why) {
        result.content = std::move(why);
        result.is_error = is_done = true;
    }
};

// Reads the arguments; a call that cannot be used is done and useless, with the reason as result.
ToolTask read_tool_call(const providers::ToolCall& call);

// Pages may not send the model anywhere they like: only what the user named, a URL that stands in
// a source, or another page of a source's site.
bool may_fetch(const std::string& url, const core::Task& task,
               const std::vector<core::Source>& sources);

// Memories that share words with `query`, best first, at most ten; newest first when none does.
std::vector<core::Memory> find_memories(const std::vector<core::Memory>& memories,
                                        const std::string& query);

}  // namespace torale::agent
