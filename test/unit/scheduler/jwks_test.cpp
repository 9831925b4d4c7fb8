#include "scheduler/jwks.hpp"

#include <gtest/gtest.h>

#include "unit/net/driver.hpp"
#include "unit/net/tiny_server.hpp"
#include "unit/scheduler/loop_fixture.hpp"

namespace torale::scheduler {
namespace {

using core::seconds;
using testing::start_time;

JwksClaim claim_after(int failures) {
    return {.url = "https://issuer.test/jwks", .failures = failures, .max_age = seconds{300}};
}

core::Failure failure(int status, std::optional<core::milliseconds> retry_after = {}) {
    core::Failure made;
    made.category = core::Category::server;
    made.http_status = status;
    made.message = "the service failed";
    made.retry_after = retry_after;
    return made;
}

// Hands out what is due, remembers what came back. A document is good when it says so.
class FakeJwksStore final : public JwksStore {
public:
    std::optional<JwksClaim> due;
    std::optional<Time> next;
    std::vector<Time> asked;
    std::vector<JwksDone> done;

    JwksTurn claim_jwks(Time now) override {
        asked.push_back(now);
        return {std::exchange(due, std::nullopt), next};
    }
    std::string fault_of(const std::string& document) const override {
        return document == "good" ? "" : "the JWKS document has no key";
    }
    void finish_jwks(const JwksDone& each) override { done.push_back(each); }
};

TEST(settle_jwks, a_success_is_fetched_again_when_it_is_old) {
    const JwksDone done = settle_jwks(claim_after(5), std::nullopt, start_time, 0.5);
    EXPECT_EQ(done.url, "https://issuer.test/jwks");
    EXPECT_EQ(done.next_fetch_at, start_time + seconds{300});
    EXPECT_EQ(done.failures, 0);
    EXPECT_EQ(done.error, "");
}

TEST(settle_jwks, pauses_grow_with_the_failures) {
    const std::vector<int> pauses_s = {10, 20, 40, 80, 160, 320, 600, 600, 600};
    for (std::size_t failures = 0; failures < pauses_s.size(); ++failures) {
        const auto claim = claim_after(static_cast<int>(failures));
        const JwksDone done = settle_jwks(claim, failure(503), start_time, 0);
        EXPECT_EQ(done.next_fetch_at, start_time + seconds{pauses_s[failures]}) << failures;
        EXPECT_EQ(done.failures, static_cast<int>(failures) + 1);
        EXPECT_EQ(done.error, "the service failed");
        EXPECT_EQ(done.document, "");
    }
    EXPECT_EQ(settle_jwks(claim_after(1'000'000), failure(503), start_time, 0).next_fetch_at,
              start_time + seconds{600});
}

TEST(settle_jwks, pauses_are_shortened_by_a_quarter_at_most) {
    EXPECT_EQ(settle_jwks(claim_after(2), failure(503), start_time, 0.5).next_fetch_at,
              start_time + seconds{35});
}

TEST(settle_jwks, a_pause_that_the_issuer_asks_for_is_kept_up_to_an_hour) {
    const auto pause_of = [](seconds asked) {
        return settle_jwks(claim_after(0), failure(429, asked), start_time, 0).next_fetch_at -
               start_time;
    };
    EXPECT_EQ(pause_of(seconds{1}), seconds{10});
    EXPECT_EQ(pause_of(seconds{120}), seconds{120});
    EXPECT_EQ(pause_of(seconds{86'400}), seconds{3600});
}

TEST(settle_jwks, an_error_has_a_length_a_table_takes) {
    core::Failure long_one = failure(0);
    long_one.message = std::string(10'000, 'x') + "\xFF";
    EXPECT_LE(settle_jwks(claim_after(0), long_one, start_time, 0).error.size(), 600U);
}

TEST(jwks_request, is_the_administrators_call) {
    const core::Request request = jwks_request(claim_after(0));
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.url, "https://issuer.test/jwks");
    EXPECT_EQ(request.purpose, core::Purpose::provider);
    EXPECT_EQ(request.limits.body_bytes_max, 256 << 10);
    EXPECT_LE(request.limits.total_timeout_ms, 10'000);
    EXPECT_EQ(request.body, "");
}

struct JwksTest : ::testing::Test {
    FakeJwksStore store;
    net::Loop net{net::test::open_settings()};
    Jwks jwks{store, net};
    net::test::TinyServer server;
    Time at = start_time;

    void offer(const std::string& path) {
        store.due = {.url = server.url(path), .failures = 0, .max_age = seconds{300}};
    }
    // One claim, answered and stored.
    JwksDone fetch(const std::string& path) {
        offer(path);
        jwks.set_active(true);
        jwks.look_again();
        at += seconds{2};
        jwks.turn(at);
        EXPECT_EQ(net.in_flight(), 1U) << path;
        for (auto& [transfer, reply] : net::test::collect(net, 1)) {
            EXPECT_TRUE(jwks.accept({transfer, std::move(reply)}, at));
        }
        EXPECT_EQ(jwks.next_turn(), Time{}) << "what came is stored at once";
        jwks.turn(at);
        return store.done.back();
    }
};

TEST_F(JwksTest, what_comes_is_stored) {
    const JwksDone done = fetch("/say?676f6f64&");
    EXPECT_EQ(done.document, "good");
    EXPECT_EQ(done.error, "");
    EXPECT_EQ(done.next_fetch_at, at + seconds{300});
    EXPECT_EQ(jwks.next_turn(), at + seconds{300}) << "nobody has to ask for it";
}

TEST_F(JwksTest, what_is_no_key_list_or_did_not_come_is_an_error_and_no_document) {
    EXPECT_EQ(fetch("/ok").error, "the JWKS document has no key");
    EXPECT_NE(fetch("/status?500").error.find("HTTP 500"), std::string::npos);
    EXPECT_NE(fetch("/status?204").error.find("HTTP 204"), std::string::npos);
    EXPECT_NE(fetch("/status?304").error.find("HTTP 304"), std::string::npos);
    EXPECT_NE(fetch("/redirect").error, "") << "another address is not the administrator's";
    EXPECT_NE(fetch("/body?300000").error, "");
    EXPECT_NE(fetch("/bomb?1000000").error, "");
    EXPECT_NE(fetch("/reset").error, "");
    EXPECT_NE(fetch("/drop").error, "");
    for (const JwksDone& done : store.done) {
        EXPECT_EQ(done.document, "");
        EXPECT_EQ(done.failures, 1);
    }
}

TEST_F(JwksTest, an_address_that_the_guard_refuses_is_not_called) {
    net.apply(net::test::open_settings("feed:127.0.0.1"));
    const JwksDone done = fetch("/say?676f6f64&");
    EXPECT_EQ(done.document, "");
    EXPECT_NE(done.error, "");
}

TEST_F(JwksTest, a_held_database_fetches_nothing) {
    offer("/ok");
    jwks.turn(at);
    EXPECT_EQ(jwks.next_turn(), std::nullopt);
    EXPECT_TRUE(store.asked.empty());
    jwks.set_active(true);
    jwks.turn(at);
    EXPECT_EQ(store.asked.size(), 1U);
}

TEST_F(JwksTest, is_asked_when_due_or_told_and_once_a_second_at_most) {
    jwks.set_active(true);
    store.next = at + seconds{60};
    jwks.turn(at);
    EXPECT_EQ(jwks.next_turn(), at + seconds{60});
    jwks.turn(at + seconds{59});
    EXPECT_EQ(store.asked.size(), 1U) << "nothing was written";
    jwks.turn(at + seconds{60});
    EXPECT_EQ(store.asked.size(), 2U);
    jwks.look_again();
    EXPECT_EQ(jwks.next_turn(), at + seconds{61});
    jwks.turn(at + seconds{60});
    EXPECT_EQ(store.asked.size(), 2U);
    jwks.turn(at + seconds{61});
    EXPECT_EQ(store.asked.size(), 3U);
}

TEST_F(JwksTest, one_fetch_at_a_time) {
    offer("/stall");
    jwks.set_active(true);
    jwks.turn(at);
    ASSERT_EQ(net.in_flight(), 1U);
    offer("/ok");
    jwks.look_again();
    jwks.turn(at + seconds{5});
    EXPECT_EQ(net.in_flight(), 1U);
    EXPECT_EQ(jwks.next_turn(), std::nullopt) << "the answer wakes it";
    EXPECT_FALSE(jwks.accept({12345, {}}, at)) << "another transfer's";
}

struct LoopJwksTest : testing::LoopTest {
    FakeJwksStore keys;
    net::test::TinyServer server;

    void run_with_keys(const std::function<bool()>& is_over) {
        sleeper.before_turn = [&, this] {
            Sleeper::Wake wake;
            wake.stop = is_over() || ++turn >= testing::turns_max;
            return wake;
        };
        Loop loop(store, net, sleeper, clock, limits);
        loop.fetch_keys(keys);
        loop.keep_running([] {});
        EXPECT_LT(turn, testing::turns_max) << "it was never over";
    }
};

TEST_F(LoopJwksTest, the_loop_fetches_keys_between_its_runs) {
    keys.due = {.url = server.url("/say?676f6f64&"), .failures = 0, .max_age = seconds{300}};
    run_with_keys([this] { return !keys.done.empty(); });
    EXPECT_EQ(keys.done.at(0).document, "good");
}

TEST_F(LoopJwksTest, the_loop_does_not_fetch_for_a_held_database) {
    store.state.is_active = false;
    keys.due = {.url = server.url("/ok"), .failures = 0, .max_age = seconds{300}};
    run_with_keys([this, end = clock.at + seconds{30}] { return clock.at >= end; });
    EXPECT_TRUE(keys.asked.empty());
}

}  // namespace
}  // namespace torale::scheduler
