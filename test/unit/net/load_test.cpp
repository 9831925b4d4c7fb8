// Many transfers at once: limits, the waiting line, descriptors, threads.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "driver.hpp"
#include "net/loop.hpp"
#include "tiny_server.hpp"

namespace torale::net::test {
namespace {

using core::Fault;

class load : public testing::Test {
protected:
    static void SetUpTestSuite() { raise_file_limit(4096); }

    TinyServer server;
    LoopSettings settings = open_settings();
};

TEST_F(load, runs_a_thousand_slow_transfers_at_once_and_without_a_thread) {
    settings.connections_per_host_max = 1000;
    const auto threads = count_entries("/proc/self/task");
    Loop net(settings);
    const Stopwatch watch;
    for (int at = 0; at < 1000; ++at) net.start(get(server.url("/delay?200")));
    net.turn();
    EXPECT_EQ(count_entries("/proc/self/task"), threads);
    for (const auto& [transfer, reply] : collect(net, 1000))
        ASSERT_EQ(reply.status, 200) << reply.fault_text;
    EXPECT_EQ(count_entries("/proc/self/task"), threads);
    // One after the other they would take 200 s.
    EXPECT_LT(watch.ms(), 5000);
}

TEST_F(load, does_not_hold_fast_transfers_back_behind_slow_ones) {
    settings.connections_per_host_max = 1000;
    Loop net(settings);
    const auto slow = net.start(get(server.url("/delay?60000")));
    for (int at = 0; at < 1000; ++at) net.start(get(server.url("/ok")));
    const auto replies = collect(net, 1000);
    EXPECT_EQ(replies.count(slow), 0u);
    EXPECT_EQ(net.in_flight(), 1u);
}

TEST_F(load, lets_transfers_wait_in_line_without_counting_it_as_their_time) {
    settings.connections_per_host_max = 2;
    Loop net(settings);
    for (int at = 0; at < 8; ++at) {
        core::Request request = get(server.url("/delay?150"));
        request.limits.total_timeout_ms = 500;
        net.start(std::move(request));
    }
    const Stopwatch watch;
    for (const auto& [transfer, reply] : collect(net, 8)) {
        EXPECT_EQ(reply.status, 200) << reply.fault_text;
        EXPECT_LT(reply.duration_ms, 450);
    }
    EXPECT_GE(watch.ms(), 4 * 150 - 5);
}

TEST_F(load, opens_no_more_connections_than_allowed) {
    settings.connections_max = 20;
    settings.connections_per_host_max = 20;
    Loop net(settings);
    const auto files = count_entries("/proc/self/fd");
    for (int at = 0; at < 100; ++at) net.start(get(server.url("/delay?20")));
    std::ptrdiff_t files_most = 0;
    std::size_t finished = 0;
    const Stopwatch watch;
    while (finished < 100 && watch.ms() < 10'000) {
        for (const Completion& each : net.turn()) finished += each.reply.status == 200 ? 1 : 0;
        files_most = std::max(files_most, count_entries("/proc/self/fd"));
    }
    EXPECT_EQ(finished, 100u);
    EXPECT_LE(files_most - files, 20 + 8);  // curl keeps a few for itself
}

TEST_F(load, gives_every_host_its_turn) {
    TinyServer other;
    settings.connections_max = 1;
    Loop net(settings);
    for (int at = 0; at < 5; ++at) net.start(get(server.url("/ok")));
    const auto late = net.start(get(other.url("/ok")));
    const auto first_three = collect(net, 3);
    EXPECT_EQ(first_three.count(late), 1u);
    collect(net, 3);
}

TEST_F(load, survives_the_end_of_file_descriptors) {
    settings.connections_per_host_max = 500;
    Loop net(settings);
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    rlimit few = before;
    few.rlim_cur = static_cast<rlim_t>(count_entries("/proc/self/fd")) + 40;
    setrlimit(RLIMIT_NOFILE, &few);
    for (int at = 0; at < 200; ++at) net.start(get(server.url("/delay?20")));
    std::size_t answered = 0;
    std::size_t refused = 0;
    bool was_starved = false;
    const Stopwatch watch;
    while (answered + refused < 200 && watch.ms() < 15'000) {
        for (const Completion& each : net.turn()) {
            answered += each.reply.status == 200 ? 1 : 0;
            if (each.reply.status == 200) continue;
            ++refused;
            EXPECT_EQ(each.reply.fault, Fault::no_file) << each.reply.fault_text;
            EXPECT_FALSE(each.reply.request_sent);
        }
        was_starved = was_starved || net.starved();
    }
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(answered + refused, 200u);
    EXPECT_TRUE(was_starved);
    EXPECT_GE(answered, 100u);  // the line waits instead of failing one after the other
    EXPECT_GE(refused, 1u);
}

TEST_F(load, leaves_no_descriptor_behind) {
    const auto files = count_entries("/proc/self/fd");
    {
        Loop net(settings);
        for (int at = 0; at < 50; ++at) net.start(get(server.url("/ok")));
        for (int at = 0; at < 50; ++at) net.start(get(server.url("/delay?60000")));
        collect(net, 50);
    }
    EXPECT_EQ(count_entries("/proc/self/fd"), files);
}

TEST(file_limit, is_raised_and_never_lowered) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const int before = static_cast<int>(limit.rlim_cur);
    EXPECT_EQ(raise_file_limit(1), before);
    EXPECT_GE(raise_file_limit(before), before);
}

}  // namespace
}  // namespace torale::net::test
