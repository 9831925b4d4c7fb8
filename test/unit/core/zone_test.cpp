// Wall-clock time of zones, and back.
#include "core/zone.hpp"

#include <gtest/gtest.h>

namespace torale::core {
namespace {

Time at(const char* text) {
    return parse_time(text).value();
}
LocalTime wall(const char* text) {
    return LocalTime{at(text).time_since_epoch()};
}

TEST(zone, tells_local_time) {
    const Zone berlin = find_zone("Europe/Berlin").value();
    EXPECT_EQ(berlin.to_local(at("2026-01-01T12:00:00Z")), wall("2026-01-01T13:00:00"));
    EXPECT_EQ(berlin.to_local(at("2026-07-01T12:00:00.25Z")), wall("2026-07-01T14:00:00.25"));
}

TEST(zone, finds_the_instant_of_a_local_time) {
    const Zone kathmandu = find_zone("Asia/Kathmandu").value();
    EXPECT_EQ(kathmandu.to_time(wall("2026-01-01T00:00:00.5")), at("2025-12-31T18:15:00.5Z"));
}

TEST(zone, moves_a_missing_local_time_to_the_end_of_the_gap) {
    const Zone york = find_zone("America/New_York").value();
    for (const char* missing :
         {"2026-03-08T02:00", "2026-03-08T02:30:01.5", "2026-03-08T02:59:59"}) {
        EXPECT_EQ(york.to_time(wall(missing)), at("2026-03-08T07:00:00Z")) << missing;
    }
    EXPECT_EQ(york.to_time(wall("2026-03-08T03:00")), at("2026-03-08T07:00:00Z"));
}

TEST(zone, takes_the_first_of_two) {
    const Zone york = find_zone("America/New_York").value();
    EXPECT_EQ(york.to_time(wall("2026-11-01T01:00")), at("2026-11-01T05:00:00Z"));
    EXPECT_EQ(york.to_time(wall("2026-11-01T01:59")), at("2026-11-01T05:59:00Z"));
    EXPECT_EQ(york.to_time(wall("2026-11-01T02:00")), at("2026-11-01T07:00:00Z"));
}

TEST(zone, keeps_the_order_of_local_times) {
    for (const char* name : {"America/New_York", "Australia/Lord_Howe", "Antarctica/Troll",
                             "Pacific/Apia", "Africa/Casablanca", "America/St_Johns"}) {
        const Zone zone = find_zone(name).value();
        LocalTime local = wall("2011-01-01T00:00");
        Time before = zone.to_time(local);
        for (int i = 0; i < 60'000; ++i) {
            local.since_epoch += std::chrono::minutes{37};
            const Time time = zone.to_time(local);
            ASSERT_LE(before, time) << name << " at " << write_time(time);
            before = time;
        }
    }
}

TEST(zone, comes_back_from_local_time_except_in_a_second_pass) {
    const Zone sydney = find_zone("Australia/Sydney").value();
    const Time first = at("2026-04-04T15:30:00Z");
    EXPECT_EQ(sydney.to_time(sydney.to_local(first)), first);
    EXPECT_EQ(sydney.to_time(sydney.to_local(first + std::chrono::hours{1})), first);
}

TEST(find_zone, refuses_what_is_no_zone) {
    EXPECT_FALSE(find_zone("Nowhere/Land"));
    EXPECT_FALSE(find_zone(""));
}

}  // namespace
}  // namespace torale::core
