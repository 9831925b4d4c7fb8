// response.headers and response.status: what they replace, and what of them is refused.
#include "rest/reply_override.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

core::HttpResponse response() {
    core::HttpResponse made;
    made.status = 200;
    made.headers = {{"Content-Type", "application/json; charset=utf-8"}, {"Vary", "Accept"}};
    made.body = "[]";
    return made;
}

Answer answer(const char* headers, const char* status) {
    Answer made;
    made.headers = headers;
    made.status = status;
    return made;
}

TEST(override_response, leaves_alone_what_nobody_set) {
    EXPECT_EQ(*override_response(response(), answer("", "")), response());
    EXPECT_EQ(*override_response(response(), answer("[]", "")), response());
}

TEST(override_response, replaces_adds_and_repeats_headers) {
    const auto one = override_response(
        response(), answer(R"([{"X-A":"1"},{"content-type":"text/html"},{"Set-Cookie":"a=1"},
                               {"Set-Cookie":"b=2"}])",
                           ""));
    ASSERT_TRUE(one);
    const std::vector<core::Header> expected{{"Vary", "Accept"},
                                             {"X-A", "1"},
                                             {"content-type", "text/html"},
                                             {"Set-Cookie", "a=1"},
                                             {"Set-Cookie", "b=2"}};
    EXPECT_EQ(one->headers, expected);
    EXPECT_EQ(one->body, "[]");
}

TEST(override_response, leaves_the_framing_to_the_server) {
    for (const char* name : {"Content-Length", "transfer-encoding", "Connection", "Keep-Alive",
                             "Upgrade", "Trailer", "TE", "proxy-connection"}) {
        const std::string headers = "[{\"" + std::string(name) + "\":\"chunked\"},{\"X\":\"y\"}]";
        const auto one = override_response(response(), answer(headers.c_str(), ""));
        ASSERT_TRUE(one) << name;
        EXPECT_FALSE(core::find_header(one->headers, name)) << name;
        EXPECT_EQ(core::find_header(one->headers, "X"), "y");
    }
}

TEST(override_response, refuses_headers_of_another_shape) {
    for (const char* headers : {"nonsense",
                                "{}",
                                "null",
                                R"("x")",
                                R"({"X":"1"})",
                                R"([1])",
                                R"([["X","1"]])",
                                R"([{"X":1}])",
                                R"([{"X":null}])",
                                R"([{"X":"1","Y":"2"}])",
                                R"([{}])",
                                R"([{"X":"1"},{"Y":2}])",
                                R"([{"":"1"}])",
                                R"([{"X Y":"1"}])",
                                R"([{"X:":"1"}])",
                                R"([{"X\r\nY":"1"}])",
                                R"([{"X":"1\r\nSet-Cookie: a=b"}])",
                                R"([{"X":"1\n"}])",
                                R"([{"X":"\u0000"}])",
                                R"([{"Xü":"1"}])"}) {
        const auto one = override_response(response(), answer(headers, ""));
        ASSERT_FALSE(one) << headers;
        EXPECT_EQ(one.error().status, 500);
        EXPECT_EQ(one.error().code, "PGRST111");
        EXPECT_EQ(one.error().message,
                  "response.headers guc must be a JSON array composed of objects with a single key "
                  "and a string value");
    }
}

TEST(override_response, takes_a_status_of_digits) {
    for (const int status : {200, 201, 301, 418, 599}) {
        const auto one = override_response(response(), answer("", std::to_string(status).c_str()));
        ASSERT_TRUE(one);
        EXPECT_EQ(one->status, status);
        EXPECT_EQ(one->body, "[]");
    }
}

TEST(override_response, drops_the_body_where_the_status_has_none) {
    for (const char* status : {"204", "205", "304"}) {
        EXPECT_EQ(override_response(response(), answer("", status))->body, "") << status;
    }
}

TEST(override_response, refuses_a_status_that_is_none) {
    for (const char* status : {"x", "20x", " 200", "200 ", "-200", "+200", "2e2", "100", "199",
                               "600", "0", "99999999999999999999"}) {
        const auto one = override_response(response(), answer("", status));
        ASSERT_FALSE(one) << status;
        EXPECT_EQ(one.error().status, 500);
        EXPECT_EQ(one.error().code, "PGRST112");
        EXPECT_EQ(one.error().message, "response.status guc must be a valid status code");
    }
}

}  // namespace
}  // namespace torale::rest
