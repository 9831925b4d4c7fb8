#include "scheduler/outlet.hpp"

#include <gtest/gtest.h>

#include "unit/scheduler/fake_store.hpp"

namespace torale::scheduler {
namespace {

using core::milliseconds;
using std::chrono::seconds;
using testing::start_time;

TEST(outlet, the_bucket_fills_by_the_rate_up_to_a_tenth_of_a_second) {
    Outlet outlet;
    outlet.provider.rate_per_s = 40;
    const auto take_all = [&](Time now) {
        int count = 0;
        for (; outlet.has_turn(now); ++count) outlet.take_turn();
        return count;
    };
    EXPECT_EQ(take_all(start_time), 4);
    EXPECT_EQ(take_all(start_time), 0);
    EXPECT_EQ(take_all(start_time + milliseconds{25}), 1);
    EXPECT_EQ(take_all(start_time + seconds{60}), 4) << "what was not used is not saved up";
    EXPECT_EQ(take_all(start_time), 0) << "a clock set back gives nothing";
    EXPECT_EQ(take_all(start_time + milliseconds{25}), 1) << "and takes nothing";
}

TEST(outlet, delayed_calls_ripen_in_their_order_and_stand_by_due_time) {
    Outlet outlet;
    const auto wait = [&](std::uint64_t run, int due_s, int delay_s) {
        outlet.wait({.run = run,
                     .call = 1,
                     .due = start_time + seconds{due_s},
                     .not_before = start_time + seconds{delay_s},
                     .request = {}},
                    start_time);
    };
    wait(1, 5, 2);
    wait(2, -5, 3);
    wait(3, 0, 0);
    EXPECT_EQ(outlet.ready.size(), 1U);
    outlet.ripen(start_time + seconds{2});
    EXPECT_EQ(outlet.ready.size(), 2U);
    outlet.ripen(start_time + seconds{3});
    std::vector<std::uint64_t> order;
    for (const auto& [due, call] : outlet.ready) order.push_back(call.run);
    EXPECT_EQ(order, (std::vector<std::uint64_t>{2, 3, 1}));
}

}  // namespace
}  // namespace torale::scheduler
