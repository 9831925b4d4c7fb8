#include "http/offer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <cerrno>

#include "loopback.hpp"

namespace torale::http::test {
namespace {

// The channel on which workers pass each other connections, and the signal that makes them.
class hand_over : public testing::Test {
protected:
    hand_over() {
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, channel);
        struct sigaction action = {};
        action.sa_handler = [](int) { Server::hand_over(); };
        sigaction(SIGALRM, &action, &before);
    }
    ~hand_over() override {
        sigaction(SIGALRM, &before, nullptr);
        for (const int end : channel) close(end);
    }
    // A statement that takes too long.
    void run_slow_statement(Server& server) {
        server.prepare_hand_over(channel[0]);
        raise(SIGALRM);
    }
    void connect(std::size_t count) {
        for (std::size_t at = 0; at < count; ++at)
            clients.push_back(std::make_unique<Client>(listener));
    }

    int channel[2] = {-1, -1};
    struct sigaction before = {};
    Listener listener;
    std::vector<std::unique_ptr<Client>> clients;
};

TEST_F(hand_over, who_waits_is_served_by_another_while_a_statement_runs) {
    Driven busy(listener, {}, channel[1]);
    connect(3);
    clients[0]->get("/idle");  // one between two requests
    EXPECT_TRUE(busy.run_until(
        [&] { return clients[0]->answers() == 1 && busy.server.counts().accepted == 3; }));
    Listener unused;
    Driven other(unused, {}, channel[1]);
    busy.answer = [&](const Exchange& exchange) {
        core::HttpResponse response;
        response.body = "<" + exchange.request.target + ">";
        if (exchange.request.target != "/slow") return response;
        run_slow_statement(busy.server);
        clients[0]->get("/again");
        clients[1]->get("/new");
        EXPECT_TRUE(other.run_until(
            [&] { return clients[0]->has("</again>") && clients[1]->has("</new>"); }));
        return response;
    };
    clients[2]->get("/slow");
    EXPECT_TRUE(busy.run_until([&] { return clients[2]->has("</slow>"); }));
    busy.server.settle_hand_over();
    EXPECT_EQ(busy.server.counts().connections, 1) << "the one it served itself";
    EXPECT_EQ(other.server.counts().connections, 2);
    EXPECT_EQ(other.exchanges[0].request.remote, "127.0.0.1");

    // Both workers go on with theirs, and nobody has two masters.
    clients[0]->get("/more");
    clients[2]->get("/most");
    EXPECT_TRUE(other.run_until([&] { return clients[0]->has("</more>"); }));
    EXPECT_TRUE(busy.run_until([&] { return clients[2]->has("</most>"); }));
    clients[0]->hang_up();
    EXPECT_TRUE(other.run_until([&] { return other.server.counts().connections == 1; }));
    EXPECT_EQ(busy.server.counts().connections, 1);
}

TEST_F(hand_over, a_lone_worker_takes_its_own_back) {
    Driven worker(listener, {}, channel[1]);
    connect(5);
    EXPECT_TRUE(worker.run_until([&] { return worker.server.counts().accepted == 5; }));
    run_slow_statement(worker.server);
    EXPECT_TRUE(worker.run_until([&] { return worker.server.counts().accepted == 10; }));
    EXPECT_EQ(worker.server.counts().connections, 5);
    for (auto& client : clients) client->get("/");
    for (auto& client : clients)
        EXPECT_TRUE(worker.run_until([&] { return client->answers() == 1; }));
}

TEST_F(hand_over, what_was_read_or_streams_stays) {
    Driven worker(listener);
    connect(3);
    worker.answer = [](const Exchange&) {
        core::HttpResponse response;
        response.is_stream = true;
        return response;
    };
    clients[0]->send("GET / HTTP/1.1\r\n");
    clients[1]->send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nx");
    clients[2]->get("/events");
    EXPECT_TRUE(worker.run_until([&] {
        return worker.server.counts().streams == 1 && worker.server.counts().accepted == 3;
    }));
    for (int turns = 0; turns < 10; ++turns) worker.turn(0);
    run_slow_statement(worker.server);
    worker.server.settle_hand_over();
    EXPECT_EQ(worker.server.counts().connections, 3);
    pollfd ready{channel[1], POLLIN, 0};
    EXPECT_EQ(poll(&ready, 1, 0), 0) << "nothing was sent";
}

TEST_F(hand_over, those_with_bytes_go_first_and_a_full_channel_keeps_the_rest) {
    const int little = 1;
    setsockopt(channel[0], SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
    Driven worker(listener);
    connect(60);
    EXPECT_TRUE(worker.run_until([&] { return worker.server.counts().accepted == 60; }));
    clients[58]->get("/58");
    clients[59]->get("/59");
    errno = EDOM;
    run_slow_statement(worker.server);
    EXPECT_EQ(errno, EDOM);
    worker.server.settle_hand_over();
    const int kept = worker.server.counts().connections;
    EXPECT_GT(kept, 0);
    EXPECT_LT(kept, 59);
    Listener unused;
    Driven other(unused, {}, channel[1]);
    EXPECT_TRUE(other.run_until(
        [&] { return clients[58]->answers() == 1 && clients[59]->answers() == 1; }));
    EXPECT_TRUE(other.run_until([&] { return other.server.counts().connections == 60 - kept; }));
    // Those kept are served as before.
    int served = 0;
    EXPECT_TRUE(worker.run_until([&] {
        for (; served < 58; ++served) clients[static_cast<std::size_t>(served)]->get("/");
        other.turn(0);
        return std::all_of(clients.begin(), clients.end(),
                           [](const auto& client) { return client->answers() == 1; });
    }));
}

TEST_F(hand_over, sends_nothing_when_none_is_prepared_or_all_is_settled) {
    Driven worker(listener);
    connect(1);
    EXPECT_TRUE(worker.run_until([&] { return worker.server.counts().accepted == 1; }));
    raise(SIGALRM);
    worker.server.prepare_hand_over(channel[0]);
    worker.server.settle_hand_over();
    raise(SIGALRM);
    worker.server.prepare_hand_over(-1);
    raise(SIGALRM);
    worker.turn(0);
    EXPECT_EQ(worker.server.counts().connections, 1);
}

TEST_F(hand_over, a_channel_that_is_closed_disturbs_nobody) {
    Driven worker(listener, {}, channel[1]);
    close(channel[0]);
    channel[0] = -1;
    connect(1);
    clients[0]->get("/");
    EXPECT_TRUE(worker.run_until([&] { return clients[0]->answers() == 1; }));
    pollfd ready{worker.server.fd(), POLLIN, 0};
    EXPECT_EQ(poll(&ready, 1, 0), 0) << "it would spin";
}

}  // namespace
}  // namespace torale::http::test
