#include <gtest/gtest.h>

#include "providers/anthropic.hpp"
#include "unit/providers/wire.hpp"

namespace torale::providers {
namespace {

using core::Category;
using core::Json;
using testing::fixture;
using testing::http;
using testing::now;

Provider service() {
    Provider made = testing::provider("anthropic", Kind::llm, "sk-ant-secret");
    made.price_in_per_mtok = 1.0;
    made.price_out_per_mtok = 5.0;
    return made;
}

Outcome<LlmReply> read(int status, const char* name, std::vector<core::Header> headers = {}) {
    return anthropic::read_reply(
        service(), http(status, fixture(std::string("anthropic/") + name), std::move(headers)),
        now);
}

TEST(read_reply, reads_answer_usage_and_model) {
    const auto reply = read(200, "200_met.json");
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(Json::parse(reply->text)["verdict"], "met");
    EXPECT_EQ(reply->model_version, "claude-haiku-4-5-20251001");
    EXPECT_EQ(reply->usage.tokens_in, 400);
    EXPECT_EQ(reply->usage.tokens_out, 80);
    EXPECT_NEAR(reply->usage.cost_usd, 400 / 1e6 + 80 * 5 / 1e6, 1e-12);
}

TEST(read_reply, counts_what_went_through_the_cache) {
    const Usage usage = read(200, "200_cached.json")->usage;
    EXPECT_EQ(usage.tokens_in, 11'100);
    EXPECT_NEAR(usage.cost_usd, (100 + 1'250 + 1'000) / 1e6 + 80 * 5 / 1e6, 1e-12);
}

TEST(read_reply, joins_the_answer_without_the_thoughts_and_keeps_them_for_later) {
    const auto reply = read(200, "200_thinking.json");
    EXPECT_EQ(Json::parse(reply->text)["confidence"], 90);
    EXPECT_EQ(reply->opaque_turn, Json::parse(fixture("anthropic/200_thinking.json"))["content"]);
}

struct Row {
    const char* name;
    Finish finish;
    const char* raw;
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.name;
}

class Finishes : public ::testing::TestWithParam<Row> {};

TEST_P(Finishes, are_told_apart) {
    const auto reply = read(200, GetParam().name);
    ASSERT_TRUE(reply.ok()) << reply.error().message;
    EXPECT_EQ(reply->finish, GetParam().finish);
    EXPECT_EQ(reply->finish_raw, GetParam().raw);
    EXPECT_EQ(reply->tool_calls.empty(), reply->finish != Finish::tool_calls);
}

INSTANTIATE_TEST_SUITE_P(
    replies, Finishes,
    ::testing::Values(Row{"200_met.json", Finish::stop, "end_turn"},
                      Row{"200_stop_sequence.json", Finish::stop, "stop_sequence"},
                      Row{"200_empty.json", Finish::stop, "end_turn"},
                      Row{"200_parallel_calls.json", Finish::tool_calls, "tool_use"},
                      Row{"200_bad_input.json", Finish::tool_calls, "tool_use"},
                      Row{"200_final_answer.json", Finish::stop, "tool_use"},
                      Row{"200_says_calls_has_none.json", Finish::malformed, "tool_use"},
                      Row{"200_max_tokens.json", Finish::length, "max_tokens"},
                      Row{"200_max_tokens_in_call.json", Finish::length, "max_tokens"},
                      Row{"200_pause_turn.json", Finish::paused, "pause_turn"},
                      Row{"200_refusal.json", Finish::refusal, "refusal"},
                      Row{"200_context_window.json", Finish::context_overflow,
                          "model_context_window_exceeded"},
                      Row{"200_nulls.json", Finish::stop, "end_turn"},
                      Row{"200_invalid_utf8.json", Finish::stop, "end_turn"},
                      Row{"200_unknown_fields.json", Finish::unknown, "a_new_reason"}));

TEST(read_reply, reads_calls_in_their_order) {
    const auto reply = read(200, "200_parallel_calls.json");
    ASSERT_EQ(reply->tool_calls.size(), 2u);
    EXPECT_EQ(reply->tool_calls[0].id, "toolu_1");
    EXPECT_EQ(reply->tool_calls[0].arguments, Json({{"query", "acme launch"}}));
    EXPECT_EQ(reply->tool_calls[1].name, "list_notes");
    const auto bad = read(200, "200_bad_input.json");
    EXPECT_EQ(bad->tool_calls[0].arguments_error, "the arguments are not JSON");
    EXPECT_EQ(bad->opaque_turn[0]["input"], Json::object()) << "the service would refuse its own";
}

TEST(read_reply, takes_the_answer_from_its_call) {
    EXPECT_EQ(Json::parse(read(200, "200_final_answer.json")->text)["verdict"], "met");
}

TEST(read_reply, a_prompt_that_is_too_long_is_no_outage) {
    const auto reply = read(400, "400_too_long.json");
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->finish, Finish::context_overflow);
}

struct Fault {
    int status;
    const char* name;
    Category category;
};
void PrintTo(const Fault& row, std::ostream* out) {
    *out << row.name;
}

class Failures : public ::testing::TestWithParam<Fault> {};

TEST_P(Failures, have_their_category) {
    const auto reply = read(GetParam().status, GetParam().name);
    ASSERT_FALSE(reply.ok());
    EXPECT_EQ(reply.error().category, GetParam().category) << reply.error().message;
    EXPECT_EQ(reply.error().message.find("secret"), std::string::npos);
    EXPECT_TRUE(reply.error().message.starts_with("anthropic: "));
}

INSTANTIATE_TEST_SUITE_P(
    replies, Failures,
    ::testing::Values(Fault{400, "400_missing_max_tokens.json", Category::bad_request},
                      Fault{400, "400_unanswered_call.json", Category::bad_request},
                      Fault{400, "400_credit_balance.json", Category::quota},
                      Fault{401, "401_invalid_key.json", Category::auth},
                      Fault{402, "402_billing.json", Category::quota},
                      Fault{403, "403_permission.json", Category::auth},
                      Fault{404, "404_model.json", Category::bad_request},
                      Fault{413, "413_too_large.json", Category::too_large},
                      Fault{429, "429_rate_limit.json", Category::rate_limit},
                      Fault{500, "500_api_error.json", Category::server},
                      Fault{502, "502_gateway.html", Category::server},
                      Fault{504, "504_timeout.json", Category::server},
                      Fault{529, "529_overloaded.json", Category::overload},
                      Fault{200, "200_error_inside.json", Category::overload},
                      Fault{200, "200_page.html", Category::bad_reply},
                      Fault{200, "200_truncated.json", Category::bad_reply},
                      Fault{200, "200_nothing.json", Category::bad_reply}));

TEST(read_reply, waits_as_long_as_it_is_told) {
    const auto hint = [](int status, const char* name, std::vector<core::Header> headers) {
        return read(status, name, std::move(headers)).error().retry_after;
    };
    EXPECT_FALSE(hint(429, "429_rate_limit.json", {}));
    EXPECT_EQ(hint(429, "429_rate_limit.json", {{"retry-after", "7"}}), core::seconds{7});
    EXPECT_EQ(hint(429, "429_rate_limit.json",
                   {{"anthropic-ratelimit-input-tokens-remaining", "0"},
                    {"anthropic-ratelimit-input-tokens-reset", "2026-08-21T08:00:45Z"},
                    {"anthropic-ratelimit-requests-remaining", "12"},
                    {"anthropic-ratelimit-requests-reset", "2026-08-21T08:10:00Z"}}),
              core::seconds{45})
        << "the window that is used up, no other";
    EXPECT_FALSE(hint(200, "200_error_inside.json", {{"retry-after", "7"}}))
        << "sent with a success, it means nothing";
}

TEST(read_reply, a_retry_after_on_a_success_is_no_trouble) {
    EXPECT_TRUE(read(200, "200_met.json", {{"retry-after", "30"}}).ok());
}

TEST(read_reply, a_fault_of_the_wire_stays_what_it_is) {
    const auto reply = anthropic::read_reply(service(), testing::fault(core::Fault::connect), now);
    EXPECT_EQ(reply.error().category, Category::network);
}

}  // namespace
}  // namespace torale::providers
