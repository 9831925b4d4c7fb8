// Names: the hosts file, a resolver that says nothing, addresses that the guard refuses.
#include "net/resolver.hpp"

#include <gtest/gtest.h>

#include "driver.hpp"
#include "net/loop.hpp"
#include "tiny_server.hpp"

namespace torale::net::test {
namespace {

using core::Fault;

class resolver : public testing::Test {
protected:
    // Asks a name server that swallows every question.
    LoopSettings silent(std::string_view allow) {
        LoopSettings settings = open_settings(allow);
        settings.dns_servers = "127.0.0.1:" + std::to_string(name_server.port());
        return settings;
    }
    std::string local(const std::string& path) {
        return "http://localhost:" + std::to_string(server.port()) + path;
    }

    TinyServer server;
    BoundSocket name_server{SOCK_DGRAM};
};

TEST_F(resolver, reads_the_hosts_file) {
    Loop net(silent("localhost"));
    const core::Reply reply = fetch(net, get(local("/echo")));
    EXPECT_EQ(reply.status, 200) << reply.fault_text;
    EXPECT_NE(reply.body.find("\r\nHost: localhost:"), std::string::npos) << reply.body;
}

TEST_F(resolver, gives_up_at_the_connect_timeout_and_remembers_it) {
    LoopSettings settings = silent("gone.invalid");
    settings.dns_timeout_ms = 400;
    Loop net(settings);
    core::Request request = get("http://gone.invalid/?key=SECRET");
    request.limits.connect_timeout_ms = 200;
    const Stopwatch watch;
    core::Reply reply = fetch(net, request);
    EXPECT_EQ(reply.fault, Fault::timeout);
    EXPECT_FALSE(reply.request_sent);
    EXPECT_EQ(reply.fault_text.find("SECRET"), std::string::npos);
    EXPECT_NE(reply.fault_text.find("gone.invalid"), std::string::npos);
    EXPECT_GE(watch.ms(), 195);
    EXPECT_LT(watch.ms(), 400);
    request.limits.connect_timeout_ms = 5000;
    EXPECT_EQ(fetch(net, request).fault, Fault::timeout);
    const Stopwatch again;
    EXPECT_EQ(fetch(net, request).fault, Fault::timeout);
    EXPECT_LT(again.ms(), 100);
}

TEST_F(resolver, disturbs_no_other_transfer_while_it_waits) {
    const auto threads = count_entries("/proc/self/task");
    Loop net(silent("127.0.0.1,gone.invalid"));
    for (int at = 0; at < 500; ++at) net.start(get("http://gone.invalid/" + std::to_string(at)));
    for (int at = 0; at < 200; ++at) net.start(get(server.url("/ok")));
    const Stopwatch watch;
    for (const auto& [transfer, reply] : collect(net, 200)) EXPECT_EQ(reply.status, 200);
    EXPECT_LT(watch.ms(), 2000);
    EXPECT_EQ(count_entries("/proc/self/task"), threads);
    EXPECT_EQ(net.in_flight(), 500u);
}

TEST_F(resolver, asks_once_for_all_who_wait_for_a_name) {
    Loop net(silent("gone.invalid"));
    for (int at = 0; at < 100; ++at) net.start(get("http://gone.invalid/"));
    net.turn();
    int questions = 0;
    char bytes[512];
    while (recv(name_server.fd(), bytes, sizeof bytes, MSG_DONTWAIT) > 0) ++questions;
    EXPECT_GE(questions, 1);
    EXPECT_LE(questions, 2);  // A and AAAA
}

TEST_F(resolver, fails_when_no_name_server_listens) {
    LoopSettings settings = open_settings("gone.invalid");
    int port = 0;
    {
        const BoundSocket closed(SOCK_DGRAM);
        port = closed.port();
    }
    settings.dns_servers = "127.0.0.1:" + std::to_string(port);
    Loop net(settings);
    const core::Reply reply = fetch(net, get("http://gone.invalid/"));
    EXPECT_TRUE(reply.fault == Fault::resolve || reply.fault == Fault::timeout);
    EXPECT_FALSE(reply.request_sent);
}

TEST_F(resolver, does_not_let_a_name_lead_inside) {
    // Rules are lifted for channels only, so that the URL of a provider is still strict.
    Loop net(silent("channel:localhost"));
    core::Request request = get(local("/ok"));
    request.purpose = core::Purpose::channel;
    EXPECT_EQ(fetch(net, request).status, 200);
    request.purpose = core::Purpose::feed;
    EXPECT_NE(fetch(net, request).fault, std::nullopt);
}

TEST_F(resolver, checks_the_addresses_behind_a_name) {
    Watch watch;
    Resolver names(watch, {});
    const AnswerPtr answer = names.lookup("localhost", 1);
    ASSERT_NE(answer, nullptr);
    ASSERT_FALSE(answer->addresses.empty()) << answer->fault_text;
    for (const Address& address : answer->addresses)
        EXPECT_NE(check_address({}, core::Purpose::channel, 443, address), "");
}

}  // namespace
}  // namespace torale::net::test
