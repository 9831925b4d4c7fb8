#include "notify/catalog.hpp"

#include <gtest/gtest.h>

#include "notify/webhook.hpp"

namespace torale::notify {
namespace {

const core::Time now = *core::parse_time("2025-10-09T08:53:20Z");

TEST(catalog, sends_a_webhook_as_webhook_does) {
    Channel channel;
    channel.kind = "webhook";
    channel.target = "https://hooks.example.com/in";
    channel.secrets = {"whsec_dG9yYWxlLXRlc3Qtc2VjcmV0LTAxMjM0NTY3ODlhYmM="};
    Message message;
    message.delivery_id = "delivery-1";
    message.execution_id = "execution-1";
    message.event_type = "task.condition_met";
    message.created_at = now;
    EXPECT_EQ(build_request(channel, message, now), webhook::build_request(channel, message, now));

    core::Reply reply;
    reply.status = 410;
    EXPECT_EQ(read_answer(channel, reply, now).told, Told::gone);
    reply.status = 204;
    EXPECT_EQ(read_answer(channel, reply, now).told, Told::delivered);
}

}  // namespace
}  // namespace torale::notify
