// Timers and pace: pure, time comes in.
#include "net/instant.hpp"

#include <gtest/gtest.h>

#include "net/pace.hpp"

namespace torale::net {
namespace {

using std::chrono::milliseconds;

TEST(timers, come_due_in_order_and_each_once) {
    Timers timers;
    const Instant now{};
    timers.set(now + milliseconds(5), 1);
    timers.set(now, 2);
    timers.set(now, 3);
    timers.set(now - milliseconds(1), 4);
    EXPECT_EQ(timers.next(), now - milliseconds(1));
    EXPECT_EQ(timers.take_due(now), 4u);
    EXPECT_EQ(timers.take_due(now), 2u);
    EXPECT_EQ(timers.take_due(now), 3u);
    EXPECT_EQ(timers.take_due(now), std::nullopt);
    EXPECT_EQ(timers.next(), now + milliseconds(5));
}

TEST(timers, can_be_taken_back) {
    Timers timers;
    const auto key = timers.set(Instant{}, 1);
    timers.unset(key);
    EXPECT_EQ(timers.next(), std::nullopt);
    EXPECT_EQ(timers.take_due(Instant::max()), std::nullopt);
}

TEST(earlier, knows_nothing_as_never) {
    const Instant now{};
    EXPECT_EQ(earlier(std::nullopt, std::nullopt), std::nullopt);
    EXPECT_EQ(earlier(now, std::nullopt), now);
    EXPECT_EQ(earlier(std::nullopt, now), now);
    EXPECT_EQ(earlier(now + milliseconds(1), now), now);
}

TEST(pace, has_room_again_when_transfers_end_or_grow_old) {
    Pace pace;
    const Instant now{};
    std::uint64_t first = 0;
    for (std::size_t at = 0; at < Pace::young_max; ++at) {
        EXPECT_TRUE(pace.has_room(now));
        const auto ticket = pace.started(now);
        if (at == 0) first = ticket;
    }
    EXPECT_FALSE(pace.has_room(now));
    EXPECT_EQ(pace.room_at(), now + Pace::youth);
    pace.ended(first);
    pace.ended(first);
    EXPECT_TRUE(pace.has_room(now));
    pace.started(now);
    EXPECT_FALSE(pace.has_room(now));
    EXPECT_TRUE(pace.has_room(now + Pace::youth));
    pace.ended(first + 1);  // long since grown up
    for (std::size_t at = 0; at < Pace::young_max; ++at) pace.started(now + Pace::youth);
    EXPECT_FALSE(pace.has_room(now + Pace::youth));
}

}  // namespace
}  // namespace torale::net
