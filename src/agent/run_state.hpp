// What a run knows at any moment; what it does is Run.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/dedupe.hpp"
#include "agent/investigation.hpp"
#include "agent/lane.hpp"
#include "agent/ledger.hpp"
#include "agent/tools.hpp"

namespace torale::agent {

// Judges answer nonsense now and then; each kind has its own small allowance.
struct Patience {
    int empty = 2;     // empty or malformed answers: the same request again
    int garbage = 1;   // not the JSON we asked for
    int too_long = 1;  // cut off: again with twice the tokens
    int paused = 4;    // the service asks to go on
    int mend = 2;      // the service refuses an optional field
};

// How far the conversation with the model got, over all its providers.
struct Conversation {
    std::optional<providers::Prompt> prompt;
    int answers = 0;              // of the current provider: names its calls
    int steps = 0;                // answers that asked for tools
    int tool_calls = 0;           // in all steps
    int useless_steps = 0;        // in a row
    std::vector<ToolTask> tasks;  // of the step in hand
};

core::Failure failure_of(core::Category category, std::string message);

struct RunState {
    enum class Phase { searching, judging, acting, comparing, adjudicating, done };
    // Where a run goes on when its checkpoint is committed.
    enum class After { send_held, pass_gate, ask_model };
    using Payload = decltype(Call::what);
    // A paid reply: `is_replayed` when an earlier attempt got it, `is_settled` when that attempt
    // booked it.
    struct Received {
        core::Reply reply;
        bool is_replayed = false;
        bool is_settled = false;
    };

    explicit RunState(Briefing briefing)
        : briefing_(std::move(briefing)),
          searchers_(usable_lane(briefing_.search_providers)),
          judges_(usable_lane(briefing_.judges)),
          memory_services_(usable_lane(briefing_.memory_providers)),
          ledger_(std::move(briefing_.stored_replies)) {}
    // Lanes point into the briefing.
    RunState(const RunState&) = delete;
    RunState& operator=(const RunState&) = delete;

    Briefing briefing_;
    Lane searchers_;
    Lane judges_;
    Lane memory_services_;
    Ledger ledger_;
    Phase phase_ = Phase::searching;
    core::Time now_{};
    core::Time sent_at_{};
    int call_id_ = 0;
    std::vector<int> out_;                // calls that are out
    std::optional<After> after_commit_;   // a checkpoint is out
    std::vector<Outgoing> held_;          // behind it
    std::vector<std::string> unchecked_;  // hashes of sources that tools found
    std::size_t search_step_ = 0;         // where the successful search stands in the trace
    Reservation last_price_;              // of the call that is out
    Reservation reserved_;                // under a budget: by all calls of this run
    Reservation question_;                // what the last question to a model may cost
    Patience patience_;
    Conversation talk_;
    ToldFindings told_;
    Resolution resolution_;
    Conclusion conclusion_;
};

}  // namespace torale::agent
