#include "core/outcome.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace torale::core {

void PrintTo(const Outcome& outcome, std::ostream* out) {
    *out << name_of(outcome.status) << (outcome.tell_finding ? " finding" : "")
         << (outcome.tell_failure ? " failure" : "") << (outcome.tell_recovery ? " recovery" : "")
         << (outcome.complete_task ? " complete" : "")
         << (outcome.attempt_consumed ? "" : " deferred")
         << " failures=" << outcome.consecutive_failures
         << " slot=" << (outcome.next_slot ? write_time(*outcome.next_slot) : "-")
         << " run=" << (outcome.next_run_at ? write_time(*outcome.next_run_at) : "-");
}

namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time now = *parse_time("2026-06-01T10:07:00Z");
const char* const next_hour = "2026-06-01T11:00:00Z";
const char* const tomorrow = "2026-06-02T10:07:00Z";

Schedule schedule_of(const char* text) {
    auto parsed = parse_schedule(text);
    EXPECT_TRUE(parsed.ok()) << text;
    return *parsed;
}
const Schedule& hourly() {
    static const Schedule schedule = schedule_of("0 * * * *");
    return schedule;
}
const Schedule& yearly() {
    static const Schedule schedule = schedule_of("@yearly");
    return schedule;
}
const Schedule& slot_over() {
    static const Schedule schedule = schedule_of("at 2026-06-01T10:00:00Z");
    return schedule;
}
const Schedule& never() {
    static const Schedule schedule = schedule_of("0 0 30 2 *");
    return schedule;
}

const Task& once() {
    static const Task task = [] {
        Task made;
        made.id = "t1";
        return made;
    }();
    return task;
}
const Task& always() {
    static const Task task = [] {
        Task made;
        made.id = "t1";
        made.notify_behavior = NotifyBehavior::always;
        return made;
    }();
    return task;
}

Failure failure_of(Category category, std::optional<milliseconds> retry_after = std::nullopt) {
    Failure failure;
    failure.category = category;
    failure.message = "it failed";
    failure.retry_after = retry_after;
    return failure;
}
const Failure& bad_request() {
    static const Failure failure = failure_of(Category::bad_request);
    return failure;
}
const Failure& slow_down() {
    static const Failure failure = failure_of(Category::rate_limit, seconds{37});
    return failure;
}

struct Expected {
    ExecutionStatus status = ExecutionStatus::success;
    bool finding = false;
    bool failure = false;
    bool recovery = false;
    bool complete = false;
    int failures = 0;
    const char* slot = nullptr;
};

struct Row {
    const char* rule;
    DecideInput input;
    Expected expected;
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.rule;
}

class Table : public testing::TestWithParam<Row> {};

TEST_P(Table, holds) {
    const auto& [rule, input, expected] = GetParam();
    const Outcome outcome = decide(input);
    EXPECT_EQ(outcome.status, expected.status);
    EXPECT_EQ(outcome.tell_finding, expected.finding);
    EXPECT_EQ(outcome.tell_failure, expected.failure);
    EXPECT_EQ(outcome.tell_recovery, expected.recovery);
    EXPECT_EQ(outcome.complete_task, expected.complete);
    EXPECT_EQ(outcome.consecutive_failures, expected.failures);
    EXPECT_EQ(outcome.next_slot ? write_time(*outcome.next_slot) : "none",
              expected.slot ? expected.slot : "none");
    EXPECT_EQ(outcome.next_run_at, outcome.next_slot) << "no jitter was asked for";
}

DecideInput given(const Task& task, const Schedule* schedule) {
    return {.task = task, .schedule = schedule, .now = now, .verdict = Verdict::not_met};
}
template <class Change>
DecideInput given(const Task& task, const Schedule* schedule, Change change) {
    DecideInput input = given(task, schedule);
    change(input);
    return input;
}
void is_met(DecideInput& input) {
    input.verdict = Verdict::met;
    input.grounded = true;
}

using enum ExecutionStatus;

