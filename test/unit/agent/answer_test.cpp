#include "agent/answer.hpp"

#include <gtest/gtest.h>

namespace torale::agent {
namespace {

struct Written {
    const char* text;
    const char* object;  // null: none
};
void PrintTo(const Written& row, std::ostream* out) {
    *out << '"' << row.text << '"';
}

class answer : public ::testing::TestWithParam<Written> {};

TEST_P(answer, is_the_first_object_of_the_text) {
    const auto found = find_object(GetParam().text);
    if (GetParam().object == nullptr) {
        EXPECT_FALSE(found) << GetParam().text;
    } else {
        ASSERT_TRUE(found) << GetParam().text;
        EXPECT_EQ(found->dump(), GetParam().object);
    }
}

INSTANTIATE_TEST_SUITE_P(
    texts, answer,
    ::testing::Values(Written{R"({"a":1})", R"({"a":1})"},
                      Written{"\xEF\xBB\xBF {\"a\":1}\n", R"({"a":1})"},
                      Written{"```json\n{\"a\":1}\n```", R"({"a":1})"},
                      Written{"```JSON\n{\"a\":1}", R"({"a":1})"},
                      Written{"Here you are:\n```\n{\"a\":1}\n```\nBye.", R"({"a":1})"},
                      Written{"<think>{\"b\":2}</think>{\"a\":1}", R"({"a":1})"},
                      Written{"Is {\"b\":2} right?\n</think>\n{\"a\":1}", R"({"a":1})"},
                      Written{"{\"a\":\"</think>\"} it is", R"({"a":"</think>"})"},
                      Written{R"(So: {"a":"}"} and {"b":2})", R"({"a":"}"})"},
                      Written{"[1,2]", nullptr}, Written{"no object", nullptr},
                      Written{"", nullptr}, Written{R"({"a":1)", nullptr},
                      Written{"{'a':1}", nullptr}));

TEST(answer_size, is_bounded) {
    std::string deep;
    for (int i = 0; i < 40; ++i) deep += R"({"a":)";
    deep += "1" + std::string(40, '}');
    EXPECT_FALSE(find_object(deep));
    EXPECT_FALSE(find_object("{\"a\":\"" + std::string(300'000, 'x') + "\"}"));
}

}  // namespace
}  // namespace torale::agent
