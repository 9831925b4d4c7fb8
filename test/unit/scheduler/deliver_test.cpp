#include "scheduler/deliver.hpp"

#include <gtest/gtest.h>

#include "unit/net/driver.hpp"
#include "unit/net/tiny_server.hpp"
#include "unit/scheduler/fakes.hpp"

namespace torale::scheduler {
namespace {

using std::chrono::seconds;
using testing::start_time;

DeliveryClaim claim_at(int attempt) {
    DeliveryClaim claim;
    claim.delivery_id = "delivery-1";
    claim.token = 7;
    claim.attempt = attempt;
    return claim;
}

notify::Answer answer(notify::Told told, std::optional<core::milliseconds> after = {}) {
    return {.told = told, .error = "", .retry_after = after};
}

DeliveryDone settle(int attempt, const notify::Answer& said, double unit_random = 0) {
    return settle_delivery(claim_at(attempt), said, DeliveryLimits{}, start_time, unit_random);
}

TEST(settle_delivery, an_accepted_one_is_over) {
    const DeliveryDone done = settle(3, answer(notify::Told::delivered));
    EXPECT_EQ(done.status, DeliveryStatus::delivered);
    EXPECT_FALSE(done.next_attempt_at);
    EXPECT_FALSE(done.disable_channel);
    EXPECT_EQ(done.delivery_id, "delivery-1");
    EXPECT_EQ(done.token, 7);
    EXPECT_EQ(done.attempt, 3);
}

TEST(settle_delivery, gone_is_dead_and_disables_the_channel) {
    const DeliveryDone done = settle(1, answer(notify::Told::gone));
    EXPECT_EQ(done.status, DeliveryStatus::dead);
    EXPECT_TRUE(done.disable_channel);
    EXPECT_FALSE(settle(1, answer(notify::Told::refused)).disable_channel);
    EXPECT_EQ(settle(1, answer(notify::Told::refused)).status, DeliveryStatus::dead);
}

TEST(settle_delivery, others_are_tried_again_until_the_attempts_are_used_up) {
    for (int attempt = 1; attempt < 12; ++attempt) {
        const DeliveryDone done = settle(attempt, answer(notify::Told::retry));
        EXPECT_EQ(done.status, DeliveryStatus::pending) << attempt;
        EXPECT_EQ(done.next_attempt_at, start_time + delivery_pause(attempt)) << attempt;
    }
    const DeliveryDone last = settle(12, answer(notify::Told::retry));
    EXPECT_EQ(last.status, DeliveryStatus::dead);
    EXPECT_FALSE(last.next_attempt_at);
    EXPECT_FALSE(last.disable_channel) << "the next finding is told there again";
}

TEST(settle_delivery, comes_at_most_a_quarter_early) {
    for (const double unit_random : {0.0, 0.25, 0.5, 0.999}) {
        const auto wait =
            *settle(4, answer(notify::Told::retry), unit_random).next_attempt_at - start_time;
        EXPECT_LE(wait, seconds{3600});
        EXPECT_GE(wait, seconds{2700});
    }
    EXPECT_NE(settle(4, answer(notify::Told::retry), 0.1).next_attempt_at,
              settle(4, answer(notify::Told::retry), 0.9).next_attempt_at);
}

TEST(settle_delivery, retry_after_makes_it_later_never_earlier) {
    const auto wait = [](core::milliseconds hint) {
        return *settle(1, answer(notify::Told::retry, hint)).next_attempt_at - start_time;
    };
    EXPECT_EQ(wait(seconds{600}), seconds{600});
    EXPECT_EQ(wait(seconds{5}), seconds{60});
}

TEST(delivery_pause, begins_as_in_the_original_and_spans_three_days) {
    EXPECT_EQ(delivery_pause(1), seconds{60});
    EXPECT_EQ(delivery_pause(2), seconds{300});
    EXPECT_EQ(delivery_pause(3), seconds{900});
    seconds total{0};
    for (int attempt = 1; attempt < DeliveryLimits{}.max_attempts; ++attempt) {
        EXPECT_GT(delivery_pause(attempt),
                  total == seconds{0} ? total : delivery_pause(attempt - 1));
        total += delivery_pause(attempt);
    }
    EXPECT_NEAR(static_cast<double>(total.count()) / 3600, 76, 1);
    EXPECT_EQ(delivery_pause(99), delivery_pause(11))
        << "a longer schedule goes on at the same pace";
}

struct DelivererTest : ::testing::Test {
    net::test::TinyServer server;
    net::Loop net{net::test::open_settings()};
    testing::FakeStore store;
    Deliverer deliverer{store, net, DeliveryLimits{}};

