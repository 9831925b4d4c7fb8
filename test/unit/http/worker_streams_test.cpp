#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server.hpp"
#include "loopback.hpp"

namespace torale::http::test {
namespace {

using core::milliseconds;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;

class streams : public testing::Test {
protected:
    void open(Driven& worker, Client& client, const std::string& method = "GET") {
        worker.answer = [](const Exchange& exchange) {
            core::HttpResponse response;
            response.body = "begin";
            response.is_stream = exchange.request.target == "/events";
            return response;
        };
        client.send(method + " /events HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_TRUE(worker.run_until([&] { return client.has("\r\n\r\n"); }));
        id = worker.exchanges.back().connection;
    }

    Listener listener;
    Limits limits;
    ConnectionId id = 0;
};

TEST_F(streams, bring_what_is_pushed_and_end) {
    Driven worker(listener);
    Client client(listener);
    open(worker, client);
    EXPECT_EQ(worker.server.counts().streams, 1);
    EXPECT_TRUE(worker.server.push(id, "one"));
    EXPECT_TRUE(worker.server.push(id, ""));
    EXPECT_TRUE(worker.server.push(id, "two"));
    worker.server.end_stream(id);
    EXPECT_FALSE(worker.server.push(id, "three"));
    EXPECT_TRUE(worker.run_until([&] { return client.has("0\r\n\r\n"); }));
    EXPECT_THAT(client.received(), EndsWith("5\r\nbegin\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
    EXPECT_THAT(worker.server.closed_streams(), IsEmpty()) << "its owner ended it";
    EXPECT_EQ(worker.server.counts().streams, 0);
    client.get("/more");
    EXPECT_TRUE(worker.run_until([&] { return client.answers() == 2; }));
}

TEST_F(streams, a_request_sent_during_a_stream_is_answered_after_it) {
    Driven worker(listener);
    Client client(listener);
    open(worker, client);
    client.get("/more");
    for (int turns = 0; turns < 10; ++turns) worker.turn(0);
    EXPECT_EQ(worker.exchanges.size(), 1u);
    worker.server.end_stream(id);
    EXPECT_TRUE(worker.run_until([&] { return client.answers() == 2; }));
}

TEST_F(streams, tell_once_that_the_client_went) {
    Driven worker(listener);
    Client client(listener);
    open(worker, client);
    client.hang_up();
    EXPECT_TRUE(worker.run_until([&] { return worker.server.counts().streams == 0; }));
    EXPECT_THAT(worker.server.closed_streams(), ElementsAre(id));
    EXPECT_THAT(worker.server.closed_streams(), IsEmpty());
    EXPECT_FALSE(worker.server.push(id, "x"));
}

TEST_F(streams, outlive_every_timeout_while_nothing_is_unsent) {
    limits.idle_timeout = limits.header_timeout = limits.write_timeout = milliseconds(1);
    limits.body_timeout = milliseconds(1);
    Driven worker(listener);
    Client client(listener);
    open(worker, client);
    worker.server.apply(limits);
    Client other(listener);
    EXPECT_TRUE(worker.run_until([&] { return other.is_closed(); })) << "that one was late";
    EXPECT_EQ(worker.server.timeout(), std::nullopt);
    EXPECT_TRUE(worker.server.push(id, "still here"));
    EXPECT_TRUE(worker.run_until([&] { return client.has("still here"); }));
}

TEST_F(streams, a_client_that_reads_too_slowly_is_left) {
    limits.stream_bytes_max = 100'000;
    Driven worker(listener, limits);
    Client client(listener, 4096);
    open(worker, client);
    const std::string part(50'000, 'p');
    std::int64_t pushed = 0;
    while (worker.server.push(id, part)) {
        pushed += 50'000;
        ASSERT_LT(pushed, 100'000'000) << "no cap";
    }
    EXPECT_GE(pushed, 100'000);
    EXPECT_THAT(worker.server.closed_streams(), ElementsAre(id));
    EXPECT_EQ(worker.server.counts().connections, 0);
}

TEST_F(streams, unsent_bytes_follow_when_the_client_reads) {
    limits.stream_bytes_max = 64 << 20;
    Driven worker(listener, limits);
    Client client(listener, 4096);
    open(worker, client);
    const std::string part(8 << 20, 'p');
    EXPECT_TRUE(worker.server.push(id, part));
    EXPECT_TRUE(worker.server.push(id, "end"));
    EXPECT_TRUE(worker.run_until([&] { return client.has("3\r\nend\r\n"); }));
    EXPECT_TRUE(client.has("800000\r\n" + part + "\r\n"));
    client.hang_up();
    EXPECT_TRUE(worker.run_until([&] { return worker.server.counts().streams == 0; }));
}

TEST_F(streams, HEAD_opens_none) {
    Driven worker(listener);
    Client client(listener);
    open(worker, client, "HEAD");
    EXPECT_EQ(worker.server.counts().streams, 0);
    EXPECT_THAT(worker.server.closed_streams(), ElementsAre(id));
    EXPECT_THAT(client.received(), EndsWith("\r\n\r\n"));
}

TEST_F(streams, draining_ends_them_properly) {
    Driven worker(listener);
    Client client(listener);
    open(worker, client);
    worker.server.drain();
    EXPECT_THAT(worker.server.closed_streams(), ElementsAre(id));
    EXPECT_TRUE(worker.run_until([&] { return client.is_closed(); }));
    EXPECT_THAT(client.received(), EndsWith("\r\n0\r\n\r\n"));
    client.hang_up();
    EXPECT_TRUE(worker.run_until([&] { return worker.server.is_drained(); }));
}

}  // namespace
}  // namespace torale::http::test
