// From a conclusion to what is written.
#include "scheduler/settle.hpp"

#include <algorithm>
#include <utility>

#include "scheduler/slots.hpp"

namespace torale::scheduler {

std::optional<Time> place_in_line(const Ended& ended, const Throttle& throttle, Time now) {
    const auto& failure = ended.conclusion.failure;
    if (!failure || !is_outage(failure->category)) return std::nullopt;
    const bool is_left_alone =
        ended.troubled >= 0 && throttle.state(ended.troubled, now) != Breaker::State::closed;
    if (!ended.is_refused && !is_left_alone) return std::nullopt;
    // A replay has one judge, whose outage keeps nobody else from being claimed: it must not come
    // back at once.
    if (ended.claim.trigger == core::Trigger::replay) {
        const int judge = throttle.find(ended.claim.judge);
        const auto open_until = judge < 0 ? std::nullopt : throttle.open_until(judge);
        return std::max(now + core::seconds{1}, open_until.value_or(now));
    }
    if (ended.is_probe) {
        return is_left_alone ? std::max(now, *throttle.open_until(ended.troubled)) : now;
    }
    return std::min(now, ended.claim.scheduled_for.value_or(now));
}

Finished settle(Ended ended, std::optional<Time> put_off_to, const Limits& limits, Time now) {
    Finished finished;
    finished.claim = std::move(ended.claim);
    finished.conclusion = std::move(ended.conclusion);
    const core::Task& task = finished.claim.briefing.task;
    std::optional<core::Schedule> schedule;
    if (!task.schedule.empty()) {
        if (auto parsed = core::parse_schedule(task.schedule)) schedule = std::move(*parsed);
    }
    const agent::Conclusion& conclusion = finished.conclusion;
    core::DecideInput input{.task = task};
    input.schedule = schedule ? &*schedule : nullptr;
    input.now = now;
    input.trigger = finished.claim.trigger;
    input.quiet = finished.claim.quiet;
    input.failure = conclusion.failure ? &*conclusion.failure : nullptr;
    if (conclusion.judged) input.verdict = conclusion.judgement.verdict;
    input.grounded = !conclusion.judgement.citations.empty();
    input.next_run = conclusion.judgement.next_run;
    input.attempt = finished.claim.attempt;
    input.attempts_max = limits.max_attempts;
    input.consecutive_failures = finished.claim.consecutive_failures;
    input.is_skipped = conclusion.is_skipped;
    input.skipped_until = conclusion.skipped_until;
    input.first_started_at = finished.claim.first_started_at;
    input.put_off_to = put_off_to;
    input.unit_random = finished.claim.briefing.unit_random;
    input.jitter = limits.jitter;
    finished.outcome = core::decide(input);
    count_slots_of(finished, input.schedule, now);
    return finished;
}

}  // namespace torale::scheduler
