// A run as it travels between the scheduler and its store: claimed, and finished.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "agent/investigation.hpp"
#include "core/outcome.hpp"

namespace torale::scheduler {

using core::Time;

// A claimed run: what it may know, and the lease it writes under.
struct Claim {
    agent::Briefing briefing;  // without providers; the scheduler adds them
    std::int64_t token = 0;
    core::Trigger trigger = core::Trigger::schedule;
    bool quiet = false;
    // Nothing: as torale.default_mode says.
    std::optional<agent::Mode> mode;
    // A replay's one judge; empty: any, by priority.
    std::string judge;
    int attempt = 1;  // this one included
    int consecutive_failures = 0;
    std::optional<Time> scheduled_for;
    std::optional<Time> first_started_at;  // of this execution
    Time claimed_at{};
    // When the task was last edited, as the store wrote it; finish() compares.
    std::string task_seen;
    bool has_task() const { return !briefing.task.id.empty(); }
};

// Slots of the schedule that came due while the task ran: recorded, not run.
struct PassedSlots {
    int count = 0;
    Time from{};
    Time until{};
};

struct Finished {
    Claim claim;
    agent::Conclusion conclusion;
    core::Outcome outcome;
    // The slots this run stands for.
    int slots = 1;
    std::optional<Time> slots_from;
    std::optional<Time> slots_until;
    PassedSlots passed;
};

}  // namespace torale::scheduler
