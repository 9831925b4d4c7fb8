#include "http/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "outcomes.hpp"

namespace torale::http::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

core::HttpResponse stream(std::string beginning) {
    core::HttpResponse response = ok(std::move(beginning));
    response.is_stream = true;
    return response;
}

std::string answer_to(const std::string& request, const core::HttpResponse& response) {
    Talk talk;
    talk.is_answering = false;
    talk.hear(request);
    talk.say(response);
    return talk.written();
}

TEST(connection, writes_status_date_server_headers_length_and_body) {
    core::HttpResponse response = ok("[]");
    response.status = 201;
    response.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
    EXPECT_EQ(answer_to(get, response),
              "HTTP/1.1 201 Created\r\nDate: Tue, 24 Nov 2026 14:47:13 GMT\r\nServer: torale\r\n"
              "Content-Type: application/json\r\nX-Empty: \r\nContent-Length: 2\r\n\r\n[]");
}

TEST(connection, the_body_of_HEAD_204_and_304_is_not_sent_nor_its_length) {
    const std::string head = answer_to("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n", ok("body"));
    EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(head, EndsWith("\r\n\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
    for (const int status : {204, 304}) {
        core::HttpResponse response = ok("body");
        response.status = status;
        EXPECT_THAT(answer_to(get, response), EndsWith("\r\n\r\n"));
        EXPECT_THAT(answer_to(get, response), Not(HasSubstr("Content-Length")));
    }
}

TEST(connection, what_frames_the_response_is_not_taken_from_its_headers) {
    core::HttpResponse response = ok("body");
    response.headers = {{"content-length", "99"},     {"Transfer-Encoding", "chunked"},
                        {"CONNECTION", "keep-alive"}, {"Date", "never"},
                        {"Server", "other"},          {"Keep-Alive", "5"}};
    EXPECT_EQ(answer_to(get, response),
              "HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 14:47:13 GMT\r\nServer: torale\r\n"
              "Content-Length: 4\r\n\r\nbody");
}

TEST(connection, line_ends_in_headers_and_reason_split_nothing) {
    core::HttpResponse response = ok("body");
    response.reason = "no\r\nX-Smuggled: 1";
    response.headers = {
        {"X-One", "1\r\nX-Smuggled: 2\n\x01"}, {"X Y", "3"}, {"X:Y", "6"}, {"", "5"}};
    const std::string text = answer_to(get, response);
    EXPECT_THAT(text, StartsWith("HTTP/1.1 200 no  X-Smuggled: 1\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nX-One: 1  X-Smuggled: 2  \r\n"));
    EXPECT_THAT(text, Not(HasSubstr("\nX-Smuggled")));
    for (const char* absent : {"3\r\n", ": 6\r\n", ": 5\r\n"})
        EXPECT_THAT(text, Not(HasSubstr(absent)));
}

TEST(connection, a_status_that_ends_nothing_becomes_500) {
    for (const int status : {0, 100, 101, 1000, -1}) {
        core::HttpResponse response = ok();
        response.status = status;
        EXPECT_THAT(answer_to(get, response), StartsWith("HTTP/1.1 500 ")) << status;
    }
    core::HttpResponse response = ok();
    response.status = 520;
    EXPECT_THAT(answer_to(get, response), StartsWith("HTTP/1.1 520 \r\n"));
}

TEST(connection, says_who_keeps_it_open) {
    struct Row {
        const char* request;
        const char* header;  // null = none
        bool is_over;
    };
    const Row rows[] = {
        {"GET /a HTTP/1.1\r\nHost: x\r\n\r\n", nullptr, false},
        {"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "close", true},
        {"GET /a HTTP/1.1\r\nHost: x\r\nConnection: x, Close\r\n\r\n", "close", true},
        {"GET /a HTTP/1.0\r\n\r\n", "close", true},
        {"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive", false},
    };
    for (const Row& row : rows) {
        Talk talk;
        talk.hear(row.request);
        const std::string expected =
            row.header == nullptr ? "" : std::string("\r\nConnection: ") + row.header + "\r\n";
        if (row.header == nullptr)
            EXPECT_THAT(talk.written(), Not(HasSubstr("Connection"))) << row.request;
        else
            EXPECT_THAT(talk.written(), HasSubstr(expected)) << row.request;
        EXPECT_EQ(talk.wire().phase(), row.is_over ? Phase::over : Phase::idle) << row.request;
    }
}

TEST(connection, after_the_last_request_allowed_it_closes_and_lingers) {
    Limits limits;
    limits.requests_per_connection_max = 2;
    Talk talk(limits);
    talk.hear(get);
    EXPECT_THAT(talk.written(), Not(HasSubstr("Connection: close")));
    talk.hear(get);
    EXPECT_THAT(talk.written(), HasSubstr("Connection: close"));
    EXPECT_EQ(talk.wire().phase(), Phase::lingering);
}

TEST(connection, draining_ends_it_with_the_request_under_way) {
    Talk talk;
    talk.is_answering = false;
    talk.hear(get);
    talk.terms().is_draining = true;
    talk.say(ok());
    EXPECT_THAT(talk.written(), HasSubstr("Connection: close"));
    EXPECT_EQ(talk.wire().phase(), Phase::lingering);
}

TEST(connection, a_refusal_is_json_and_the_end) {
    Talk talk;
    talk.hear("GET /a HTTP/1.1\r\n\r\n");
    EXPECT_EQ(talk.written(),
              "HTTP/1.1 400 Bad Request\r\nDate: Tue, 24 Nov 2026 14:47:13 GMT\r\n"
              "Server: torale\r\nContent-Type: application/json; charset=utf-8\r\n"
              "Connection: close\r\nContent-Length: 65\r\n\r\n"
              R"({"code":"HTTP400","details":null,"hint":null,"message":"no Host"})");
    EXPECT_EQ(talk.wire().phase(), Phase::lingering) << "the client may still be sending";
}

TEST(connection, a_refused_HEAD_gets_no_body) {
    Talk talk;
    talk.hear("HEAD /a HTTP/1.1\r\n\r\n");
    EXPECT_THAT(talk.written(), StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(talk.written(), EndsWith("\r\n\r\n"));
}

TEST(connection, an_expectation_is_met_before_the_body_and_once) {
    const std::string head =
        "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    Talk talk;
    talk.hear(head);
    EXPECT_EQ(talk.written(), "HTTP/1.1 100 Continue\r\n\r\n");
    talk.hear("h");
    EXPECT_EQ(talk.written(), "HTTP/1.1 100 Continue\r\n\r\n");
    talk.hear("i");
    EXPECT_EQ(talk.outcome(), std::vector<std::string>{"POST /a|hi"});
    EXPECT_THAT(talk.written(), HasSubstr("HTTP/1.1 200 OK"));

    Talk eager;
    eager.hear(head + "hi");
    EXPECT_THAT(eager.written(), StartsWith("HTTP/1.1 200 OK")) << "the body was there already";

    Limits limits;
    limits.body_bytes_max = 1;
    Talk large(limits);
    large.hear(head);
    EXPECT_THAT(large.written(), StartsWith("HTTP/1.1 413 "));
}

TEST(connection, a_stream_is_chunked_and_the_connection_lives_on) {
    Talk talk;
    talk.is_answering = false;
    talk.hear(get);
    talk.say(stream("one"));
    EXPECT_THAT(talk.written(), EndsWith("Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n"));
    EXPECT_EQ(talk.wire().phase(), Phase::streaming);
    talk.wire().push("");
    EXPECT_EQ(talk.wire().unsent(), "") << "an empty chunk would end it";
    talk.wire().push("seventeen bytes..");
    EXPECT_EQ(talk.wire().unsent(), "11\r\nseventeen bytes..\r\n");
    EXPECT_EQ(talk.wire().phase(), Phase::writing);
    talk.wire().sent(4);
    talk.wire().end_stream();
    EXPECT_EQ(talk.wire().unsent(), "seventeen bytes..\r\n0\r\n\r\n");
    talk.wire().sent(talk.wire().unsent().size());
    EXPECT_EQ(talk.wire().phase(), Phase::idle);
    talk.is_answering = true;
    talk.hear(get);
    EXPECT_THAT(talk.written(), EndsWith("\r\n\r\nok"));
}

TEST(connection, a_stream_to_HTTP_1_0_ends_with_the_connection) {
    Talk talk;
    talk.is_answering = false;
    talk.hear("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    talk.say(stream("one"));
    EXPECT_THAT(talk.written(), HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(talk.written(), EndsWith("\r\n\r\none"));
    talk.wire().push("two");
    EXPECT_EQ(talk.wire().unsent(), "two");
    talk.wire().sent(3);
    talk.wire().end_stream();
    EXPECT_EQ(talk.wire().phase(), Phase::over);
}

TEST(connection, a_stream_has_no_body_for_HEAD) {
    Talk talk;
    talk.is_answering = false;
    talk.hear("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
    talk.say(stream("one"));
    EXPECT_THAT(talk.written(), EndsWith("\r\n\r\n"));
    EXPECT_EQ(talk.wire().phase(), Phase::idle);
}

TEST(connection, the_phase_says_what_it_waits_for) {
    Talk talk;
    talk.is_answering = false;
    EXPECT_EQ(talk.wire().phase(), Phase::fresh);
    talk.hear("POST /a HTTP/1.1\r\nHost: x\r\n");
    EXPECT_EQ(talk.wire().phase(), Phase::head);
    talk.hear("Content-Length: 2\r\n\r\n");
    EXPECT_EQ(talk.wire().phase(), Phase::body);
    talk.hear("hi" + get);
    EXPECT_EQ(talk.wire().phase(), Phase::running);
    talk.wire().answer(ok());
    EXPECT_EQ(talk.wire().phase(), Phase::writing);
    talk.wire().sent(talk.wire().unsent().size());
    EXPECT_EQ(talk.wire().phase(), Phase::head) << "the next request was received with it";
    talk.hear("");
    EXPECT_EQ(talk.wire().phase(), Phase::running);
    talk.say(ok());
    EXPECT_EQ(talk.wire().phase(), Phase::idle);
}

}  // namespace
}  // namespace torale::http::test