INSTANTIATE_TEST_SUITE_P(
    success, Table,
    testing::Values(
        Row{"not_met_takes_the_next_slot", given(once(), &hourly()), {.slot = next_hour}},
        Row{"once_completes_when_met",
            given(once(), &hourly(), is_met),
            {.finding = true, .complete = true, .slot = next_hour}},
        Row{"an_at_task_is_over_even_when_its_finding_was_told_before",
            given(once(), &slot_over(), is_met),
            {.finding = true, .complete = true}},
        Row{"always_goes_on_when_met",
            given(always(), &hourly(), is_met),
            {.finding = true, .slot = next_hour}},
        Row{"ungrounded_met_is_not_told",
            given(once(), &hourly(), [](auto& input) { input.verdict = Verdict::met; }),
            {.slot = next_hour}},
        Row{"unchanged_is_not_told",
            given(once(), &hourly(), [](auto& input) { input.verdict.reset(); }),
            {.slot = next_hour}},
        Row{"recovery_is_told_once",
            given(once(), &hourly(), [](auto& input) { input.consecutive_failures = 3; }),
            {.recovery = true, .slot = next_hour}},
        Row{"at_completes_after_its_slot", given(always(), &slot_over()), {.complete = true}},
        Row{"a_date_that_never_comes_keeps_the_task_alive",
            given(once(), &never()),
            {.slot = tomorrow}}));

INSTANTIATE_TEST_SUITE_P(
    wishes, Table,
    testing::Values(
        Row{"no_schedule_no_wish_is_a_day", given(once(), nullptr), {.slot = tomorrow}},
        Row{"no_schedule_follows_the_wish",
            given(once(), nullptr, [](auto& input) { input.next_run = "2026-06-01T13:37:00Z"; }),
            {.slot = "2026-06-01T13:37:00Z"}},
        Row{"no_schedule_clamps_a_hasty_wish",
            given(once(), nullptr, [](auto& input) { input.next_run = "2026-06-01T10:07:01Z"; }),
            {.slot = "2026-06-01T10:12:00Z"}},
        Row{"no_schedule_clamps_a_far_wish",
            given(once(), nullptr, [](auto& input) { input.next_run = "2099-01-01T00:00:00Z"; }),
            {.slot = "2026-06-08T10:07:00Z"}},
        Row{"no_schedule_past_wish_is_a_day",
            given(once(), nullptr, [](auto& input) { input.next_run = "2020-01-01T00:00:00Z"; }),
            {.slot = tomorrow}},
        Row{"always_without_wish_lives_on",
            given(always(), nullptr, is_met),
            {.finding = true, .slot = tomorrow}},
        Row{"cron_is_brought_forward",
            given(once(), &yearly(), [](auto& input) { input.next_run = "2026-06-03T09:00:00Z"; }),
            {.slot = "2026-06-03T09:00:00Z"}},
        Row{"cron_is_not_pushed_back",
            given(once(), &hourly(), [](auto& input) { input.next_run = "2026-06-03T09:00:00Z"; }),
            {.slot = next_hour}},
        Row{"cron_ignores_no_wish", given(once(), &yearly()), {.slot = "2027-01-01T00:00:00Z"}},
        Row{"cron_ignores_a_broken_wish",
            given(once(), &yearly(), [](auto& input) { input.next_run = "soon"; }),
            {.slot = "2027-01-01T00:00:00Z"}}));

INSTANTIATE_TEST_SUITE_P(
    failure, Table,
    testing::Values(
        Row{"first_of_a_streak_is_told",
            given(once(), &hourly(), [](auto& input) { input.failure = &bad_request(); }),
            {.status = failed, .failure = true, .failures = 1, .slot = next_hour}},
        Row{"later_ones_are_not",
            given(once(), &hourly(),
                  [](auto& input) {
                      input.failure = &bad_request();
                      input.consecutive_failures = 4;
                  }),
            {.status = failed, .failures = 5, .slot = next_hour}},
        Row{"without_schedule_tomorrow",
            given(once(), nullptr, [](auto& input) { input.failure = &bad_request(); }),
            {.status = failed, .failure = true, .failures = 1, .slot = tomorrow}},
        Row{"at_is_over",
            given(once(), &slot_over(), [](auto& input) { input.failure = &bad_request(); }),
            {.status = failed, .failure = true, .complete = true, .failures = 1}}));

