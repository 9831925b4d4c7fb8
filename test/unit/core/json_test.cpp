// JSON within limits, and text a jsonb column takes.
#include "core/json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace torale::core {
namespace {

constexpr const char* replacement = "\xEF\xBF\xBD";

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(parse_json, reads_values) {
    EXPECT_EQ(parse_json(R"({"a":[1,2.5,"x",null,true]})"),
              Json({{"a", {1, 2.5, "x", nullptr, true}}}));
    EXPECT_EQ(parse_json(" 7 "), Json(7));
    EXPECT_EQ(parse_json(R"("\u00e9")"), Json("\xC3\xA9"));
}

TEST(parse_json, is_nothing_for_malformed_text) {
    for (const char* text : {"", " ", "{", "[1,]", "{'a':1}", "nul", "1 2", "[1]]", "\"\xFF\"",
                             "\"\\ud800\"", "NaN", "1e999", "// c\n1", "<html>"}) {
        EXPECT_EQ(parse_json(text), std::nullopt) << text;
    }
}

TEST(parse_json, bounds_the_depth) {
    EXPECT_TRUE(parse_json(nested(64)));
    EXPECT_FALSE(parse_json(nested(65)));
    EXPECT_TRUE(parse_json(nested(3), 3));
    EXPECT_FALSE(parse_json(nested(4), 3));
    EXPECT_FALSE(parse_json(R"({"a":{"b":[1]}})", 2));
}

TEST(parse_json, counts_depth_and_not_brackets) {
    EXPECT_TRUE(parse_json("[[],[],[],[]]", 2));
    EXPECT_TRUE(parse_json(R"(["[[[[", "\"[[[[", "\\"])", 1));
}

TEST(parse_json, refuses_a_bomb_without_recursing) {
    EXPECT_FALSE(parse_json(std::string(5'000'000, '[')));
    EXPECT_FALSE(parse_json(nested(2'000'000)));
}

TEST(parse_json, bounds_the_size) {
    EXPECT_TRUE(parse_json("[1,2]", 64, 5));
    EXPECT_FALSE(parse_json("[1,2]", 64, 4));
}

TEST(clean_utf8, keeps_what_is_valid) {
    for (const std::string text :
         {"", "plain\n\ttext", "caf\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF",
          "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xC2\x80"}) {
        EXPECT_EQ(clean_utf8(text), text);
    }
}

TEST(clean_utf8, replaces_bad_bytes) {
    const std::string r = replacement;
    EXPECT_EQ(clean_utf8("a\xFFz"), "a" + r + "z");
    EXPECT_EQ(clean_utf8("\x80"), r);
    // One for each piece that broke off.
    EXPECT_EQ(clean_utf8("\xE2\x82z"), r + "z");
    EXPECT_EQ(clean_utf8("\xF0\x9F\x98"), r);
    EXPECT_EQ(clean_utf8("\xE2\x82\xE2\x82\xAC"), r + "\xE2\x82\xAC");
    // Overlong, surrogate, over U+10FFFF: no byte of them is the start of a character.
    EXPECT_EQ(clean_utf8("\xC0\xAF"), r + r);
    EXPECT_EQ(clean_utf8("\xE0\x80\xAF"), r + r + r);
    EXPECT_EQ(clean_utf8("\xED\xA0\x80"), r + r + r);
    EXPECT_EQ(clean_utf8("\xF4\x90\x80\x80"), r + r + r + r);
    EXPECT_EQ(clean_utf8("\xF5\x80"), r + r);
}

TEST(clean_utf8, replaces_the_zero_byte) {
    EXPECT_EQ(clean_utf8(std::string_view("a\0b", 3)), "a" + std::string(replacement) + "b");
}

TEST(write_json, is_compact) {
    EXPECT_EQ(write_json(Json{{"a", {1, 2}}, {"b", "\xC3\xA9"}}),
              "{\"a\":[1,2],\"b\":\"\xC3\xA9\"}");
}

TEST(write_json, never_throws_on_bad_bytes) {
    EXPECT_EQ(write_json(Json("a\xFFz")), "\"a" + std::string(replacement) + "z\"");
    EXPECT_EQ(write_json(Json("\xE2\x82")), "\"" + std::string(replacement) + "\"");
}

TEST(write_json, never_writes_what_jsonb_refuses) {
    EXPECT_EQ(write_json(Json(std::string("a\0b\0", 4))), R"("a\ufffdb\ufffd")");
    // A backslash followed by u0000 is text, not an escape.
    EXPECT_EQ(write_json(Json("\\u0000")), R"("\\u0000")");
    EXPECT_EQ(write_json(Json(std::string("\\\0", 2))), R"("\\\ufffd")");
}

TEST(TextOf, is_a_text_member_or_nothing) {
    const Json object = {{"text", "a"}, {"number", 1}, {"null", nullptr}};
    EXPECT_EQ(text_of(object, "text"), "a");
    for (const char* other : {"number", "null", "absent"}) EXPECT_EQ(text_of(object, other), "");
    EXPECT_EQ(text_of(Json::array(), "text"), "");
}

}  // namespace
}  // namespace torale::core
