// Which slots a run stands for, and which came due while it ran.
#pragma once
#include "scheduler/ports.hpp"

namespace torale::scheduler {

// Fills slots, slots_from, slots_until and passed of a scheduled run. Slots between
// `scheduled_for` and the claim are covered by the run (one catch-up run after downtime); later
// ones up to `ended_at` passed: they are recorded and not run.
void count_slots_of(Finished& finished, const core::Schedule* schedule, Time ended_at);

// The last slot in (after, until]; nothing when there is none.
std::optional<Time> last_slot(const core::Schedule& schedule, Time after, Time until,
                              std::string_view timezone);

}  // namespace torale::scheduler
