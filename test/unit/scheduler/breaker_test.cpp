#include "scheduler/breaker.hpp"

#include <gtest/gtest.h>

namespace torale::scheduler {
namespace {

using core::Category;
using core::milliseconds;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using State = Breaker::State;
using Change = Breaker::Change;

const Time start = *core::parse_time("2026-08-21T08:00:00Z");
constexpr BreakerRules rules{.failures_max = 3, .pause = seconds{30}, .pause_max = minutes{10}};

core::Failure failure_of(Category category, std::optional<milliseconds> hint = std::nullopt) {
    core::Failure failure;
    failure.category = category;
    failure.retry_after = hint;
    return failure;
}

struct BreakerTest : ::testing::Test {
    Breaker breaker;
    Time now = start;

    Change fail(Category category, std::optional<milliseconds> hint = std::nullopt) {
        return breaker.fail(failure_of(category, hint), breaker.epoch(), rules, now, 0.0);
    }
    Change succeed() { return breaker.succeed(breaker.epoch(), now); }
    State state() const { return breaker.state(now); }
    void fail_until_open() {
        for (int i = 0; i < rules.failures_max; ++i) fail(Category::server);
        ASSERT_EQ(state(), State::open);
    }
};

TEST_F(BreakerTest, what_counts_and_what_opens_at_once) {
    struct Row {
        Category category;
        int failures_to_open;  // 0 = never
        milliseconds pause;
    };
    const Row rows[] = {
        {Category::server, 3, seconds{30}},     {Category::overload, 3, seconds{30}},
        {Category::network, 3, seconds{30}},    {Category::timeout, 3, seconds{30}},
        {Category::rate_limit, 1, seconds{30}}, {Category::quota, 1, hours{1}},
        {Category::auth, 1, minutes{10}},       {Category::bad_request, 0, {}},
        {Category::bad_reply, 0, {}},           {Category::declined, 0, {}},
        {Category::too_large, 0, {}},           {Category::config, 0, {}},
        {Category::blocked, 0, {}},             {Category::internal, 0, {}},
        {Category::cancelled, 0, {}},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(core::name_of(row.category));
        breaker = {};
        const int tries = row.failures_to_open == 0 ? 50 : row.failures_to_open - 1;
        for (int i = 0; i < tries; ++i) EXPECT_EQ(fail(row.category), Change::none);
        EXPECT_EQ(state(), State::closed);
        if (row.failures_to_open == 0) continue;
        EXPECT_EQ(fail(row.category), Change::opened);
        EXPECT_EQ(state(), State::open);
        EXPECT_EQ(*breaker.open_until() - now, row.pause);
    }
}

TEST_F(BreakerTest, a_success_between_starts_the_count_anew) {
    fail(Category::server);
    fail(Category::server);
    EXPECT_EQ(succeed(), Change::none) << "nobody needs to hear of it";
    EXPECT_EQ(fail(Category::server), Change::none);
    EXPECT_EQ(fail(Category::server), Change::none);
    EXPECT_EQ(fail(Category::server), Change::opened);
}

TEST_F(BreakerTest, half_open_when_the_pause_is_over_closed_by_one_success) {
    fail_until_open();
    now += seconds{30} - milliseconds{1};
    EXPECT_EQ(state(), State::open);
    now += milliseconds{1};
    EXPECT_EQ(state(), State::half_open);
    EXPECT_EQ(succeed(), Change::closed);
    EXPECT_EQ(state(), State::closed);
    EXPECT_EQ(breaker.failures(), 0);
    EXPECT_EQ(breaker.pauses(), 0);
}

TEST_F(BreakerTest, a_failed_probe_opens_for_twice_as_long_up_to_the_longest_pause) {
    fail_until_open();
    for (const int expected_s : {60, 120, 240, 480, 600, 600}) {
        now = *breaker.open_until();
        EXPECT_EQ(fail(Category::network), Change::longer) << "one is enough";
        EXPECT_EQ(*breaker.open_until() - now, seconds{expected_s});
    }
    now = *breaker.open_until();
    succeed();
    fail_until_open();
    EXPECT_EQ(*breaker.open_until() - now, seconds{30}) << "after a success from the start";
}

TEST_F(BreakerTest, jitter_shortens_a_pause_by_a_quarter_at_most) {
    for (int i = 0; i < 3; ++i) {
        breaker.fail(failure_of(Category::server), breaker.epoch(), rules, now, 0.999);
    }
    EXPECT_GE(*breaker.open_until() - now, milliseconds{22'500});
    EXPECT_LT(*breaker.open_until() - now, milliseconds{22'600});
}

TEST_F(BreakerTest, the_providers_own_word_counts) {
    EXPECT_EQ(fail(Category::rate_limit, seconds{42}), Change::opened);
    EXPECT_EQ(*breaker.open_until() - now, seconds{42});
    now = *breaker.open_until();
    EXPECT_EQ(fail(Category::rate_limit, seconds{42}), Change::longer);
    EXPECT_EQ(*breaker.open_until() - now, seconds{42}) << "however often it says so";
    breaker = {};
    fail(Category::overload);
    fail(Category::overload);
    fail(Category::overload, minutes{5});
    EXPECT_EQ(*breaker.open_until() - now, minutes{5});
}

TEST_F(BreakerTest, a_rate_limit_without_a_time_is_guessed_longer_each_time) {
    fail(Category::rate_limit);
    now = *breaker.open_until();
    fail(Category::rate_limit);
    EXPECT_EQ(*breaker.open_until() - now, seconds{60});
}

TEST_F(BreakerTest, a_short_pause_is_held_and_not_told) {
    EXPECT_EQ(fail(Category::rate_limit, seconds{2}), Change::held);
    EXPECT_EQ(state(), State::open);
    EXPECT_TRUE(breaker.is_short(now));
    now += seconds{2};
    EXPECT_EQ(succeed(), Change::none);
    EXPECT_EQ(state(), State::closed);
    EXPECT_EQ(fail(Category::rate_limit, seconds{2}), Change::held);
    now += seconds{2};
    EXPECT_EQ(fail(Category::rate_limit, seconds{2}), Change::opened) << "twice in a row is news";
}

TEST_F(BreakerTest, replies_to_earlier_calls_say_nothing_about_the_time_after) {
    const std::uint32_t before = breaker.epoch();
    fail_until_open();
    const Time until = *breaker.open_until();
    EXPECT_EQ(breaker.succeed(before, now), Change::none);
    EXPECT_EQ(breaker.fail(failure_of(Category::server), before, rules, now, 0), Change::none);
    now = until;
    EXPECT_EQ(breaker.succeed(before, now), Change::none);
    EXPECT_EQ(breaker.fail(failure_of(Category::timeout), before, rules, now, 0), Change::none);
    EXPECT_EQ(state(), State::half_open);
    EXPECT_EQ(breaker.open_until(), until);
}

TEST_F(BreakerTest, runs_under_way_that_hear_the_same_are_no_news) {
    fail(Category::rate_limit, seconds{60});
    now += seconds{1};
    EXPECT_EQ(fail(Category::rate_limit, seconds{60}), Change::none);
    EXPECT_EQ(*breaker.open_until(), start + seconds{60});
    EXPECT_EQ(fail(Category::rate_limit, minutes{30}), Change::longer);
    EXPECT_EQ(*breaker.open_until(), now + minutes{30});
}

TEST_F(BreakerTest, a_restart_goes_on_where_it_was) {
    breaker.restore(start + seconds{20}, 3);
    EXPECT_EQ(state(), State::open);
    now += seconds{20};
    EXPECT_EQ(state(), State::half_open) << "no storm after a restart: one probe";
    fail(Category::server);
    EXPECT_EQ(*breaker.open_until() - now, seconds{240}) << "the fourth pause in a row";
}

TEST_F(BreakerTest, the_store_has_the_last_word) {
    fail_until_open();
    breaker.restore(breaker.open_until(), 1);
    EXPECT_EQ(state(), State::open) << "what it was told is no change";
    breaker.restore(std::nullopt, 0);
    EXPECT_EQ(state(), State::closed) << "an administrator removed the pause";
    fail(Category::server);
    EXPECT_EQ(state(), State::closed) << "and the count starts anew";
    breaker = {};
    fail(Category::rate_limit, seconds{3});
    breaker.restore(std::nullopt, 0);
    EXPECT_EQ(state(), State::open) << "of a short pause the store knows nothing";
}

}  // namespace
}  // namespace torale::scheduler
