// Names: the hosts file, a resolver that says nothing, addresses that the guard refuses.
#include "net/resolver.hpp"

#include <gtest/gtest.h>

#include "driver.hpp"
#include "fake_names.hpp"
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

    // No exception by name: the server's port counts as one for https, its address is open.
    LoopSettings strict() {
        LoopSettings settings = open_settings("127.0.0.1");
        settings.egress.ports = {server.port()};
        settings.dns_servers = names.address();
        return settings;
    }
    std::string secure(const std::string& host) {
        return "https://" + host + ":" + std::to_string(server.port()) + "/";
    }

    TinyServer server;
    FakeNames names;
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

TEST_F(resolver, says_at_once_that_a_name_does_not_exist) {
    LoopSettings settings = open_settings("nx.test");
    settings.dns_servers = names.address();
    Loop net(settings);
    const Stopwatch watch;
    const core::Reply reply = fetch(net, get("http://nx.test/?key=SECRET"));
    EXPECT_EQ(reply.fault, Fault::resolve);
    EXPECT_FALSE(reply.request_sent);
    EXPECT_EQ(reply.fault_text, "cannot resolve nx.test: Domain name not found");
    EXPECT_LT(watch.ms(), 1000);
}

TEST_F(resolver, refuses_a_name_whose_addresses_are_all_inside) {
    LoopSettings settings;
    settings.dns_servers = names.address();
    Loop net(settings);
    const core::Reply reply = fetch(net, get("https://ip-10-0-0-1-192-168-0-1.test/"));
    EXPECT_EQ(reply.fault, Fault::blocked);
    EXPECT_FALSE(reply.request_sent);
    EXPECT_NE(reply.fault_text.find("private range"), std::string::npos) << reply.fault_text;
}

TEST_F(resolver, skips_the_addresses_that_are_refused) {
    Loop net(strict());
    const core::Reply reply = fetch(net, get(secure("ip-10-0-0-1-127-0-0-1.test")));
    EXPECT_EQ(reply.fault, Fault::tls) << reply.fault_text;  // it was reached
}

TEST_F(resolver, checks_the_address_again_when_the_name_has_moved) {
    LoopSettings settings = strict();
    settings.dns_cache_ok_ms = 0;
    Loop net(settings);
    EXPECT_EQ(fetch(net, get(secure("flip.test"))).fault, Fault::tls);
    EXPECT_EQ(fetch(net, get(secure("flip.test"))).fault, Fault::blocked);
}

TEST_F(resolver, keeps_an_answer_for_a_while) {
    Loop net(strict());
    EXPECT_EQ(fetch(net, get(secure("flip.test"))).fault, Fault::tls);
    EXPECT_EQ(fetch(net, get(secure("flip.test"))).fault, Fault::tls);
}

TEST_F(resolver, tries_the_next_address_when_one_refuses) {
    for (const char* host : {"ip-127-0-0-2-127-0-0-1.test", "ip-127-0-0-1-127-0-0-2.test"}) {
        LoopSettings settings = open_settings(host);
        settings.dns_servers = names.address();
        Loop net(settings);
        const std::string port = std::to_string(server.port());
        const core::Reply reply =
            fetch(net, get(std::string("http://") + host + ":" + port + "/ok"));
        EXPECT_EQ(reply.status, 200) << reply.fault_text;
    }
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
    Resolver fresh(watch, {});
    const AnswerPtr answer = fresh.lookup("localhost", 1);
    ASSERT_NE(answer, nullptr);
    ASSERT_FALSE(answer->addresses.empty()) << answer->fault_text;
    for (const Address& address : answer->addresses)
        EXPECT_NE(check_address({}, core::Purpose::channel, 443, address), "");
}

}  // namespace
}  // namespace torale::net::test
