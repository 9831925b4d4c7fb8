#include "net/line.hpp"

#include <gtest/gtest.h>

namespace torale::net {
namespace {

TEST(line, is_first_come_first_served_at_a_host) {
    Line line(10);
    for (std::uint64_t id : {1, 2, 3}) line.push("a", id);
    EXPECT_EQ(line.next(), 1u);
    EXPECT_EQ(line.next(), 2u);
    EXPECT_EQ(line.next(), 3u);
    EXPECT_EQ(line.next(), std::nullopt);
    EXPECT_EQ(line.active(), 3u);
}

TEST(line, takes_hosts_in_turn) {
    Line line(10);
    for (std::uint64_t id : {1, 2, 3}) line.push("a", id);
    line.push("b", 4);
    EXPECT_EQ(line.next(), 1u);
    EXPECT_EQ(line.next(), 4u);
    EXPECT_EQ(line.next(), 2u);
}

TEST(line, holds_a_full_host_until_one_of_its_places_is_free) {
    Line line(1);
    line.push("a", 1);
    line.push("a", 2);
    EXPECT_EQ(line.next(), 1u);
    Line::Place* place = line.last_place();
    EXPECT_TRUE(line.is_empty());
    EXPECT_EQ(line.next(), std::nullopt);
    line.release(place);
    EXPECT_FALSE(line.is_empty());
    EXPECT_EQ(line.next(), 2u);
    EXPECT_EQ(line.active(), 1u);
}

TEST(line, moves_on_when_the_limit_grows) {
    Line line(1);
    for (std::uint64_t id : {1, 2, 3}) line.push("a", id);
    line.next();
    line.set_per_host_max(2);
    EXPECT_EQ(line.next(), 2u);
    EXPECT_EQ(line.next(), std::nullopt);
}

TEST(line, keeps_places_of_active_hosts_when_it_forgets_the_others) {
    Line line(1);
    line.push("kept", 1);
    line.next();
    Line::Place* kept = line.last_place();
    for (std::uint64_t id = 2; id < 5000; ++id) {
        line.push("host " + std::to_string(id), id);
        EXPECT_EQ(line.next(), id);
        line.release(line.last_place());
    }
    EXPECT_EQ(kept->active, 1u);
    line.push("kept", 1);
    EXPECT_EQ(line.next(), std::nullopt);
    line.release(kept);
    EXPECT_EQ(line.next(), 1u);
}

}  // namespace
}  // namespace torale::net
