#include "providers/gemini.hpp"

#include <gtest/gtest.h>

#include "unit/providers/wire.hpp"

namespace torale::providers {
namespace {

using core::Category;
using core::Json;
using testing::fixture;
using testing::http;
using testing::now;

Provider service() {
    return testing::gemini();
}

Outcome<LlmReply> read(int status, const char* name, std::vector<core::Header> headers = {}) {
    return gemini::read_reply(
        service(), http(status, fixture(std::string("gemini/") + name), std::move(headers)), now);
}

Json config_of(const Provider& provider) {
    return Json::parse(gemini::build_prompt(provider, {}).body)["generationConfig"];
}

TEST(build_prompt, has_the_documented_shape) {
    const Json expected = Json::parse(fixture("gemini/request.json"));
    const Prompt prompt{.system = "You judge monitoring conditions.",
                        .user = "Is the date announced? Evidence: …",
                        .output_schema = &expected["generationConfig"]["responseJsonSchema"],
                        .max_output_tokens = 2048};
    const core::Request request = gemini::build_prompt(service(), prompt);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://gemini.test/v1beta/models/model-1:generateContent");
    EXPECT_EQ(core::find_header(request.headers, "x-goog-api-key"), "gemini-secret-key");
    EXPECT_EQ(core::find_header(request.headers, "content-type"), "application/json");
    EXPECT_EQ(Json::parse(request.body), expected);
}

TEST(build_prompt, keeps_the_key_out_of_url_and_body) {
    const core::Request request = gemini::build_prompt(service(), {});
    EXPECT_EQ(request.url.find("secret"), std::string::npos);
    EXPECT_EQ(request.url.find('?'), std::string::npos);
    EXPECT_EQ(request.body.find("secret"), std::string::npos);
}

TEST(build_prompt, gives_a_thinking_model_its_time) {
    const core::Limits limits = gemini::build_prompt(service(), {}).limits;
    EXPECT_GE(limits.total_timeout_ms, 60'000);
    EXPECT_GE(limits.low_speed_ms, limits.total_timeout_ms);
}

TEST(build_prompt, sets_one_kind_of_thinking) {
    Provider level = service();
    level.options = {{"thinking_level", "low"}, {"thinking_budget", 100}};
    EXPECT_EQ(config_of(level)["thinkingConfig"], Json({{"thinkingLevel", "LOW"}}));
    Provider budget = service();
    budget.options = {{"thinking_budget", 0}, {"temperature", 0.2}};
    EXPECT_EQ(config_of(budget)["thinkingConfig"], Json({{"thinkingBudget", 0}}));
    EXPECT_EQ(config_of(budget)["temperature"], 0.2);
    EXPECT_FALSE(config_of(service()).contains("thinkingConfig"));
}

TEST(build_prompt, a_model_name_cannot_leave_its_place_in_the_path) {
    Provider odd = service();
    odd.model = "models/../x?key=1#y";
    EXPECT_EQ(gemini::build_prompt(odd, {}).url,
              "https://gemini.test/v1beta/models/..xkey1y:generateContent");
}

TEST(read_reply, joins_the_answer_without_the_thoughts) {
    const auto reply = read(200, "200_thought_parts.json");
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->finish, Finish::stop);
    EXPECT_EQ(reply->text.find("Weighing"), std::string::npos);
    EXPECT_TRUE(core::parse_json(reply->text)) << reply->text;
}

TEST(read_reply, counts_thoughts_as_output) {
    const auto reply = read(200, "200_met.json");
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->usage.tokens_in, 1200);
    EXPECT_EQ(reply->usage.tokens_out, 140 + 72);
    EXPECT_NEAR(reply->usage.cost_usd, 1200 / 1e6 + 212 * 10 / 1e6, 1e-12);
    EXPECT_EQ(reply->model_version, "gemini-3-flash-preview");
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
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->finish, GetParam().finish);
    EXPECT_EQ(reply->finish_raw, GetParam().raw);
    EXPECT_GE(reply->usage.tokens_in, 0);
}

INSTANTIATE_TEST_SUITE_P(
    replies, Finishes,
    ::testing::Values(Row{"200_max_tokens_no_parts.json", Finish::length, "MAX_TOKENS"},
                      Row{"200_truncated_answer.json", Finish::length, "MAX_TOKENS"},
                      Row{"200_safety.json", Finish::content_filter, "SAFETY"},
                      Row{"200_recitation.json", Finish::content_filter, "RECITATION"},
                      Row{"200_prompt_blocked.json", Finish::content_filter, "PROHIBITED_CONTENT"},
                      Row{"200_no_candidates.json", Finish::malformed, ""},
                      Row{"200_malformed_function_call.json", Finish::malformed,
                          "MALFORMED_FUNCTION_CALL"},
                      Row{"200_unknown_fields.json", Finish::unknown, "A_NEW_REASON"},
                      Row{"200_nulls.json", Finish::stop, "STOP"},
                      Row{"200_empty_text.json", Finish::malformed, "STOP"},
                      Row{"200_function_call.json", Finish::tool_calls, "STOP"}));

TEST(read_reply, reads_zero_where_counts_are_missing) {
    EXPECT_EQ(read(200, "200_nulls.json")->usage, Usage{});
    EXPECT_EQ(read(200, "200_safety.json")->usage.tokens_out, 0);
}

TEST(read_reply, tells_a_bad_key_from_a_bad_request) {
    EXPECT_EQ(read(400, "400_api_key_invalid.json").error().category, Category::auth);
    EXPECT_EQ(read(400, "400_invalid_argument.json").error().category, Category::bad_request);
}

TEST(read_reply, waits_as_long_as_the_body_says) {
    EXPECT_EQ(read(429, "429_per_minute.json").error().retry_after, core::seconds{37});
    EXPECT_EQ(read(429, "429_in_array.json").error().retry_after, core::seconds{12});
    EXPECT_EQ(read(429, "429_fractional_delay.json").error().retry_after, core::milliseconds{1580});
    EXPECT_FALSE(read(429, "429_bare.json").error().retry_after);
    EXPECT_EQ(read(429, "429_per_minute.json", {{"retry-after", "5"}}).error().retry_after,
              core::seconds{5})
        << "a header comes first";
}

TEST(read_reply, waits_for_midnight_in_california_when_the_day_is_used_up) {
    const auto failure = read(429, "429_per_day.json").error();
    EXPECT_EQ(failure.category, Category::quota);
    // 08:00 UTC is 01:00 in Los Angeles in summer.
    EXPECT_EQ(failure.retry_after, std::chrono::hours{23});
}

TEST(read_reply, reads_an_error_inside_a_success) {
    const auto reply = read(200, "200_error_inside.json");
    ASSERT_FALSE(reply.ok());
    const Json body = Json::parse(fixture("gemini/200_error_inside.json"));
    EXPECT_EQ(reply.error().http_status, body["error"]["code"]);
}

TEST(read_reply, refuses_what_is_no_json) {
    for (const char* name : {"200_page.html", "200_truncated.json", "200_nothing.json"}) {
        EXPECT_EQ(read(200, name).error().category, Category::bad_reply) << name;
    }
}

}  // namespace
}  // namespace torale::providers
