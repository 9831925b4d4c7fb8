// The rules of scheduling and telling, in the order in which they apply.
#include "core/outcome.hpp"

#include <algorithm>
#include <array>

namespace torale::core {

namespace {

// A provider may pause for long, but an execution that never ends would be a silent death.
constexpr microseconds put_off_max = std::chrono::hours{24};
constexpr milliseconds pause_min = seconds{1};

constexpr std::array<const char*, 4> trigger_names{"schedule", "manual", "preview", "replay"};

// The next slot of a task without a schedule, or the agent's wish to look earlier than the grid.
std::optional<Time> wished_time(const DecideInput& input) {
    if (!input.next_run) return std::nullopt;
    const auto wish = parse_time(*input.next_run);
    if (!wish || *wish <= input.now) return std::nullopt;
    return clamp_next_run(input.next_run, input.now,
                          {input.task.min_interval, input.task.max_interval});
}

Time default_time(const DecideInput& input) {
    return clamp_next_run(std::nullopt, input.now,
                          {input.task.min_interval, input.task.max_interval});
}

// A wish brings the next check forward and never pushes it back.
void plan_next(const DecideInput& input, Outcome& outcome) {
    const auto wish = wished_time(input);
    if (!input.schedule) {
        outcome.next_slot = wish ? *wish : default_time(input);
        outcome.next_run_at = outcome.next_slot;
        return;
    }
    const auto slot = next_time(*input.schedule, input.now, input.task.timezone);
    if (!slot && is_one_shot(*input.schedule)) {
        outcome.complete_task = true;
        return;
    }
    if (slot && !(wish && *wish < *slot)) {
        outcome.next_slot = slot;
        outcome.next_run_at = *slot + spread(input.task.id, input.jitter);
        return;
    }
    // Off the grid: an early look, or a cron that has no date within reach, whose task must
    // still not vanish from the queue.
    outcome.next_slot = wish ? *wish : default_time(input);
    outcome.next_run_at = outcome.next_slot;
}

bool may_be_put_off(const DecideInput& input) {
    return !input.first_started_at || input.now - *input.first_started_at < put_off_max;
}

std::optional<Outcome> decide_retry(const DecideInput& input) {
    Outcome outcome;
    outcome.status = ExecutionStatus::retrying;
    outcome.consecutive_failures = input.consecutive_failures;
    if (cools_provider(input.failure->category) || input.put_off_to) {
        if (!may_be_put_off(input)) return std::nullopt;
        outcome.attempt_consumed = false;
        outcome.next_run_at = input.put_off_to.value_or(
            input.now + std::max(cooldown_of(*input.failure), pause_min));
        return outcome;
    }
    if (input.attempt >= input.attempts_max) return std::nullopt;
    const auto pause = retry_later(*input.failure, input.attempt, input.unit_random);
    if (!pause) return std::nullopt;
    outcome.next_run_at = input.now + *pause;
    return outcome;
}

Outcome decide_failure(const DecideInput& input) {
    Outcome outcome;
    outcome.status = ExecutionStatus::failed;
    outcome.consecutive_failures = input.consecutive_failures;
    // Whoever asked for this run looks at its result: no retry behind their back, no message. A
    // replay is one of many that ask the same service, so it waits for a pause of that.
    const bool is_put_off = cools_provider(input.failure->category) || input.put_off_to;
    if (input.trigger == Trigger::replay && is_put_off) {
        return decide_retry(input).value_or(outcome);
    }
    if (input.trigger != Trigger::schedule) return outcome;
    if (auto retry = decide_retry(input)) return *retry;
    outcome.tell_failure = input.consecutive_failures == 0;
    ++outcome.consecutive_failures;
    plan_next(input, outcome);
    return outcome;
}

bool is_finding(const DecideInput& input) {
    return input.verdict == Verdict::met && input.grounded;
}

Outcome decide_success(const DecideInput& input) {
    Outcome outcome;
    outcome.consecutive_failures = input.consecutive_failures;
    switch (input.trigger) {
        case Trigger::preview:
        case Trigger::replay:
            return outcome;
        case Trigger::manual:
            outcome.tell_finding = is_finding(input) && !input.quiet;
            return outcome;
        case Trigger::schedule:
            break;
    }
    outcome.consecutive_failures = 0;
    outcome.tell_finding = is_finding(input);
    outcome.tell_recovery = input.consecutive_failures > 0;
    outcome.complete_task = is_finding(input) && input.task.notify_behavior == NotifyBehavior::once;
    plan_next(input, outcome);
    return outcome;
}

// Neither a success nor a failure: nobody is told, a streak of failures stays one. What has no
// slot to come runs when the window starts anew.
Outcome decide_skip(const DecideInput& input) {
    Outcome outcome;
    outcome.status = ExecutionStatus::skipped;
    outcome.consecutive_failures = input.consecutive_failures;
    if (input.trigger != Trigger::schedule) return outcome;
    const bool waits = input.skipped_until && *input.skipped_until > input.now;
    if (waits && (!input.schedule || is_one_shot(*input.schedule))) {
        outcome.next_slot = outcome.next_run_at = input.skipped_until;
    } else {
        plan_next(input, outcome);
    }
    return outcome;
}

}  // namespace

const char* name_of(Trigger trigger) {
    return trigger_names[static_cast<std::size_t>(trigger)];
}

std::optional<Trigger> parse_trigger(std::string_view text) {
    for (std::size_t i = 0; i < trigger_names.size(); ++i) {
        if (text == trigger_names[i]) return static_cast<Trigger>(i);
    }
    return std::nullopt;
}

const char* name_of(ExecutionStatus status) {
    switch (status) {
        case ExecutionStatus::success:
            return "success";
        case ExecutionStatus::failed:
            return "failed";
        case ExecutionStatus::retrying:
            return "retrying";
        case ExecutionStatus::skipped:
            return "skipped";
    }
    return "failed";
}

Outcome decide(const DecideInput& input) {
    if (input.is_skipped) return decide_skip(input);
    return input.failure ? decide_failure(input) : decide_success(input);
}

}  // namespace torale::core
