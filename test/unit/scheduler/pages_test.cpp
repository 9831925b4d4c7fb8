#include "scheduler/pages.hpp"

#include <gtest/gtest.h>

#include <map>

#include "unit/net/driver.hpp"
#include "unit/net/tiny_server.hpp"

namespace torale::scheduler {
namespace {

using core::Category;
using core::milliseconds;
const Time start_time = *core::parse_time("2026-08-21T08:00:00Z");

struct PagesTest : ::testing::Test {
    net::test::TinyServer server;
    net::Loop net{net::test::open_settings()};
    Pages pages{net, {.bytes_max = 100'000, .timeout = milliseconds{300}}};
    Time now = start_time;
    int requests = 0;

    std::uint64_t ask(const std::string& path, std::string etag = "") {
        return pages.fetch({.url = server.url(path), .etag = std::move(etag), .last_modified = ""},
                           now);
    }
    // Turns until `count` replies are there. Time stands still while the network is at work, and
    // jumps to what the component waits for when it is not.
    std::map<std::uint64_t, PageReply> collect(std::size_t count) {
        std::map<std::uint64_t, PageReply> replies;
        const auto end = std::chrono::steady_clock::now() + net::test::patience;
        while (replies.size() < count && std::chrono::steady_clock::now() < end) {
            pages.turn(now);
            pollfd waiting{net.fd(), POLLIN, 0};
            poll(&waiting, 1, net.in_flight() > 0 ? 20 : 0);
            for (net::Completion& completion : net.turn()) {
                ++requests;
                EXPECT_TRUE(pages.accept(completion, now));
            }
            for (auto& [id, reply] : pages.take_ready()) replies[id] = std::move(reply);
            if (net.in_flight() == 0 && pages.next_turn()) now = std::max(now, *pages.next_turn());
        }
        EXPECT_EQ(replies.size(), count);
        return replies;
    }
    PageReply fetch(const std::string& path, std::string etag = "") {
        const std::uint64_t id = ask(path, std::move(etag));
        return collect(1)[id];
    }
};

TEST_F(PagesTest, reads_robots_txt_once_and_then_the_pages) {
    const PageReply reply = fetch("/ok");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.reply.body, "ok");
    EXPECT_EQ(reply.final_url, server.url("/ok"));
    EXPECT_FALSE(reply.failure);
    EXPECT_EQ(requests, 2);
    fetch("/ok");
    EXPECT_EQ(requests, 3) << "the rules are kept";
    now += std::chrono::hours{25};
    fetch("/ok");
    EXPECT_EQ(requests, 5) << "for a day";
}

TEST_F(PagesTest, leaves_alone_what_the_site_asks_to) {
    const PageReply reply = fetch("/private/x");
    ASSERT_TRUE(reply.failure);
    EXPECT_EQ(reply.failure->category, Category::blocked);
    EXPECT_EQ(reply.failure->message, "the robots.txt of 127.0.0.1 forbids this address");
    EXPECT_EQ(requests, 1);
    EXPECT_TRUE(fetch("/to-private").failure) << "a redirect leads nowhere else";
    pages.apply({.respect_robots = false});
    EXPECT_EQ(fetch("/private/x").status, 200);
}

TEST_F(PagesTest, does_not_fetch_on_a_guess_when_robots_txt_cannot_be_read) {
    const net::test::BoundSocket closed(SOCK_STREAM);
    const std::string url = "http://127.0.0.1:" + std::to_string(closed.port()) + "/x";
    pages.fetch({.url = url, .etag = "", .last_modified = ""}, now);
    pages.fetch({.url = url + "y", .etag = "", .last_modified = ""}, now);
    for (const auto& [id, reply] : collect(2)) {
        ASSERT_TRUE(reply.failure);
        EXPECT_EQ(reply.failure->category, Category::network);
        EXPECT_NE(reply.failure->message.find("robots.txt"), std::string::npos);
    }
    EXPECT_EQ(requests, 1) << "asked once for both";
}

TEST_F(PagesTest, sends_validators_and_hands_them_over) {
    const PageReply first = fetch("/etag");
    EXPECT_EQ(first.etag, "W/\"1\"");
    EXPECT_EQ(first.last_modified, "Thu, 20 Aug 2026 10:00:00 GMT");
    const PageReply second = fetch("/etag", first.etag);
    EXPECT_EQ(second.status, 304);
    EXPECT_FALSE(second.failure);
    EXPECT_EQ(second.etag, "W/\"1\"");
}

TEST_F(PagesTest, follows_a_few_redirects_each_of_them_guarded) {
    const PageReply five = fetch("/hop?5");
    EXPECT_EQ(five.status, 200);
    EXPECT_EQ(five.final_url, server.url("/ok"));
    EXPECT_EQ(five.etag, "") << "validators of another address";
    const PageReply six = fetch("/hop?6");
    ASSERT_TRUE(six.failure);
    EXPECT_EQ(six.failure->message, "the page redirects more than 5 times");
    EXPECT_EQ(fetch("/circle").failure->message, "the page redirects in a circle");
    net.apply(net::test::open_settings("127.0.0.1:1"));
    EXPECT_EQ(fetch("/ok").failure->category, Category::blocked);
}

TEST_F(PagesTest, sends_no_validator_to_the_target_of_a_redirect) {
    const PageReply reply = fetch("/hop?1", "W/\"1\"");
    EXPECT_EQ(reply.status, 200);
}

TEST_F(PagesTest, stops_what_is_too_large_too_slow_or_a_bomb) {
    EXPECT_EQ(fetch("/body?200000").failure->category, Category::too_large);
    EXPECT_EQ(fetch("/chunks?200000").failure->category, Category::too_large);
    EXPECT_EQ(fetch("/bomb?50000000").failure->category, Category::too_large);
    EXPECT_EQ(fetch("/stall").failure->category, Category::timeout);
    EXPECT_TRUE(fetch("/reset").failure);
    EXPECT_EQ(fetch("/gzip").reply.body, "hello");
}

TEST_F(PagesTest, passes_on_the_status_and_what_it_asks_for) {
    EXPECT_EQ(fetch("/status?410").failure->http_status, 410);
    EXPECT_EQ(fetch("/status?429").failure->category, Category::rate_limit);
    EXPECT_EQ(fetch("/status?410").status, 410);
}

TEST_F(PagesTest, visits_a_host_one_request_at_a_time_with_a_pause) {
    for (int i = 0; i < 4; ++i) ask("/delay?20");
    pages.turn(now);
    EXPECT_EQ(net.in_flight(), 1U);
    const Time began = now;
    collect(4);
    EXPECT_EQ(now - began, std::chrono::seconds{3});
}

TEST_F(PagesTest, refuses_what_is_no_web_address) {
    for (const char* url : {"ftp://a.test/x", "file:///etc/passwd", "", "debian-changelog:a/1"}) {
        pages.fetch({.url = url, .etag = "", .last_modified = ""}, now);
    }
    for (const auto& [id, reply] : collect(4)) EXPECT_EQ(reply.failure->category, Category::config);
    EXPECT_EQ(requests, 0);
}

TEST_F(PagesTest, a_cancelled_fetch_says_nothing_and_blocks_nobody) {
    fetch("/ok");
    const std::uint64_t slow = ask("/stall");
    const std::uint64_t waiting = ask("/ok");
    pages.turn(now += std::chrono::seconds{1});
    EXPECT_EQ(net.in_flight(), 1U);
    pages.cancel(slow);
    EXPECT_EQ(net.in_flight(), 0U);
    EXPECT_TRUE(collect(1).contains(waiting));
    ask("/stall");
    pages.turn(now += std::chrono::seconds{2});
    pages.cancel_all();
    EXPECT_EQ(net.in_flight(), 0U);
    EXPECT_EQ(pages.in_flight(), 0U);
    EXPECT_FALSE(pages.next_turn());
}

}  // namespace
}  // namespace torale::scheduler
