#include <gtest/gtest.h>

#include "providers/openai.hpp"
#include "unit/providers/wire.hpp"

namespace torale::providers {
namespace {

using core::Json;
using testing::fixture;
using testing::http;

Provider with_options(Json options) {
    Provider made = testing::provider("openai", Kind::llm, "sk-secret-key");
    made.options = std::move(options);
    return made;
}

std::optional<Json> mend(Json options, int status, const std::string& body) {
    return openai::mend_options(with_options(std::move(options)), http(status, body));
}

TEST(mend_options, leaves_out_what_the_model_refuses) {
    const std::string temperature = fixture("openai/400_unsupported_temperature.json");
    EXPECT_EQ(mend({{"temperature", 0.2}}, 400, temperature), Json({{"temperature", nullptr}}));
    EXPECT_EQ(mend({{"reasoning_effort", "low"}}, 422, fixture("openai/422_detail.json")),
              Json({{"reasoning_effort", nullptr}}));
}

TEST(mend_options, turns_to_the_other_name_of_the_token_limit) {
    EXPECT_EQ(mend(Json::object(), 400, fixture("openai/400_unsupported_max_tokens.json")),
              Json({{"max_tokens_field", "max_completion_tokens"}}));
    EXPECT_EQ(mend({{"max_tokens_field", "max_completion_tokens"}}, 400,
                   R"({"error":"unknown field \"max_completion_tokens\""})"),
              Json({{"max_tokens_field", "max_tokens"}}));
}

TEST(mend_options, asks_for_less_structure_step_by_step) {
    const std::string refused = fixture("openai/400_response_format.json");
    Provider provider = with_options(Json::object());
    for (const char* way : {"json_object", "none"}) {
        const auto patch = openai::mend_options(provider, http(400, refused));
        ASSERT_TRUE(patch);
        EXPECT_EQ((*patch)["structured"], way);
        provider.options.merge_patch(*patch);
    }
    EXPECT_FALSE(openai::mend_options(provider, http(400, refused))) << "nothing is left";
}

TEST(mend_options, reads_the_field_from_a_message_in_quotes) {
    EXPECT_EQ(mend(Json::object(), 400,
                   R"({"object":"error","message":"\"auto\" `tool_choice` requires a parser"})"),
              Json({{"tool_choice", false}}));
    EXPECT_EQ(mend({{"system_role", "developer"}}, 400,
                   R"({"error":{"message":"bad role","param":"messages[0].role"}})"),
              Json({{"system_role", "system"}}));
}

TEST(mend_options, changes_nothing_when_that_was_not_the_trouble) {
    const std::string temperature = fixture("openai/400_unsupported_temperature.json");
    EXPECT_FALSE(mend(Json::object(), 400, temperature)) << "it was not sent";
    EXPECT_FALSE(mend({{"temperature", 0}}, 500, temperature));
    EXPECT_FALSE(mend({{"temperature", 0}}, 400, fixture("openai/400_context_length.json")));
    EXPECT_FALSE(mend({{"temperature", 0}}, 400, fixture("openai/400_unanswered_call.json")));
    EXPECT_FALSE(mend({{"tool_choice", false}}, 400, R"({"error":"no 'tool_choice' here"})"));
    EXPECT_FALSE(mend({{"temperature", 0}}, 400, "<html>"));
    EXPECT_FALSE(openai::mend_options(with_options({{"temperature", 0}}),
                                      testing::fault(core::Fault::timeout)));
}

}  // namespace
}  // namespace torale::providers
