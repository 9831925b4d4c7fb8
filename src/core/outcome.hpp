// Decides what a finished run means for its task. Pure: the same inputs give the same Outcome,
// so each rule is one row of the table in outcome_test.cpp.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/retry.hpp"
#include "core/schedule.hpp"
#include "core/task.hpp"

namespace torale::core {

enum class Trigger { schedule, manual, preview, replay };
const char* name_of(Trigger trigger);
std::optional<Trigger> parse_trigger(std::string_view text);

// References, not copies: a DecideInput lives for one call of decide().
struct DecideInput {
    const Task& task;
    const Schedule* schedule = nullptr;  // parsed task.schedule; null = the agent decides
    Time now{};
    Trigger trigger = Trigger::schedule;
    bool quiet = false;  // a manual run that tells nobody

    // How the run ended: a failure, or what a judge said (nothing when it was not asked).
    const Failure* failure = nullptr;
    std::optional<Verdict> verdict = std::nullopt;
    bool grounded = false;  // at least one verified quote stands behind `met`
    std::optional<std::string> next_run = std::nullopt;  // the judge's wish, as it wrote it

    int attempt = 1;               // finished attempts of this execution, this one included
    int attempts_max = 6;          // torale.max_attempts
    int consecutive_failures = 0;  // failed executions of the task right before this one
    // A budget is used up: the run ended before it was paid for. Its window starts anew at
    // `skipped_until`, when that is known.
    bool is_skipped = false;
    std::optional<Time> skipped_until = std::nullopt;

    // Of this execution: limits how long it may be put off.
    std::optional<Time> first_started_at = std::nullopt;
    // The failing provider is left alone for a while, or had no free turn: this run, as far as it
    // came, waits for that at this place in the queue, and no attempt is consumed.
    std::optional<Time> put_off_to = std::nullopt;
    double unit_random = 0.5;  // [0, 1)
    microseconds jitter{0};    // torale.schedule_jitter
};

enum class ExecutionStatus { success, failed, retrying, skipped };
const char* name_of(ExecutionStatus status);

struct Outcome {
    ExecutionStatus status = ExecutionStatus::success;
    bool tell_finding = false;
    bool tell_failure = false;   // once per streak
    bool tell_recovery = false;  // the end of a streak that was told
    // With a next_run_at: unless the finding turns out to have been told before.
    bool complete_task = false;
    // False when the provider pauses, not the run: the next try has the same number.
    bool attempt_consumed = true;
    int consecutive_failures = 0;
    // When retrying: next_run_at is the next try of this execution, next_slot is empty.
    // Otherwise next_slot is the next scheduled_for, on the grid, and next_run_at adds the
    // task's spread. Both empty: the schedule stays as it is (manual, preview, replay) or the
    // task is completed.
    std::optional<Time> next_slot;
    std::optional<Time> next_run_at;
    bool operator==(const Outcome&) const = default;
};

Outcome decide(const DecideInput& input);

}  // namespace torale::core