    void queue(const std::string& path, int number = 1) {
        DeliveryClaim claim = claim_at(1);
        claim.delivery_id = "delivery-" + std::to_string(number);
        claim.channel.kind = "webhook";
        claim.channel.target = server.url(path);
        claim.channel.secrets = {"whsec_dG9yYWxlLXRlc3Qtc2VjcmV0LTAxMjM0NTY3ODlhYmM="};
        claim.message.delivery_id = claim.delivery_id;
        claim.message.event_type = "task.condition_met";
        store.outbox.push_back(claim);
    }
    // Turns until `count` deliveries are marked.
    void deliver(std::size_t count) {
        deliverer.set_active(true);
        const auto end = std::chrono::steady_clock::now() + net::test::patience;
        while (store.delivered.size() < count && std::chrono::steady_clock::now() < end) {
            deliverer.turn(start_time);
            pollfd waiting{net.fd(), POLLIN, 0};
            poll(&waiting, 1, net.in_flight() > 0 ? 20 : 0);
            for (net::Completion& completion : net.turn()) {
                EXPECT_TRUE(deliverer.accept(completion, start_time));
            }
        }
        ASSERT_EQ(store.delivered.size(), count);
    }
};

TEST_F(DelivererTest, sends_and_marks) {
    queue("/ok");
    deliver(1);
    EXPECT_EQ(store.delivered[0].status, DeliveryStatus::delivered);
    EXPECT_EQ(store.delivered[0].response_status, 200);
    EXPECT_EQ(store.delivered[0].token, 7);
    EXPECT_EQ(deliverer.in_flight(), 0U);
}

TEST_F(DelivererTest, an_answer_decides_about_its_own_delivery) {
    queue("/status?410", 1);
    queue("/status?503", 2);
    queue("/redirect", 3);
    queue("/drop", 4);
    queue("/ok", 5);
    deliver(5);
    std::map<std::string, const DeliveryDone*> by_id;
    for (const DeliveryDone& done : store.delivered) by_id[done.delivery_id] = &done;
    EXPECT_TRUE(by_id.at("delivery-1")->disable_channel);
    for (const char* id : {"delivery-2", "delivery-3", "delivery-4"}) {
        EXPECT_EQ(by_id.at(id)->status, DeliveryStatus::pending) << id;
        EXPECT_FALSE(by_id.at(id)->error.empty()) << id;
    }
    EXPECT_EQ(by_id.at("delivery-3")->response_status, 302) << "a redirect is not followed";
    EXPECT_EQ(by_id.at("delivery-4")->response_status, 0);
    EXPECT_EQ(by_id.at("delivery-5")->status, DeliveryStatus::delivered);
}

TEST_F(DelivererTest, sends_nothing_while_the_database_is_silent) {
    queue("/ok");
    deliverer.turn(start_time);
    EXPECT_EQ(store.count("claim_deliveries"), 0);
    EXPECT_FALSE(deliverer.next_turn());
}

TEST_F(DelivererTest, takes_no_more_than_there_is_room_for) {
    DeliveryLimits limits;
    limits.max_inflight = 2;
    deliverer.apply(limits);
    deliverer.set_active(true);
    for (int i = 1; i <= 5; ++i) queue("/ok", i);
    deliverer.turn(start_time);
    EXPECT_EQ(deliverer.in_flight(), 2U);
    EXPECT_FALSE(deliverer.next_turn()) << "it waits for an answer, not for the clock";
    deliver(5);
}

TEST_F(DelivererTest, a_transfer_of_somebody_else_is_not_taken) {
    net::Completion completion;
    completion.transfer = 4711;
    EXPECT_FALSE(deliverer.accept(completion, start_time));
    EXPECT_TRUE(store.delivered.empty());
}

}  // namespace
}  // namespace torale::scheduler
