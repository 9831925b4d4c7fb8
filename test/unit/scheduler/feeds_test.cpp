#include "scheduler/feeds.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "unit/net/driver.hpp"
#include "unit/net/tiny_server.hpp"
#include "unit/scheduler/fake_store.hpp"

namespace torale::scheduler {
namespace {

using core::seconds;
using std::chrono::hours;
using testing::start_time;

FeedRow row_of(FeedKind kind = FeedKind::automatic, int failures = 0) {
    FeedRow row;
    row.feed_id = "feed-" + std::to_string(static_cast<int>(kind));
    row.token = 7;
    row.kind = kind;
    row.failures = failures;
    if (failures > 0) row.failing_since = start_time - hours{24};
    return row;
}

core::Failure failure(int status, core::Category category = core::Category::server) {
    core::Failure made;
    made.category = category;
    made.http_status = status;
    made.message = "the service failed";
    return made;
}

FeedRowDone settle(const FeedRow& row, std::optional<core::Failure> why, seconds at_least = {},
                   double unit_random = 0) {
    return settle_feed(row, why, at_least, start_time, unit_random);
}

std::string fixture(const char* name) {
    std::ifstream file(std::string(TORALE_FIXTURES) + "/" + name, std::ios::binary);
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

PageReply page_reply(std::string body, const char* type = "text/html") {
    PageReply reply;
    reply.status = reply.reply.status = 200;
    reply.final_url = "https://acme.test/feed";
    reply.etag = "\"1\"";
    reply.reply.headers = {{"Content-Type", type}};
    reply.reply.body = std::move(body);
    return reply;
}

std::vector<FeedDone> read(std::vector<FeedRow> rows, const PageReply& reply) {
    FeedClaim claim{.url = "https://acme.test/feed", .etag = "", .last_modified = "", .rows = rows};
    return read_polled(claim, reply, start_time, 0);
}

TEST(settle_feed, a_good_poll_is_followed_by_the_next) {
    const FeedRowDone done = settle(row_of(FeedKind::feed, 3), std::nullopt);
    EXPECT_EQ(done.next_poll_at, start_time + seconds{1800});
    EXPECT_EQ(done.failures, 0);
    EXPECT_FALSE(done.failing_since);
    EXPECT_EQ(done.error, "");
    EXPECT_EQ(settle(row_of(), std::nullopt, seconds{7200}).next_poll_at,
              start_time + seconds{7200})
        << "the feed asked for it";
    EXPECT_EQ(settle(row_of(), std::nullopt, {}, 0.5).next_poll_at, start_time + seconds{1890});
}

TEST(settle_feed, failures_are_tried_again_later_and_later) {
    seconds before{0};
    for (int failures = 0; failures < 8; ++failures) {
        const FeedRowDone done = settle(row_of(FeedKind::feed, failures), failure(503));
        const auto pause = std::chrono::duration_cast<seconds>(done.next_poll_at - start_time);
        EXPECT_TRUE(pause > before || pause == hours{24}) << failures;
        EXPECT_LE(pause, hours{24});
        EXPECT_EQ(done.failures, failures + 1);
        EXPECT_EQ(done.error, "HTTP 503: the service failed");
        EXPECT_EQ(done.disabled_reason, "");
        before = pause;
    }
    EXPECT_EQ(settle(row_of(), failure(503)).failing_since, start_time);
    EXPECT_LT(settle(row_of(), failure(503), {}, 0.9).next_poll_at, start_time + seconds{1800});
}

TEST(settle_feed, retry_after_makes_it_later_never_earlier) {
    core::Failure why = failure(429, core::Category::rate_limit);
    why.retry_after = seconds{7200};
    EXPECT_EQ(settle(row_of(), why).next_poll_at, start_time + seconds{7200});
    why.retry_after = seconds{1};
    EXPECT_EQ(settle(row_of(), why).next_poll_at, start_time + seconds{1800});
}

TEST(settle_feed, gives_up_what_is_gone_and_what_stays_missing) {
    EXPECT_EQ(settle(row_of(), failure(410)).disabled_reason, "the address answered 410 Gone");
    FeedRow row = row_of(FeedKind::feed, 3);
    row.failing_since = start_time - hours{7 * 24 - 1};
    EXPECT_EQ(settle(row, failure(404)).disabled_reason, "");
    row.failing_since = start_time - hours{7 * 24};
    EXPECT_EQ(settle(row, failure(404)).disabled_reason,
              "the address has answered 404 Not Found for a week");
    EXPECT_EQ(settle(row, failure(503)).disabled_reason, "") << "a server may come back";
}

TEST(read_polled, items_become_documents) {
    const auto all = read({row_of(FeedKind::feed)}, page_reply(fixture("feed/rss.xml")));
    ASSERT_EQ(all.size(), 1U);
    const FeedDone& done = all[0];
    EXPECT_TRUE(done.is_read);
    EXPECT_EQ(done.etag, "\"1\"");
    EXPECT_EQ(done.title, "ACME & friends");
    ASSERT_EQ(done.documents.size(), 4U);
    EXPECT_EQ(done.documents[0].url, "https://acme.test/news/1");
    EXPECT_EQ(done.documents[0].published_at, core::parse_time("2026-08-20T15:00:00Z"));
    EXPECT_EQ(done.documents[2].url, "https://acme.test/feed") << "an item without a link";
    EXPECT_EQ(done.documents[2].text, done.documents[2].title) << "an item without a text";
    EXPECT_EQ(done.rows[0].next_poll_at, start_time + seconds{90 * 60}) << "its ttl";
    EXPECT_FALSE(done.page);
}

TEST(read_polled, a_page_comes_as_sentences) {
    const auto all =
        read({row_of(FeedKind::page)}, page_reply("<title>Shop</title><p>It costs $5. Ships "
                                                  "today!</p><ul><li>One</li></ul>"));
    ASSERT_EQ(all.size(), 1U);
    ASSERT_TRUE(all[0].page);
    EXPECT_EQ(all[0].page->title, "Shop");
    ASSERT_EQ(all[0].page->sentences.size(), 3U);
    EXPECT_EQ(all[0].page->sentences[0].text, "It costs $5.");
    EXPECT_EQ(all[0].page->sentences[0].hash.size(), 16U);
    EXPECT_TRUE(all[0].documents.empty());
}

TEST(read_polled, each_row_has_it_read_as_it_asked) {
    const std::vector<FeedRow> rows{row_of(FeedKind::automatic), row_of(FeedKind::feed),
                                    row_of(FeedKind::page)};
    const auto html = read(rows, page_reply("<html><body><p>Just a page.</p></body></html>"));
    ASSERT_EQ(html.size(), 3U);
    EXPECT_TRUE(html[0].page) << "auto looks at what comes";
    EXPECT_EQ(html[1].rows[0].error, "the address answers with an HTML page, not with a feed");
    EXPECT_EQ(html[1].rows[0].failures, 1);
    EXPECT_FALSE(html[1].is_read);
    EXPECT_TRUE(html[2].page);
    const auto feed = read(rows, page_reply(fixture("feed/atom.xml"), "application/atom+xml"));
    EXPECT_EQ(feed[0].documents.size(), 2U);
    EXPECT_EQ(feed[1].documents.size(), 2U);
    EXPECT_EQ(feed[2].rows[0].error, "not a page with readable text: application/atom+xml");
}

TEST(read_polled, nothing_new_is_no_failure) {
    PageReply reply;
    reply.status = reply.reply.status = 304;
    reply.reply.headers = {{"Cache-Control", "public, max-age=3600"}};
    const auto all = read({row_of(FeedKind::feed, 2)}, reply);
    EXPECT_FALSE(all[0].is_read);
    EXPECT_EQ(all[0].rows[0].failures, 0);
    EXPECT_EQ(all[0].rows[0].error, "");
    EXPECT_EQ(all[0].rows[0].next_poll_at, start_time + seconds{3600}) << "max-age";
}

struct FeedsTest : ::testing::Test {
    net::test::TinyServer server;
    net::Loop net{net::test::open_settings()};
    testing::FakeStore store;
    Pages pages{net, {.respect_robots = false, .host_pause = core::milliseconds{0}}};
    Feeds feeds{store, pages};
    Time now = start_time;

    void queue(const std::string& path, int rows = 1) {
        FeedClaim claim{.url = server.url(path), .etag = "", .last_modified = "", .rows = {}};
        for (int i = 0; i < rows; ++i) claim.rows.push_back(row_of());
        store.feeds.push_back(claim);
    }
    void poll_until(std::size_t count) {
        feeds.set_active(true);
        const auto end = std::chrono::steady_clock::now() + net::test::patience;
        while (store.polled.size() < count && std::chrono::steady_clock::now() < end) {
            feeds.turn(now);
            pages.turn(now);
            pollfd waiting{net.fd(), POLLIN, 0};
            poll(&waiting, 1, net.in_flight() > 0 ? 20 : 0);
            for (net::Completion& completion : net.turn()) {
                EXPECT_TRUE(pages.accept(completion, now));
            }
            for (auto& [page, reply] : pages.take_ready()) {
                EXPECT_TRUE(feeds.accept(page, reply, now));
            }
            now += core::milliseconds{50};
        }
        ASSERT_EQ(store.polled.size(), count);
    }
};

TEST_F(FeedsTest, one_fetch_serves_every_row_of_an_address) {
    queue("/echo", 3);
    poll_until(1);
    EXPECT_EQ(store.polled[0].rows.size(), 3U);
    EXPECT_NE(store.polled[0].rows[0].error, "") << "an echo is no feed";
}

TEST_F(FeedsTest, a_feed_that_fails_keeps_nobody_from_being_polled) {
    queue("/status?500");
    queue("/drop");
    queue("/bomb?100000000");
    queue("/circle");
    queue("/status?304");
    poll_until(5);
    int failed = 0;
    for (const FeedDone& done : store.polled) failed += done.rows[0].failures;
    EXPECT_EQ(failed, 4);
}

TEST_F(FeedsTest, holds_no_more_than_a_few_replies_at_once) {
    for (int i = 0; i < 40; ++i) queue("/status?304");
    poll_until(40);
    for (const int limit : store.feed_limits) EXPECT_LE(limit, 16);
}

TEST_F(FeedsTest, a_held_database_polls_nothing) {
    queue("/ok");
    feeds.turn(now);
    EXPECT_TRUE(store.feed_limits.empty());
    EXPECT_FALSE(feeds.next_turn());
}

TEST_F(FeedsTest, waits_for_the_next_poll) {
    feeds.set_active(true);
    store.feed_at = start_time + hours{1};
    feeds.turn(now);
    EXPECT_EQ(feeds.next_turn(), start_time + hours{1});
    feeds.turn(now + seconds{1});
    EXPECT_EQ(store.feed_limits.size(), 1U) << "nothing to look for";
    feeds.look_again();
    feeds.turn(now + seconds{2});
    EXPECT_EQ(store.feed_limits.size(), 2U);
}

}  // namespace
}  // namespace torale::scheduler
