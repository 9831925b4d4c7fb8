#include "http/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "loopback.hpp"

namespace torale::http::test {
namespace {

using core::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;

class server : public testing::Test {
protected:
    Listener listener;
    Limits limits;
};

TEST_F(server, serves_many_requests_on_one_connection) {
    Driven worker(listener);
    Client client(listener);
    for (int at = 1; at <= 3; ++at) {
        client.get("/" + std::to_string(at));
        EXPECT_TRUE(worker.run_until([&] { return client.answers() == at; }));
    }
    EXPECT_THAT(client.received(), EndsWith("</3>"));
    EXPECT_EQ(worker.server.counts().accepted, 1);
    EXPECT_EQ(worker.server.counts().connections, 1);
    client.hang_up();
    EXPECT_TRUE(worker.run_until([&] { return worker.server.counts().connections == 0; }));
}

TEST_F(server, tells_who_asks_without_the_port) {
    Listener six(AF_INET6);
    Driven worker(listener);
    Driven worker_of_six(six);
    Client client(listener);
    Client client_of_six(six);
    client.get("/");
    client_of_six.get("/");
    EXPECT_TRUE(worker.run_until([&] { return client.answers() == 1; }));
    EXPECT_TRUE(worker_of_six.run_until([&] { return client_of_six.answers() == 1; }));
    EXPECT_EQ(worker.exchanges[0].request.remote, "127.0.0.1");
    EXPECT_EQ(worker_of_six.exchanges[0].request.remote, "::1");
}

TEST_F(server, answers_a_pipeline_in_its_order) {
    Driven worker(listener);
    Client client(listener);
    std::string bytes;
    std::string paths;
    for (int at = 0; at < 100; ++at) {
        const std::string path = "/" + std::to_string(at);
        bytes += "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
        paths += path;
    }
    client.send(bytes);
    EXPECT_TRUE(worker.run_until([&] { return client.has("</99>"); }));
    std::string served;
    for (const auto& exchange : worker.exchanges) served += exchange.request.target;
    EXPECT_EQ(served, paths);
}

TEST_F(server, a_long_pipeline_lets_others_have_their_turn) {
    Driven worker(listener);
    Client greedy(listener);
    std::string bytes;
    for (int at = 0; at < 1000; ++at) bytes += "GET /greedy HTTP/1.1\r\nHost: x\r\n\r\n";
    greedy.send(bytes);
    EXPECT_TRUE(worker.run_until([&] { return !worker.exchanges.empty(); }));
    Client modest(listener);
    modest.get("/modest");
    EXPECT_TRUE(worker.run_until([&] { return modest.answers() == 1; }));
    EXPECT_LT(greedy.answers(), 1000);
    EXPECT_TRUE(worker.run_until([&] { return greedy.answers() == 1000; }));
}

TEST_F(server, one_request_a_turn_however_many_wait) {
    Driven worker(listener);
    std::vector<std::unique_ptr<Client>> clients;
    for (int at = 0; at < 10; ++at) {
        clients.push_back(std::make_unique<Client>(listener));
        clients.back()->get("/");
    }
    std::vector<ConnectionId> served;
    EXPECT_TRUE(worker.run_until([&] {
        const std::size_t before = worker.exchanges.size();
        worker.turn();
        EXPECT_LE(worker.exchanges.size(), before + 1);
        return worker.exchanges.size() == 10;
    }));
    for (auto& client : clients)
        EXPECT_TRUE(worker.run_until([&] { return client->answers() == 1; }));
}

TEST_F(server, refuses_and_closes_and_counts_it) {
    Driven worker(listener);
    Client client(listener);
    client.send("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(worker.run_until([&] { return client.is_closed(); }));
    EXPECT_THAT(client.received(), testing::StartsWith("HTTP/1.1 400 "));
    EXPECT_EQ(client.answers(), 1);
    EXPECT_EQ(worker.server.counts().refused, 1);
    EXPECT_TRUE(worker.exchanges.empty());
}

TEST_F(server, a_refusal_reaches_a_client_that_is_still_sending) {
    limits.body_bytes_max = 10;
    Driven worker(listener, limits);
    Client client(listener);
    client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n");
    const std::string body(10'000, 'x');
    std::size_t sent = 0;
    EXPECT_TRUE(worker.run_until([&] {
        if (sent < 3'000'000) sent += client.send(body);
        return sent >= 3'000'000 || client.is_closed();
    }));
    EXPECT_TRUE(client.has("HTTP/1.1 413 "));
}

TEST_F(server, a_large_answer_is_sent_as_the_client_takes_it) {
    Driven worker(listener);
    const std::string body(8 << 20, 'b');
    worker.answer = [&](const Exchange& exchange) {
        core::HttpResponse response;
        if (exchange.request.target == "/large") response.body = body;
        return response;
    };
    Client client(listener, 4096);
    Client other(listener);
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n");
    other.get("/");
    EXPECT_TRUE(worker.run_until([&] { return other.answers() == 1; }));
    for (int turns = 0; turns < 20; ++turns) worker.turn(0);
    EXPECT_EQ(worker.exchanges.size(), 2u) << "read on before the answer was out";
    EXPECT_TRUE(worker.run_until([&] { return client.answers() == 2; }));
    EXPECT_THAT(client.received(), HasSubstr("\r\n\r\n" + body + "HTTP/1.1 200 OK"));
}

TEST_F(server, a_head_that_takes_too_long_is_408) {
    limits.header_timeout = milliseconds(30);
    Driven worker(listener, limits);
    Client client(listener);
    client.send("GET /a HTTP/1.1\r\n");
    EXPECT_TRUE(worker.run_until([&] {
        client.send("X");  // some progress is no excuse
        return client.is_closed();
    }));
    EXPECT_THAT(client.received(), testing::StartsWith("HTTP/1.1 408 "));
    EXPECT_EQ(worker.server.counts().refused, 1);
}

TEST_F(server, a_body_that_takes_too_long_is_408) {
    limits.body_timeout = milliseconds(30);
    Driven worker(listener, limits);
    Client client(listener);
    client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx");
    EXPECT_TRUE(worker.run_until([&] { return client.is_closed(); }));
    EXPECT_THAT(client.received(), testing::StartsWith("HTTP/1.1 408 "));
}

TEST_F(server, idle_connections_are_closed_without_a_word) {
    limits.idle_timeout = milliseconds(30);
    Driven worker(listener, limits);
    Client silent(listener);
    Client served(listener);
    served.get("/");
    EXPECT_TRUE(worker.run_until([&] { return silent.is_closed() && served.is_closed(); }));
    EXPECT_EQ(silent.received(), "");
    EXPECT_EQ(served.answers(), 1);
    EXPECT_EQ(worker.server.counts().connections, 0);
    EXPECT_EQ(worker.server.timeout(), std::nullopt);
}

TEST_F(server, an_answer_that_nobody_takes_ends_its_connection) {
    limits.write_timeout = milliseconds(30);
    Driven worker(listener, limits);
    worker.answer = [&](const Exchange&) {
        core::HttpResponse response;
        response.body.assign(16 << 20, 'b');
        return response;
    };
    Client client(listener, 4096);
    client.get("/");
    EXPECT_TRUE(worker.run_until([&] { return worker.exchanges.size() == 1; }));
    EXPECT_EQ(worker.server.counts().connections, 1);
    EXPECT_TRUE(worker.run_until([&] { return worker.server.counts().connections == 0; }));
}

TEST_F(server, who_waited_for_a_slow_statement_is_not_late) {
    Driven worker(listener);
    Client slow(listener);
    Client waiting(listener);
    waiting.get("/first");
    EXPECT_TRUE(worker.run_until([&] { return waiting.answers() == 1; }));
    limits.idle_timeout = limits.header_timeout = milliseconds(1);
    worker.answer = [&](const Exchange& exchange) {
        if (exchange.request.target == "/slow") {
            waiting.get("/second");
            worker.server.apply(limits);
            const auto end = std::chrono::steady_clock::now() + 2 * limits.idle_timeout;
            while (std::chrono::steady_clock::now() < end) continue;
        }
        return core::HttpResponse();
    };
    slow.get("/slow");
    EXPECT_TRUE(worker.run_until([&] { return waiting.is_closed(); }));
    EXPECT_EQ(waiting.answers(), 2);
}

TEST_F(server, hundreds_of_slow_heads_lock_nobody_out) {
    limits.connections_max = 200;
    Driven worker(listener, limits);
    std::vector<std::unique_ptr<Client>> slow;
    Client old_friend(listener);
    old_friend.get("/");
    EXPECT_TRUE(worker.run_until([&] { return old_friend.answers() == 1; }));
    for (int at = 0; at < 500; ++at) {
        slow.push_back(std::make_unique<Client>(listener));
        slow.back()->send(at % 2 == 0 ? "GET / HTTP/1.1\r\nX: " : "");
    }
    EXPECT_TRUE(worker.run_until([&] { return worker.server.counts().accepted == 501; }));
    EXPECT_LE(worker.server.counts().connections, 200);
    for (int at = 0; at < 20; ++at) {
        for (auto& client : slow) client->send("x");
        Client fresh(listener);
        fresh.get("/fresh");
        old_friend.get("/old");
        EXPECT_TRUE(worker.run_until(
            [&] { return fresh.answers() == 1 && old_friend.answers() == at + 2; }));
    }
}

TEST_F(server, what_runs_or_streams_gives_no_way) {
    limits.connections_max = 2;
    Driven worker(listener, limits);
    worker.answer = [](const Exchange& exchange) {
        core::HttpResponse response;
        response.is_stream = exchange.request.target == "/stream";
        return response;
    };
    Client first(listener);
    Client second(listener);
    first.get("/stream");
    second.get("/stream");
    EXPECT_TRUE(worker.run_until([&] { return worker.server.counts().streams == 2; }));
    Client third(listener);
    third.get("/");
    EXPECT_TRUE(worker.run_until([&] { return third.is_closed(); }));
    EXPECT_FALSE(first.is_closed() || second.is_closed());
    first.hang_up();
    EXPECT_TRUE(worker.run_until([&] { return worker.server.counts().streams == 1; }));
    Client fourth(listener);
    fourth.get("/");
    EXPECT_TRUE(worker.run_until([&] { return fourth.answers() == 1; }));
}

TEST_F(server, without_descriptors_it_pauses_and_goes_on_later) {
    Driven worker(listener);
    std::vector<std::unique_ptr<Client>> clients;
    for (int at = 0; at < 5; ++at) clients.push_back(std::make_unique<Client>(listener));
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    rlimit none = before;
    none.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &none);
    worker.turn();
    const auto pause = worker.server.timeout();
    pollfd ready{worker.server.fd(), POLLIN, 0};
    const int events = poll(&ready, 1, 0);
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(worker.server.counts().accepted, 0);
    EXPECT_EQ(events, 0) << "it would spin";
    ASSERT_TRUE(pause.has_value());
    EXPECT_GT(*pause, milliseconds(1));
    EXPECT_TRUE(worker.run_until([&] { return worker.server.counts().accepted == 5; }));
}

TEST_F(server, drains_to_nothing_and_cuts_nobody_off) {
    Driven worker(listener);
    Client idle(listener);
    Client asking(listener);
    Client uploading(listener);
    idle.get("/");
    uploading.send("POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nh");
    EXPECT_TRUE(worker.run_until(
        [&] { return idle.answers() == 1 && worker.server.counts().accepted == 3; }));
    asking.get("/asked");  // in its socket, not read
    worker.server.drain();
    EXPECT_FALSE(worker.server.is_drained());
    EXPECT_TRUE(worker.run_until([&] { return idle.is_closed() && asking.is_closed(); }));
    EXPECT_EQ(idle.answers(), 1);
    EXPECT_TRUE(asking.has("Connection: close"));
    EXPECT_TRUE(asking.has("</asked>"));
    uploading.send("i");
    EXPECT_TRUE(worker.run_until([&] { return uploading.is_closed(); }));
    EXPECT_TRUE(uploading.has("</up>"));
    idle.hang_up();
    asking.hang_up();
    uploading.hang_up();
    EXPECT_TRUE(worker.run_until([&] { return worker.server.is_drained(); }));
    Client late(listener);
    late.get("/");
    for (int turns = 0; turns < 10; ++turns) worker.turn(0);
    EXPECT_EQ(late.answers(), 0);
}

TEST_F(server, an_answer_for_a_connection_that_is_gone_is_dropped) {
    Driven worker(listener);
    core::HttpResponse response;
    worker.server.answer(12345, response);
    EXPECT_TRUE(worker.server.closed_streams().empty());
    response.is_stream = true;
    worker.server.answer(12345, response);
    EXPECT_THAT(worker.server.closed_streams(), testing::ElementsAre(12345u));
    EXPECT_FALSE(worker.server.push(12345, "x"));
    worker.server.end_stream(12345);
}

}  // namespace
}  // namespace torale::http::test
