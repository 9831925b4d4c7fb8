#include "notify/webhook.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "notify/signature.hpp"

namespace torale::notify::webhook {
namespace {

const core::Time now = *core::parse_time("2025-10-09T08:53:20Z");
const std::string secret = "whsec_dG9yYWxlLXRlc3Qtc2VjcmV0LTAxMjM0NTY3ODlhYmM=";

std::string fixture(const std::string& name) {
    std::ifstream file(std::string(TORALE_FIXTURES) + "/webhook/" + name, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

// What the fixtures tell.
Message message_of_fixture() {
    Message message;
    message.delivery_id = "0198d3a4-9999-7000-8000-00000000000d";
    message.notification_id = "0198d3a4-9999-7000-8000-00000000000e";
    message.execution_id = "0198d3a4-7c1e-7b50-8c0f-5a6b7c8d9e0f";
    message.event_type = "task.condition_met";
    message.created_at = now;
    message.task_id = "0198d3a4-0000-7000-8000-000000000001";
    message.task_name = "Acme launch";
    message.search_query = "When does Acme launch its first rocket?";
    message.condition_description = "a date has been announced";
    message.body = "**Acme** will launch on 14 March 2027.";
    message.completed_at = "2025-10-09 08:53:20.123456+00:00";
    message.sources = {
        {"https://news.example.com/space/acme-launch-date", "Acme sets a launch date"}};
    return message;
}

Channel channel() {
    return {.kind = "webhook",
            .target = "https://hooks.example.com/in",
            .headers = {},
            .secrets = {secret}};
}

core::OrderedJson body_of(const Message& message) {
    return core::OrderedJson::parse(render_payload(message));
}

TEST(render_payload, is_what_receivers_of_the_original_expect_byte_for_byte) {
    Message message = message_of_fixture();
    EXPECT_EQ(render_payload(message), fixture("payload_v1.json"));
    message.context = {{"action", "call back"}};
    EXPECT_EQ(render_payload(message), fixture("payload_v1_context.json"));
}

TEST(render_payload, has_context_only_when_there_is_some) {
    Message message = message_of_fixture();
    for (const core::Json& nothing : {core::Json(), core::Json::object(), core::Json::array()}) {
        message.context = nothing;
        EXPECT_FALSE(body_of(message)["data"].contains("context")) << nothing;
    }
    message.context = {{"a", 1}};
    EXPECT_EQ(body_of(message)["data"]["context"], core::OrderedJson({{"a", 1}}));
}

TEST(render_payload, a_task_without_a_condition_has_null_there) {
    Message message = message_of_fixture();
    message.condition_description.reset();
    const auto task = body_of(message)["data"]["task"];
    ASSERT_TRUE(task.contains("condition_description"));
    EXPECT_TRUE(task["condition_description"].is_null());
}

TEST(render_payload, names_a_test_by_its_delivery_and_a_system_message_by_itself) {
    Message message = message_of_fixture();
    message.event_type = "torale.test";
    EXPECT_EQ(body_of(message)["id"], "test_" + message.delivery_id);
    message.event_type = "torale.notice";
    message.execution_id.clear();
    EXPECT_EQ(body_of(message)["id"], message.notification_id);
}

TEST(render_payload, survives_text_that_is_no_utf8) {
    Message message = message_of_fixture();
    message.body = "caf\xe9 \xff \"quoted\"\n";
    EXPECT_EQ(body_of(message)["data"]["result"]["answer"],
              "caf\xef\xbf\xbd \xef\xbf\xbd \"quoted\"\n");
}

TEST(render_payload, links_nothing_when_nothing_is_cited) {
    Message message = message_of_fixture();
    message.sources.clear();
    EXPECT_EQ(body_of(message)["data"]["result"]["grounding_sources"].dump(), "[]");
}

std::string header(const core::Request& request, const char* name) {
    return std::string(core::find_header(request.headers, name).value_or("(absent)"));
}

TEST(build_request, carries_both_families_of_headers) {
    const Message message = message_of_fixture();
    const core::Request request = build_request(channel(), message, now);
    EXPECT_EQ(request.purpose, core::Purpose::channel);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://hooks.example.com/in");
    EXPECT_EQ(request.body, render_payload(message));
    EXPECT_EQ(header(request, "Content-Type"), "application/json");
    EXPECT_EQ(header(request, "User-Agent"), "Torale-Webhooks/1.0");
    EXPECT_EQ(header(request, "X-Torale-Event"), "task.condition_met");
    EXPECT_EQ(header(request, "X-Torale-Delivery"), message.execution_id);
    EXPECT_EQ(header(request, "X-Torale-Timestamp"), "1760000000");
    EXPECT_EQ(header(request, "X-Torale-Signature"),
              torale_signature(secret, 1760000000, request.body));
    EXPECT_EQ(header(request, "webhook-id"), message.delivery_id);
    EXPECT_EQ(header(request, "webhook-timestamp"), "1760000000");
    EXPECT_EQ(header(request, "webhook-signature"),
              standard_signature({secret}, message.delivery_id, 1760000000, request.body));
}

TEST(build_request, a_later_try_has_the_same_id_and_a_fresh_signature) {
    const Message message = message_of_fixture();
    const core::Request first = build_request(channel(), message, now);
    const core::Request later = build_request(channel(), message, now + core::seconds{300});
    EXPECT_EQ(first.body, later.body);
    EXPECT_EQ(header(first, "webhook-id"), header(later, "webhook-id"));
    EXPECT_EQ(header(later, "webhook-timestamp"), "1760000300");
    EXPECT_NE(header(first, "webhook-signature"), header(later, "webhook-signature"));
    EXPECT_NE(header(first, "X-Torale-Signature"), header(later, "X-Torale-Signature"));
}

TEST(build_request, custom_headers_never_shadow_ours) {
    Channel custom = channel();
    custom.headers = {{"Authorization", "Bearer x"}, {"X-Team", "space"}};
    const std::size_t ours = build_request(channel(), message_of_fixture(), now).headers.size();
    for (const char* name :
         {"content-type", "USER-AGENT", "Host", "Content-Length", "Transfer-Encoding",
          "x-torale-signature", "X-TORALE-EVENT", "x-torale-anything", "Webhook-Id",
          "WEBHOOK-SIGNATURE", "webhook-timestamp"}) {
        custom.headers.push_back({name, "forged"});
    }
    const core::Request request = build_request(custom, message_of_fixture(), now);
    EXPECT_EQ(request.headers.size(), ours + 2);
    EXPECT_EQ(header(request, "authorization"), "Bearer x");
    EXPECT_EQ(header(request, "X-Team"), "space");
    for (const core::Header& one : request.headers) EXPECT_NE(one.value, "forged") << one.name;
}

core::Reply reply(int status, std::string body = "", std::vector<core::Header> headers = {}) {
    core::Reply made;
    made.status = status;
    made.body = std::move(body);
    made.headers = std::move(headers);
    return made;
}

TEST(read_answer, only_2xx_is_delivered_and_only_410_is_gone) {
    for (const int status : {200, 201, 202, 204, 299}) {
        const Answer answer = read_answer(reply(status, "thanks"), now);
        EXPECT_EQ(answer.told, Told::delivered) << status;
        EXPECT_EQ(answer.error, "") << status;
    }
    EXPECT_EQ(read_answer(reply(410), now).told, Told::gone);
    for (const int status :
         {100, 301, 302, 304, 308, 400, 401, 403, 404, 408, 409, 425, 429, 500, 502, 503, 504}) {
        const Answer answer = read_answer(reply(status), now);
        EXPECT_EQ(answer.told, Told::retry) << status;
        EXPECT_NE(answer.error.find(std::to_string(status)), std::string::npos) << answer.error;
    }
}

TEST(read_answer, reads_how_long_to_wait) {
    const auto wait = [](const char* value) {
        return read_answer(reply(429, "", {{"Retry-After", value}}), now).retry_after;
    };
    EXPECT_EQ(wait("120"), core::seconds{120});
    EXPECT_EQ(wait("Thu, 09 Oct 2025 08:54:20 GMT"), core::seconds{60});
    EXPECT_EQ(wait("-5"), std::nullopt);
    EXPECT_EQ(wait("soon"), std::nullopt);
    EXPECT_EQ(read_answer(reply(200, "", {{"Retry-After", "120"}}), now).retry_after, std::nullopt);
}

TEST(read_answer, shows_a_strangers_words_short_and_harmless) {
    const Answer answer = read_answer(
        reply(500, "no\r\nSet-Cookie: a=b\x1b[31m caf\xc3\xa9 " + std::string(10'000, 'x')), now);
    EXPECT_LE(answer.error.size(), 200U);
    EXPECT_EQ(answer.error.find("the receiver answered 500: no  Set-Cookie: a=b [31m caf   xxx"),
              0U)
        << answer.error;
    for (const char c : answer.error) EXPECT_TRUE(c >= ' ' && c < 0x7f);
}

TEST(read_answer, a_broken_exchange_is_tried_again) {
    core::Reply broken;
    broken.fault = core::Fault::blocked;
    broken.fault_text = "the address 10.0.0.1 is not allowed\n" + std::string(500, 'x');
    const Answer answer = read_answer(broken, now);
    EXPECT_EQ(answer.told, Told::retry);
    EXPECT_EQ(answer.error.find("the address 10.0.0.1 is not allowed "), 0U);
    EXPECT_LE(answer.error.size(), 200U);
}

}  // namespace
}  // namespace torale::notify::webhook
