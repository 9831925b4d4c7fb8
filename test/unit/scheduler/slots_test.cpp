#include "scheduler/slots.hpp"

#include <gtest/gtest.h>

#include "unit/scheduler/fakes.hpp"

namespace torale::scheduler {
namespace {

Time at(const char* text) {
    return *core::parse_time(std::string("2026-08-21T") + text + "Z");
}

// A run of `schedule` (nullptr: the agent decides) for a slot, claimed and ended when it says.
Finished run_of(const char* schedule, const char* slot, const char* claimed, const char* ended,
                core::ExecutionStatus status = core::ExecutionStatus::success) {
    Finished finished;
    finished.claim = testing::claim_of(1);
    finished.claim.scheduled_for = at(slot);
    finished.claim.claimed_at = at(claimed);
    finished.outcome.status = status;
    std::optional<core::Schedule> parsed;
    if (schedule) parsed = *core::parse_schedule(schedule);
    count_slots_of(finished, parsed ? &*parsed : nullptr, at(ended));
    return finished;
}

TEST(count_slots_of, a_run_on_time_stands_for_its_own_slot) {
    const Finished run = run_of("@hourly", "08:00:00", "08:00:01", "08:00:09");
    EXPECT_EQ(run.slots, 1);
    EXPECT_EQ(run.slots_from, at("08:00:00"));
    EXPECT_EQ(run.slots_until, at("08:00:00"));
    EXPECT_EQ(run.passed.count, 0);
}

TEST(count_slots_of, a_late_run_stands_for_the_slots_since) {
    const Finished run = run_of("@hourly", "03:00:00", "08:30:00", "08:30:09");
    EXPECT_EQ(run.slots, 6);
    EXPECT_EQ(run.slots_from, at("03:00:00"));
    EXPECT_EQ(run.slots_until, at("08:00:00"));
    EXPECT_EQ(run.passed.count, 0);
}

TEST(count_slots_of, slots_that_come_during_the_run_pass) {
    const Finished run = run_of("* * * * *", "08:00:00", "08:00:01", "08:03:30");
    EXPECT_EQ(run.slots, 1);
    EXPECT_EQ(run.passed.count, 3);
    EXPECT_EQ(run.passed.from, at("08:01:00"));
    EXPECT_EQ(run.passed.until, at("08:03:00"));
}

TEST(count_slots_of, no_slot_is_both_covered_and_passed) {
    const Finished run = run_of("* * * * *", "08:00:00", "08:02:00", "08:04:00");
    EXPECT_EQ(run.slots, 3) << "08:00, 08:01 and 08:02";
    EXPECT_EQ(run.passed.count, 2) << "08:03 and 08:04";
    EXPECT_EQ(run.passed.from, at("08:03:00"));
}

TEST(count_slots_of, a_run_that_will_be_tried_again_lets_nothing_pass) {
    const Finished run =
        run_of("* * * * *", "08:00:00", "08:00:01", "08:03:30", core::ExecutionStatus::retrying);
    EXPECT_EQ(run.passed.count, 0);
}

TEST(count_slots_of, a_task_without_a_schedule_has_one_slot) {
    const Finished run = run_of(nullptr, "03:00:00", "08:30:00", "08:31:00");
    EXPECT_EQ(run.slots, 1);
    EXPECT_EQ(run.slots_until, at("03:00:00"));
    EXPECT_EQ(run.passed.count, 0);
}

TEST(count_slots_of, a_manual_run_stands_for_no_slot) {
    Finished finished;
    finished.claim = testing::claim_of(1);
    finished.claim.trigger = core::Trigger::manual;
    const core::Schedule schedule = *core::parse_schedule("@hourly");
    count_slots_of(finished, &schedule, testing::start_time + std::chrono::hours{5});
    EXPECT_FALSE(finished.slots_from);
    EXPECT_EQ(finished.passed.count, 0);
}

TEST(count_slots_of, years_of_minutes_are_counted_up_to_a_limit) {
    Finished finished;
    finished.claim = testing::claim_of(1);
    finished.claim.scheduled_for = testing::start_time - std::chrono::hours{24 * 365};
    const core::Schedule schedule = *core::parse_schedule("* * * * *");
    count_slots_of(finished, &schedule, testing::start_time);
    EXPECT_GE(finished.slots, 10'000);
    EXPECT_LE(finished.slots, 10'001);
    EXPECT_EQ(finished.slots_until, testing::start_time) << "the last one is exact nevertheless";
}

TEST(count_slots_of, slots_lie_on_the_grid_of_the_tasks_zone) {
    Finished finished;
    finished.claim = testing::claim_of(1);
    finished.claim.briefing.task.timezone = "Europe/Berlin";
    finished.claim.scheduled_for = *core::parse_time("2026-03-27T08:00:00Z");  // 09:00 there
    finished.claim.claimed_at = *core::parse_time("2026-03-29T12:00:00Z");     // after the change
    const core::Schedule schedule = *core::parse_schedule("0 9 * * *");
    count_slots_of(finished, &schedule, finished.claim.claimed_at);
    EXPECT_EQ(finished.slots, 3);
    EXPECT_EQ(finished.slots_until, *core::parse_time("2026-03-29T07:00:00Z"));
}

TEST(last_slot, finds_the_last_one_or_nothing) {
    const core::Schedule schedule = *core::parse_schedule("0 0 29 2 *");
    const Time leap_day = *core::parse_time("2024-02-29T00:00:00Z");
    EXPECT_EQ(
        last_slot(schedule, *core::parse_time("2019-01-01T00:00:00Z"), testing::start_time, "UTC"),
        leap_day);
    EXPECT_EQ(last_slot(schedule, leap_day, testing::start_time, "UTC"), std::nullopt);
    EXPECT_EQ(last_slot(schedule, leap_day - core::microseconds{1}, leap_day, "UTC"), leap_day);
}

}  // namespace
}  // namespace torale::scheduler
