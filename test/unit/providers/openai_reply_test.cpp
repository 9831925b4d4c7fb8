#include <gtest/gtest.h>

#include "providers/openai.hpp"
#include "unit/providers/wire.hpp"

namespace torale::providers {
namespace {

using core::Category;
using core::Json;
using testing::fixture;
using testing::http;
using testing::now;

Provider service() {
    Provider made = testing::provider("openai", Kind::llm, "sk-secret-key");
    made.price_in_per_mtok = 1.0;
    made.price_out_per_mtok = 10.0;
    return made;
}

Outcome<LlmReply> read(int status, const char* name, std::vector<core::Header> headers = {}) {
    return openai::read_reply(
        service(), http(status, fixture(std::string("openai/") + name), std::move(headers)), now);
}

TEST(read_reply, reads_answer_usage_and_model) {
    const auto reply = read(200, "200_met.json");
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->finish, Finish::stop);
    EXPECT_EQ(Json::parse(reply->text)["verdict"], "met");
    EXPECT_EQ(reply->model_version, "gpt-5-mini-2025-08-07");
    EXPECT_EQ(reply->usage.tokens_in, 1200);
    EXPECT_EQ(reply->usage.tokens_out, 140) << "reasoning is part of it";
    EXPECT_NEAR(reply->usage.cost_usd, 1200 / 1e6 + 1400 / 1e6, 1e-12);
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
    ::testing::Values(Row{"200_refusal.json", Finish::refusal, "refusal"},
                      Row{"200_content_filter.json", Finish::content_filter, "content_filter"},
                      Row{"200_length.json", Finish::length, "length"},
                      Row{"200_length_in_call.json", Finish::length, "length"},
                      Row{"200_parallel_calls.json", Finish::tool_calls, "tool_calls"},
                      Row{"200_calls_without_ids.json", Finish::tool_calls, "stop"},
                      Row{"200_final_answer.json", Finish::stop, "tool_calls"},
                      Row{"200_says_calls_has_none.json", Finish::malformed, "tool_calls"},
                      Row{"200_unknown_fields.json", Finish::unknown, "a_new_reason"},
                      Row{"200_nulls.json", Finish::stop, "stop"},
                      Row{"200_think_block.json", Finish::stop, "stop"},
                      Row{"200_invalid_utf8.json", Finish::stop, "stop"},
                      Row{"200_no_choices.json", Finish::malformed, ""}));

TEST(read_reply, joins_content_that_comes_in_parts) {
    EXPECT_EQ(Json::parse(read(200, "200_content_parts.json")->text)["confidence"], 90);
}

TEST(read_reply, reads_zero_where_counts_are_missing) {
    EXPECT_EQ(read(200, "200_nulls.json")->usage, Usage{});
}

TEST(read_reply, believes_the_price_that_a_service_names) {
    EXPECT_DOUBLE_EQ(read(200, "200_sonar.json")->usage.cost_usd, 0.00503);
}

TEST(read_reply, reads_calls_of_any_accent) {
    const auto reply = read(200, "200_calls_without_ids.json");
    ASSERT_EQ(reply->tool_calls.size(), 3u);
    EXPECT_EQ(reply->tool_calls[0].arguments, Json({{"query", "acme"}})) << "an object";
    EXPECT_EQ(reply->tool_calls[1].arguments, Json::object()) << "none";
    EXPECT_EQ(reply->tool_calls[2].arguments_error, "the arguments are not JSON");
    EXPECT_EQ(reply->tool_calls[0].id, "call_1");
    const auto repeated = read(200, "200_repeated_ids.json");
    EXPECT_EQ(repeated->tool_calls[0].id, "0");
    EXPECT_EQ(repeated->tool_calls[1].id, "call_2");
    EXPECT_EQ(repeated->opaque_turn["tool_calls"][1]["id"], "call_2") << "goes back as answered";
}

TEST(read_reply, takes_the_answer_from_its_call) {
    EXPECT_EQ(Json::parse(read(200, "200_final_answer.json")->text)["verdict"], "met");
}

TEST(read_reply, a_prompt_that_is_too_long_is_no_outage) {
    for (const char* name : {"400_context_length.json", "400_context_vllm.json"}) {
        const auto reply = read(400, name);
        ASSERT_TRUE(reply.ok()) << name;
        EXPECT_EQ(reply->finish, Finish::context_overflow) << name;
    }
    const auto filtered = read(400, "400_content_filter.json");
    ASSERT_TRUE(filtered.ok());
    EXPECT_EQ(filtered->finish, Finish::content_filter);
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
    EXPECT_TRUE(reply.error().message.starts_with("openai: "));
}

INSTANTIATE_TEST_SUITE_P(
    replies, Failures,
    ::testing::Values(Fault{400, "400_unsupported_temperature.json", Category::bad_request},
                      Fault{400, "400_unanswered_call.json", Category::bad_request},
                      Fault{422, "422_detail.json", Category::bad_request},
                      Fault{401, "401_invalid_key.json", Category::auth},
                      Fault{403, "403_country.json", Category::auth},
                      Fault{404, "404_model.json", Category::bad_request},
                      Fault{404, "404_ollama.json", Category::bad_request},
                      Fault{429, "429_rate_limit.json", Category::rate_limit},
                      Fault{429, "429_insufficient_quota.json", Category::quota},
                      Fault{500, "500_server_error.json", Category::server},
                      Fault{502, "502_gateway.html", Category::server},
                      Fault{503, "503_overloaded.json", Category::overload},
                      Fault{200, "200_error_inside.json", Category::rate_limit},
                      Fault{200, "200_error_in_choice.json", Category::overload},
                      Fault{200, "200_error_by_name.json", Category::server},
                      Fault{200, "200_error_text.json", Category::bad_reply},
                      Fault{200, "200_page.html", Category::bad_reply},
                      Fault{200, "200_truncated.json", Category::bad_reply},
                      Fault{200, "200_nothing.json", Category::bad_reply}));

TEST(read_reply, tells_what_the_service_said) {
    EXPECT_NE(read(404, "404_ollama.json").error().message.find("try pulling it first"),
              std::string::npos);
    EXPECT_NE(read(422, "422_detail.json").error().message.find("extra fields not permitted"),
              std::string::npos);
}

TEST(read_reply, waits_as_long_as_it_is_told) {
    const auto hint = [](std::vector<core::Header> headers) {
        return read(429, "429_rate_limit.json", std::move(headers)).error().retry_after;
    };
    EXPECT_FALSE(hint({}));
    EXPECT_EQ(hint({{"retry-after-ms", "300"}, {"retry-after", "7"}}), core::milliseconds{300});
    EXPECT_EQ(hint({{"retry-after", "7"},
                    {"x-ratelimit-remaining-tokens", "0"},
                    {"x-ratelimit-reset-tokens", "6m0s"}}),
              core::seconds{7});
    EXPECT_EQ(hint({{"x-ratelimit-remaining-requests", "0"},
                    {"x-ratelimit-reset-requests", "120ms"},
                    {"x-ratelimit-remaining-tokens", "0"},
                    {"x-ratelimit-reset-tokens", "1m30s"}}),
              core::seconds{90});
    EXPECT_FALSE(
        hint({{"x-ratelimit-remaining-tokens", "12"}, {"x-ratelimit-reset-tokens", "6m0s"}}))
        << "not the window that is used up";
}

TEST(read_reply, a_fault_of_the_wire_stays_what_it_is) {
    const auto reply =
        openai::read_reply(service(), testing::fault(core::Fault::timeout, true), now);
    EXPECT_EQ(reply.error().category, Category::timeout);
    EXPECT_TRUE(reply.error().is_ambiguous);
}

}  // namespace
}  // namespace torale::providers
