// Streams of events: what begins one, what is sent once, what ends one.
#include "rest/event_streams.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/rest/fake_database.hpp"

namespace torale::rest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class Streams : public testing::ServiceTest {
protected:
    EventStreams streams{{.streams_max = 2, .per_client_max = 2}};

    core::HttpResponse open(std::uint64_t connection, std::vector<core::Header> headers = {}) {
        headers.push_back({"apikey", "sk_test"});
        return streams.open(connection, {"GET", "/events", std::move(headers), "", "192.0.2.1"},
                            service);
    }
    void happens(const std::string& id, const std::string& kind) {
        Answer answer;
        answer.count = 1;
        answer.body = R"([{"id":")" + id + R"(","kind":")" + kind +
                      R"(","at":"2027-01-15T08:00:00+00:00","payload":{"n":1}}])";
        database.answers.push_back(answer);
    }
};

TEST_F(Streams, an_owner_opens_one_and_hears_what_is_new_once) {
    const auto response = open(7);
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(response.is_stream);
    EXPECT_THAT(database.calls, ElementsAre("begin", "admit", "commit"));
    happens("1800000000000001-a:success", "execution");
    const auto pushes = streams.poll(service);
    ASSERT_THAT(pushes, SizeIs(1));
    EXPECT_EQ(pushes[0].connection, 7u);
    EXPECT_FALSE(pushes[0].ends);
    EXPECT_EQ(pushes[0].bytes,
              "id: 1800000000000001-a:success\nevent: execution\ndata: {\"n\":1}\n\n");
    happens("1800000000000001-a:success", "execution");
    EXPECT_THAT(streams.poll(service), SizeIs(0));
}

TEST_F(Streams, looks_back_over_rows_that_commit_late) {
    open(7);
    streams.poll(service);
    ASSERT_FALSE(database.statement.parameters.empty());
    // The clock's instant less half a minute.
    EXPECT_EQ(database.statement.parameters[0], "2027-01-15T07:59:30Z");
}

TEST_F(Streams, resumes_by_the_last_id_but_not_from_the_beginning_of_time) {
    open(7, {{"Last-Event-ID", "1799999900000000-x"}});
    streams.poll(service);
    EXPECT_EQ(database.statement.parameters[0], "2027-01-15T07:57:50Z");
    streams.close(7);
    open(8, {{"Last-Event-ID", "0000000000000001-x"}});
    streams.poll(service);
    EXPECT_EQ(database.statement.parameters[0], "2027-01-15T06:59:30Z");
}

TEST_F(Streams, reads_further_pages_by_the_last_id_of_the_one_before) {
    open(7);
    Answer full;
    full.count = 500;
    full.body = R"([{"id":"1800000000000009-z","kind":"finding","payload":{}}])";
    database.answers.push_back(full);
    EXPECT_THAT(streams.poll(service), SizeIs(1));
    EXPECT_EQ(database.statement.parameters[1], "1800000000000009-z");
}

TEST_F(Streams, a_refusal_ends_it_and_a_busy_server_does_not) {
    open(7);
    database.answers.push_back(SqlError{"57P01", "terminating", "", ""});
    EXPECT_THAT(streams.poll(service), SizeIs(0));
    EXPECT_EQ(streams.size(), 1u);
    database.identity =
        Failure{.status = 401, .code = "PGRST301", .message = "API key is not valid"};
    const auto pushes = streams.poll(service);
    ASSERT_THAT(pushes, SizeIs(1));
    EXPECT_TRUE(pushes[0].ends);
    EXPECT_EQ(streams.size(), 0u);
}

TEST_F(Streams, strangers_and_too_many_are_refused) {
    database.identity = Identity{.role = "torale_anon"};
    const auto stranger = open(1);
    EXPECT_EQ(stranger.status, 401);
    EXPECT_FALSE(stranger.is_stream);
    EXPECT_EQ(streams.size(), 0u);
    database.identity = Identity{.role = "torale_user", .is_anonymous = false};
    open(1);
    open(2);
    const auto third = open(3);
    EXPECT_EQ(third.status, 503);
    EXPECT_THAT(third.body, HasSubstr("too many event streams"));
    EXPECT_THAT(third.body, Not(HasSubstr("sk_test")));
}

TEST_F(Streams, nobody_takes_all_of_them) {
    streams.limit({.streams_max = 10, .per_client_max = 1});
    database.identity =
        Identity{.role = "torale_user", .limit_key = "user:ann", .is_anonymous = false};
    EXPECT_EQ(open(1).status, 200);
    const auto second = open(2);
    EXPECT_EQ(second.status, 429);
    EXPECT_FALSE(second.is_stream);
    database.identity =
        Identity{.role = "torale_user", .limit_key = "user:bob", .is_anonymous = false};
    EXPECT_EQ(open(3).status, 200);
    streams.close(1);
    database.identity =
        Identity{.role = "torale_user", .limit_key = "user:ann", .is_anonymous = false};
    EXPECT_EQ(open(4).status, 200);
}

TEST_F(Streams, heartbeats_reach_everybody) {
    open(1);
    open(2);
    EXPECT_THAT(streams.heartbeat(), SizeIs(2));
}

TEST(EventTime, is_read_from_the_id) {
    EXPECT_EQ(event_time("0000000000000042-x"), core::Time(core::microseconds(42)));
    for (const char* bad : {"", "x", "-x", "12", "1a-x", "99999999999999999999-x"})
        EXPECT_EQ(event_time(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace torale::rest
