#include "providers/reading.hpp"

#include <gtest/gtest.h>

namespace torale::providers {
namespace {

using core::Json;

core::Reply reply(std::string body, const char* type = "application/json") {
    core::Reply made;
    made.status = 200;
    made.headers = {{"Content-Type", type}};
    made.body = std::move(body);
    return made;
}

TEST(read_body, takes_json_whatever_it_is_called) {
    EXPECT_TRUE(read_body(reply("{}")));
    EXPECT_TRUE(read_body(reply("{}", "text/plain")));
    EXPECT_EQ(read_body(reply("{\"a\":\"\xFF\"}"))->at("a"), "\xEF\xBF\xBD");
}

TEST(read_body, refuses_what_is_none) {
    EXPECT_FALSE(read_body(reply("")));
    EXPECT_FALSE(read_body(reply("<html>")));
    EXPECT_FALSE(read_body(reply("{\"a\":")));
    EXPECT_FALSE(read_body(reply("{}", "text/html; charset=utf-8")));
}

TEST(name_failure, tells_who_said_what_without_the_key) {
    Provider provider;
    provider.name = "svc";
    provider.api_key = "sk-123456";
    core::Failure failure;
    failure.message = "refused";
    EXPECT_EQ(name_failure(provider, failure, "key sk-123456 and\nsk-123456 are bad.").message,
              "svc: refused: key *** and *** are bad");
    EXPECT_EQ(name_failure(provider, failure, "").message, "svc: refused");
    EXPECT_LT(name_failure(provider, failure, std::string(10'000, 'x')).message.size(), 400U);
}

TEST(count_of, is_never_negative_and_never_throws) {
    const Json object = {{"a", 7},   {"b", "8"},     {"c", nullptr}, {"d", -1},
                         {"e", 9.0}, {"f", "eight"}, {"g", true},    {"h", 1e300}};
    EXPECT_EQ(count_of(object, "a"), 7);
    EXPECT_EQ(count_of(object, "b"), 8);
    EXPECT_EQ(count_of(object, "e"), 9);
    for (const char* key : {"c", "d", "f", "g", "h", "absent"}) {
        EXPECT_EQ(count_of(object, key), 0) << key;
    }
    EXPECT_EQ(count_of(Json(), "a"), 0);
    EXPECT_EQ(count_of(Json::array(), "a"), 0);
}

TEST(text_of, reads_texts_and_numbers) {
    const Json object = {{"a", "x"}, {"b", 401}, {"c", nullptr}, {"d", Json::array()}};
    EXPECT_EQ(text_of(object, "a"), "x");
    EXPECT_EQ(text_of(object, "b"), "401");
    EXPECT_EQ(text_of(object, "c"), "");
    EXPECT_EQ(text_of(object, "d"), "");
    EXPECT_EQ(text_of(Json("x"), "a"), "");
}

TEST(append_json_text, writes_what_a_parser_reads_back) {
    for (const std::string& text :
         {std::string(), std::string("plain"), std::string("a \"quote\" and \\ back"),
          std::string("line\nfeed\ttab\r\x01\x1f\x7f"), std::string("ünï – “çødé” 🚀")}) {
        std::string json;
        append_json_text(json, text);
        EXPECT_EQ(Json::parse(json), text) << json;
    }
    std::string json = "x";
    append_json_text(json, "\xFF");
    EXPECT_EQ(json, "x\"\xEF\xBF\xBD\"") << "appended, bad bytes replaced";
}

}  // namespace
}  // namespace torale::providers