INSTANTIATE_TEST_SUITE_P(manual, Table,
                         testing::Values(Row{"met_is_told_and_nothing_completes",
                                             given(once(), &hourly(),
                                                   [](auto& input) {
                                                       is_met(input);
                                                       input.trigger = Trigger::manual;
                                                   }),
                                             {.finding = true}},
                                         Row{"quiet_tells_nobody",
                                             given(once(), &hourly(),
                                                   [](auto& input) {
                                                       is_met(input);
                                                       input.trigger = Trigger::manual;
                                                       input.quiet = true;
                                                   }),
                                             {}},
                                         Row{"failure_leaves_streak_and_schedule",
                                             given(once(), &hourly(),
                                                   [](auto& input) {
                                                       input.failure = &slow_down();
                                                       input.trigger = Trigger::manual;
                                                       input.consecutive_failures = 2;
                                                   }),
                                             {.status = failed, .failures = 2}},
                                         Row{"preview_tells_nobody",
                                             given(once(), &hourly(),
                                                   [](auto& input) {
                                                       is_met(input);
                                                       input.trigger = Trigger::preview;
                                                   }),
                                             {}},
                                         Row{"replay_tells_nobody",
                                             given(once(), &hourly(),
                                                   [](auto& input) {
                                                       is_met(input);
                                                       input.trigger = Trigger::replay;
                                                   }),
                                             {}}));

TEST(decide, waits_for_a_cooling_provider_without_consuming_an_attempt) {
    DecideInput input = given(once(), &hourly());
    input.failure = &slow_down();
    input.attempt = 9;
    const Outcome outcome = decide(input);
    EXPECT_EQ(outcome.status, retrying);
    EXPECT_FALSE(outcome.attempt_consumed);
    EXPECT_EQ(outcome.next_run_at, now + seconds{37});
    EXPECT_FALSE(outcome.next_slot);
    EXPECT_FALSE(outcome.tell_failure);
}

TEST(decide, puts_a_run_off_to_its_place_whatever_the_outage_and_the_attempt) {
    for (const Category category : {Category::server, Category::network, Category::auth}) {
        const Failure outage = failure_of(category);
        DecideInput input = given(once(), &hourly());
        input.failure = &outage;
        input.attempt = input.attempts_max;
        input.put_off_to = now - hours{1};
        EXPECT_EQ(decide(input).status, retrying);
        EXPECT_FALSE(decide(input).attempt_consumed);
        EXPECT_EQ(decide(input).next_run_at, now - hours{1});
        input.first_started_at = now - hours{24};
        EXPECT_EQ(decide(input).status, failed) << "a day is enough";
        input.first_started_at.reset();
        input.trigger = Trigger::manual;
        EXPECT_EQ(decide(input).status, failed) << "whoever asked looks at the result";
    }
}

TEST(decide, a_replay_waits_for_a_pause_of_its_judge_and_tells_nobody) {
    DecideInput input = given(once(), &hourly());
    input.trigger = Trigger::replay;
    input.failure = &slow_down();
    EXPECT_EQ(decide(input).status, retrying);
    EXPECT_EQ(decide(input).next_run_at, now + seconds{37});
    input.first_started_at = now - hours{24};
    const Outcome late = decide(input);
    EXPECT_EQ(late.status, failed);
    EXPECT_FALSE(late.tell_failure);
    EXPECT_FALSE(late.next_run_at);
    input.first_started_at.reset();
    for (const Category category : {Category::bad_reply, Category::bad_request, Category::server}) {
        const Failure own = failure_of(category);
        input.failure = &own;
        EXPECT_EQ(decide(input).status, failed) << name_of(category);
        input.put_off_to = now;
        EXPECT_EQ(decide(input).status, retrying) << name_of(category);
        input.put_off_to.reset();
    }
}

