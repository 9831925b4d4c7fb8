#include <gtest/gtest.h>

#include "rest/token.hpp"
#include "token_maker.hpp"

namespace torale::rest {
namespace {

TEST(base64url, is_read_back_as_openssl_wrote_it) {
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(decode_base64url(base64url(bytes)), bytes) << i;
        bytes += static_cast<char>(i * 37);
    }
}

TEST(base64url, has_one_spelling_only) {
    EXPECT_EQ(decode_base64url(""), "");
    EXPECT_EQ(decode_base64url("AA"), std::string(1, '\0'));
    EXPECT_EQ(decode_base64url("__-_"), "\xFF\xFF\xBF");
    for (const char* text : {"A", "AAAAA", "AA==", "AA=", "AB", "AAB", "A A", "AA\n", "+A", "/A",
                             "A.", "\xC3\xA9", "//+/"}) {
        EXPECT_EQ(decode_base64url(text), std::nullopt) << text;
    }
    EXPECT_EQ(decode_base64url(std::string("A\0AA", 4)), std::nullopt);
}

class Ambiguous : public testing::TestWithParam<std::string> {};

TEST_P(Ambiguous, text_is_no_plain_object) {
    EXPECT_EQ(parse_plain_object(GetParam()), std::nullopt) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    each, Ambiguous,
    testing::Values("", " ", "[]", "null", "1", "\"text\"", "{", "{} {}", "not json", "[{}]",
                    R"({"sub":"a","sub":"b"})", R"({"role":"a","sub":"x","role":"b"})",
                    R"({"sub":"a","\u0073ub":"b"})", R"({"a":{"b":1,"b":2}})",
                    R"({"a":[{"b":1,"b":2}]})", R"({"sub":"a\u0000b"})", R"({"a\u0000":1})",
                    "{\"sub\":\"\xFF\"}", R"({"exp":1e400})", R"({"exp":01})", R"({"exp":NaN})",
                    R"({"exp":Infinity})", R"({"exp":0x7fffffff})", R"({'sub':'a'})", R"({"a":1,})",
                    R"({"a":"\ud800"})", R"(/* */{"a":1})",
                    "{\"a\":" + std::string(33, '[') + std::string(33, ']') + "}"));

TEST(plain_object, may_repeat_a_name_in_another_object) {
    const auto value =
        parse_plain_object(R"({"a":{"a":1},"b":[{"a":1},{"a":2}],"c":{"b":{"a":1}}})");
    ASSERT_TRUE(value);
    EXPECT_EQ((*value)["b"][1]["a"], 2);
}

TEST(token_parts, are_what_was_signed) {
    const auto parts =
        read_token(sign_with("any secret", R"({"alg":"HS256","kid":"k"})", R"({"sub":"u"})"));
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->algorithm, TokenAlgorithm::hs256);
    EXPECT_EQ(parts->key_id, "k");
    EXPECT_EQ(parts->payload, R"({"sub":"u"})");
}

TEST(token_parts, name_each_algorithm) {
    for (const auto& [name, algorithm] :
         {std::pair{"HS256", TokenAlgorithm::hs256}, std::pair{"RS256", TokenAlgorithm::rs256},
          std::pair{"ES256", TokenAlgorithm::es256}}) {
        const auto parts = read_token(sign_with("x", core::Json{{"alg", name}}.dump(), "{}"));
        ASSERT_TRUE(parts) << name;
        EXPECT_EQ(parts->algorithm, algorithm);
        EXPECT_EQ(name_of(algorithm), name);
        EXPECT_EQ(parts->key_id, std::nullopt);
    }
}

}  // namespace
}  // namespace torale::rest
