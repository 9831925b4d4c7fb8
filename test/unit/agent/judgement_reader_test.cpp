#include <gtest/gtest.h>

#include "agent/prompt.hpp"

namespace torale::agent {
namespace {

using core::Verdict;

const std::string good =
    R"({"verdict":"met","evidence":"a {brace} and \"quotes\"","citations":[{"source":2,"quote":"q q"}],)"
    R"("confidence":90,"next_run":"2026-09-01T00:00:00Z","notification":"n","topic":"t","memories":["m"]})";

TEST(read_judgement, reads_every_member) {
    const auto read = read_judgement(good, 3);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->verdict, Verdict::met);
    EXPECT_EQ(read->evidence, "a {brace} and \"quotes\"");
    EXPECT_EQ(read->citations, (std::vector<core::Citation>{{2, "q q", 0}}));
    EXPECT_EQ(read->model_confidence, 90);
    EXPECT_EQ(read->next_run, "2026-09-01T00:00:00Z");
    EXPECT_EQ(read->notification, "n");
    EXPECT_EQ(read->topic, "t");
    EXPECT_EQ(read->memories, std::vector<std::string>{"m"});
}

TEST(read_judgement, finds_the_object_in_its_wrapping) {
    for (const std::string& text :
         {"\xEF\xBB\xBF " + good, "```json\n" + good + "\n```", "```JSON\n" + good,
          "```\n" + good + "\n```\nDone.", "Here it is:\n```json\n" + good + "\n```",
          "<think>{\"verdict\":\"unknown\"}</think>" + good, "Sure! " + good + " Anything else?",
          good + good}) {
        const auto read = read_judgement(text, 3);
        ASSERT_TRUE(read.ok()) << text << ": " << read.error().message;
        EXPECT_EQ(read->verdict, Verdict::met) << text;
    }
}

TEST(read_judgement, forgives_shapes_of_numbers_and_nulls) {
    const auto read = read_judgement(
        R"({"verdict":"not_met","evidence":"e","citations":[{"source":"1","quote":"a"},
            {"source":2.0,"quote":"b"}],"confidence":"90.0","next_run":null,"notification":null,
            "topic":"  ","memories":null})",
        2);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->citations.at(0).source, 1);
    EXPECT_EQ(read->citations.at(1).source, 2);
    EXPECT_EQ(read->model_confidence, 90);
    EXPECT_FALSE(read->next_run);
    EXPECT_FALSE(read->notification);
    EXPECT_FALSE(read->topic);
    EXPECT_TRUE(read->memories.empty());
}

TEST(read_judgement, only_verdict_and_evidence_are_needed) {
    const auto read = read_judgement(R"({"verdict":"unknown","evidence":"e"})", 0);
    ASSERT_TRUE(read.ok());
    EXPECT_FALSE(read->model_confidence);
}

TEST(read_judgement, a_source_that_does_not_exist_names_none) {
    for (const char* number : {"0", "-1", "3", "99999999999999999999", "1e300", "null", "\"x\""}) {
        const auto read = read_judgement(
            std::string(R"({"verdict":"met","evidence":"e","citations":[{"quote":"q","source":)") +
                number + "}]}",
            2);
        ASSERT_TRUE(read.ok()) << number;
        EXPECT_EQ(read->citations.at(0).source, 0) << number;
    }
}

TEST(read_judgement, an_impossible_confidence_is_none) {
    for (const char* number : {"-1", "101", "\"high\"", "true"}) {
        const auto read = read_judgement(
            std::string(R"({"verdict":"met","evidence":"e","confidence":)") + number + "}", 0);
        ASSERT_TRUE(read.ok()) << number;
        EXPECT_FALSE(read->model_confidence) << number;
    }
}

TEST(read_judgement, says_what_was_wrong) {
    const std::pair<std::string, const char*> rows[] = {
        {"", "is not a JSON object"},
        {"I cannot tell.", "is not a JSON object"},
        {"[1]", "is not a JSON object"},
        {good.substr(0, good.size() / 2), "is not a JSON object"},
        {R"({"evidence":"e"})", "has no verdict"},
        {R"({"verdict":true,"evidence":"e"})", "has no verdict"},
        {R"({"verdict":"maybe","evidence":"e"})", "has the verdict \"maybe\""},
        {R"({"verdict":"met"})", "has no evidence"},
        {R"({"verdict":"met","evidence":"e","citations":"q"})", "has citations that are no list"},
        {R"({"verdict":"met","evidence":"e","citations":["q"]})",
         "has a citation that is no object"},
        {R"({"verdict":"met","evidence":"e","citations":[{"source":1}]})",
         "has a citation without source or quote"},
    };
    for (const auto& [text, message] : rows) {
        const auto read = read_judgement(text, 3);
        ASSERT_FALSE(read.ok()) << text;
        EXPECT_EQ(read.error().category, core::Category::bad_reply);
        EXPECT_EQ(read.error().message, std::string("the model's answer ") + message);
    }
}

TEST(read_judgement, caps_what_a_model_may_write) {
    core::Json answer = {{"verdict", "met"},
                         {"evidence", std::string(50'000, 'e')},
                         {"notification", std::string(50'000, 'n')},
                         {"topic", std::string(500, 't')}};
    for (int i = 0; i < 30; ++i) {
        answer["memories"].push_back(std::string(5'000, 'm'));
        answer["citations"].push_back({{"source", 1}, {"quote", "q"}});
    }
    const auto read = read_judgement(answer.dump(), 1);
    ASSERT_TRUE(read.ok());
    EXPECT_LT(read->evidence.size(), 8'100U);
    EXPECT_LT(read->notification->size(), 4'100U);
    EXPECT_LT(read->topic->size(), 100U);
    EXPECT_EQ(read->memories.size(), 5U);
    EXPECT_LT(read->memories[0].size(), 600U);
    EXPECT_EQ(read->citations.size(), 20U);
}

TEST(read_judgement, survives_a_bomb_of_brackets) {
    EXPECT_FALSE(read_judgement("{\"a\":" + std::string(100'000, '['), 1).ok());
    EXPECT_FALSE(read_judgement(std::string(100'000, '{'), 1).ok());
}

TEST(read_judgement, keeps_zero_bytes_out_of_the_database) {
    const auto read = read_judgement(R"({"verdict":"met","evidence":"a\u0000b"})", 1);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->evidence.find('\0'), std::string::npos);
}

}  // namespace
}  // namespace torale::agent