TEST(decide, gives_up_waiting_for_a_provider_after_a_day) {
    DecideInput input = given(once(), &hourly());
    input.failure = &slow_down();
    input.first_started_at = now - hours{24};
    EXPECT_EQ(decide(input).status, failed);
    EXPECT_TRUE(decide(input).tell_failure);
    EXPECT_EQ(write_time(*decide(input).next_slot), next_hour);
}

TEST(decide, retries_an_outage_and_fails_after_the_last_attempt) {
    const Failure outage = failure_of(Category::network);
    DecideInput input = given(once(), &hourly());
    input.failure = &outage;
    int retries = 0;
    while (decide(input).status == retrying) {
        const Outcome outcome = decide(input);
        EXPECT_TRUE(outcome.attempt_consumed);
        EXPECT_GT(*outcome.next_run_at, now);
        EXPECT_FALSE(outcome.tell_failure) << "not before the last attempt";
        ++input.attempt;
        ASSERT_LT(++retries, 20);
    }
    EXPECT_GT(retries, 0);
    EXPECT_TRUE(decide(input).tell_failure);
    EXPECT_EQ(write_time(*decide(input).next_slot), next_hour);
}

TEST(decide, spreads_the_run_and_leaves_the_slot_on_the_grid) {
    DecideInput input = given(once(), &hourly());
    input.jitter = minutes{5};
    const Outcome outcome = decide(input);
    EXPECT_EQ(write_time(*outcome.next_slot), next_hour);
    EXPECT_EQ(*outcome.next_run_at - *outcome.next_slot, spread("t1", minutes{5}));
    EXPECT_GT(spread("t1", minutes{5}).count(), 0);
}

TEST(decide, follows_the_time_zone_of_the_task) {
    Task berlin = once();
    berlin.timezone = "Europe/Berlin";
    const Schedule noon = schedule_of("0 12 * * *");
    EXPECT_EQ(write_time(*decide(given(berlin, &noon)).next_slot), "2026-06-02T10:00:00Z");
}

DecideInput refused(const Task& task, const Schedule* schedule) {
    DecideInput input = given(task, schedule);
    input.is_skipped = true;
    input.skipped_until = *parse_time("2026-06-02T00:00:00Z");
    input.consecutive_failures = 2;
    return input;
}

TEST(decide, a_used_up_budget_is_no_failure_and_ends_no_streak) {
    const Outcome outcome = decide(refused(once(), &hourly()));
    EXPECT_EQ(outcome.status, ExecutionStatus::skipped);
    EXPECT_EQ(outcome.consecutive_failures, 2);
    EXPECT_FALSE(outcome.tell_failure || outcome.tell_recovery || outcome.tell_finding);
    EXPECT_FALSE(outcome.complete_task);
    EXPECT_EQ(write_time(*outcome.next_slot), next_hour);
}

TEST(decide, what_has_no_slot_to_come_waits_for_the_new_window) {
    const Outcome free = decide(refused(once(), nullptr));
    EXPECT_EQ(write_time(*free.next_run_at), "2026-06-02T00:00:00Z");
    const Outcome one_shot = decide(refused(once(), &slot_over()));
    EXPECT_EQ(write_time(*one_shot.next_slot), "2026-06-02T00:00:00Z");
    EXPECT_FALSE(one_shot.complete_task);
}

TEST(decide, without_a_window_to_wait_for_a_skipped_task_looks_again_tomorrow) {
    DecideInput input = refused(once(), nullptr);
    input.skipped_until = std::nullopt;
    EXPECT_EQ(write_time(*decide(input).next_run_at), tomorrow);
}

TEST(decide, a_skipped_run_by_hand_leaves_the_schedule_alone) {
    DecideInput input = refused(once(), &hourly());
    input.trigger = Trigger::manual;
    EXPECT_EQ(decide(input).status, ExecutionStatus::skipped);
    EXPECT_FALSE(decide(input).next_run_at);
}

TEST(trigger, names_are_read_back) {
    for (const Trigger trigger :
         {Trigger::schedule, Trigger::manual, Trigger::preview, Trigger::replay}) {
        EXPECT_EQ(parse_trigger(name_of(trigger)), trigger);
    }
    EXPECT_FALSE(parse_trigger("cron"));
}

}  // namespace
}  // namespace torale::core
