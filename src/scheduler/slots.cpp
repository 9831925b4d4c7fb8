// Slots covered and slots passed.
#include "scheduler/slots.hpp"

#include <algorithm>

namespace torale::scheduler {

namespace {
// Beyond this a row says "10000" and means "at least".
constexpr int slots_max = 10'000;
}  // namespace

std::optional<Time> last_slot(const core::Schedule& schedule, Time after, Time until,
                              std::string_view timezone) {
    // Schedules only look forward: widen a window before `until` until it holds a slot.
    core::microseconds window = core::seconds{60};
    std::optional<Time> found;
    while (!found) {
        const Time from = std::max(after, until - window);
        for (auto next = core::next_time(schedule, from, timezone); next && *next <= until;
             next = core::next_time(schedule, *next, timezone)) {
            found = next;
        }
        if (from == after) return found;
        window *= 8;
    }
    return found;
}

void count_slots_of(Finished& finished, const core::Schedule* schedule, Time ended_at) {
    const Claim& claim = finished.claim;
    if (claim.trigger != core::Trigger::schedule || !claim.scheduled_for) return;
    const Time slot = *claim.scheduled_for;
    finished.slots_from = finished.slots_until = slot;
    if (schedule == nullptr || ended_at <= slot) return;
    const std::string& zone = claim.briefing.task.timezone;
    // The usual case, one look: no other slot came due since.
    const auto next = core::next_time(*schedule, slot, zone);
    if (!next || *next > ended_at) return;
    if (*next <= claim.claimed_at) {
        finished.slots += core::count_slots(*schedule, slot, claim.claimed_at, zone, slots_max);
        finished.slots_until = last_slot(*schedule, slot, claim.claimed_at, zone);
    }
    if (finished.outcome.status == core::ExecutionStatus::retrying) return;
    const Time since = std::max(slot, claim.claimed_at);
    const auto first = core::next_time(*schedule, since, zone);
    if (!first || *first > ended_at) return;
    finished.passed.count = core::count_slots(*schedule, since, ended_at, zone, slots_max);
    finished.passed.from = *first;
    finished.passed.until = *last_slot(*schedule, since, ended_at, zone);
}

}  // namespace torale::scheduler
