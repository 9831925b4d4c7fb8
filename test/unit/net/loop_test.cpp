#include "net/loop.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "core/call.hpp"
#include "driver.hpp"
#include "tiny_server.hpp"

namespace torale::net::test {
namespace {

using core::Fault;
using core::milliseconds;

class loop : public testing::Test {
protected:
    TinyServer server;
    LoopSettings settings = open_settings();
};

TEST_F(loop, hands_over_status_headers_and_body) {
    Loop net(settings);
    const core::Reply reply = fetch(net, get(server.url("/ok")));
    EXPECT_EQ(reply.fault, std::nullopt) << reply.fault_text;
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "ok");
    EXPECT_TRUE(reply.request_sent);
    EXPECT_EQ(core::find_header(reply.headers, "x-test"), "yes");
    EXPECT_EQ(net.in_flight(), 0u);
}

TEST_F(loop, sends_what_the_request_says_and_nothing_that_it_does_not) {
    Loop net(settings);
    core::Request request = get(server.url("/echo"));
    request.method = "PUT";
    request.body = std::string("a\0b", 3);
    request.headers = {{"X-Empty", ""},
                       {"X-One", "1\r\nX-Smuggled: 2"},
                       {"Host", "evil.example"},
                       {"Content-Length", "99"},
                       {"bad name", "x"}};
    const std::string echo = fetch(net, request).body;
    EXPECT_TRUE(echo.starts_with("PUT /echo HTTP/1.1\r\n")) << echo;
    EXPECT_NE(echo.find("\r\nX-Empty:\r\n"), std::string::npos) << echo;
    EXPECT_NE(echo.find("\r\nX-One: 1  X-Smuggled: 2\r\n"), std::string::npos) << echo;
    EXPECT_NE(echo.find("\r\nUser-Agent: torale\r\n"), std::string::npos) << echo;
    EXPECT_NE(echo.find("\r\nContent-Length: 3\r\n"), std::string::npos) << echo;
    EXPECT_TRUE(echo.ends_with(std::string("\r\n\r\na\0b", 7)));
    for (const char* absent : {"evil", "bad name", "Content-Type", "Expect"})
        EXPECT_EQ(echo.find(absent), std::string::npos) << absent << " in " << echo;
}

TEST_F(loop, leaves_nothing_of_one_request_in_the_next) {
    Loop net(settings);
    core::Request first = get(server.url("/echo"));
    first.method = "PATCH";
    first.body = "body";
    first.headers = {{"X-First", "1"}};
    fetch(net, first);
    core::Request head = get(server.url("/ok"));
    head.method = "HEAD";
    EXPECT_EQ(fetch(net, head).status, 200);
    const std::string second = fetch(net, get(server.url("/echo"))).body;
    EXPECT_TRUE(second.starts_with("GET /echo")) << second;
    EXPECT_EQ(second.find("X-First"), std::string::npos);
    EXPECT_EQ(second.find("Content-Length"), std::string::npos);
    core::Request empty_post = get(server.url("/echo"));
    empty_post.method = "POST";
    EXPECT_TRUE(fetch(net, empty_post).body.starts_with("POST /echo"));
}

TEST_F(loop, uses_a_connection_again) {
    Loop net(settings);
    EXPECT_EQ(fetch(net, get(server.url("/connection"))).body, "1");
    EXPECT_EQ(fetch(net, get(server.url("/connection"))).body, "1");
}

TEST_F(loop, keeps_connections_to_providers_apart_from_those_that_users_name) {
    Loop net(settings);
    core::Request request = get(server.url("/connection"));
    EXPECT_EQ(fetch(net, request).body, "1");
    request.purpose = core::Purpose::channel;
    EXPECT_EQ(fetch(net, request).body, "2");
}

TEST_F(loop, checks_a_connection_again_when_the_policy_has_changed) {
    Loop net(settings);
    EXPECT_EQ(fetch(net, get(server.url("/ok"))).status, 200);
    const auto waiting = net.start(get(server.url("/ok")));
    net.apply({});
    const core::Reply reply = collect(net, 1)[waiting];
    EXPECT_EQ(reply.fault, Fault::blocked);
    EXPECT_FALSE(reply.request_sent);
    EXPECT_NE(reply.fault_text.find("127.0.0.0/8"), std::string::npos) << reply.fault_text;
    EXPECT_EQ(fetch(net, get(server.url("/ok"))).fault, Fault::blocked);
}

TEST_F(loop, postpones_a_delayed_start) {
    Loop net(settings);
    const Stopwatch watch;
    net.start(get(server.url("/ok")), milliseconds(120));
    EXPECT_LE(net.timeout()->count(), 120);
    const auto replies = collect(net, 1);
    EXPECT_GE(watch.ms(), 119);
    EXPECT_LT(replies.begin()->second.duration_ms, 100);
}

TEST_F(loop, ends_a_transfer_at_its_total_timeout) {
    Loop net(settings);
    core::Request request = get(server.url("/delay?60000"));
    request.limits.total_timeout_ms = 150;
    const Stopwatch watch;
    const core::Reply reply = fetch(net, request);
    EXPECT_EQ(reply.fault, Fault::timeout);
    EXPECT_EQ(reply.status, 0);
    EXPECT_TRUE(reply.request_sent);
    EXPECT_GE(watch.ms(), 145);
    EXPECT_LT(watch.ms(), 2000);
}

TEST_F(loop, ends_a_transfer_that_does_not_move) {
    Loop net(settings);
    core::Request request = get(server.url("/delay?60000"));
    request.limits.low_speed_ms = 1000;
    const Stopwatch watch;
    const core::Reply reply = fetch(net, request);
    EXPECT_EQ(reply.fault, Fault::timeout);
    EXPECT_GE(watch.ms(), 900);
    EXPECT_LT(watch.ms(), 10'000);
}

TEST_F(loop, hands_over_no_half_body) {
    Loop net(settings);
    core::Request request = get(server.url("/stall"));
    request.limits.total_timeout_ms = 100;
    const core::Reply reply = fetch(net, request);
    EXPECT_EQ(reply.fault, Fault::timeout);
    EXPECT_TRUE(reply.body.empty());
    EXPECT_TRUE(reply.headers.empty());
}

TEST_F(loop, caps_headers_and_bodies) {
    Loop net(settings);
    core::Request request = get(server.url("/body?1000"));
    request.limits.body_bytes_max = 1000;
    request.limits.header_bytes_max = 2000;
    EXPECT_EQ(fetch(net, request).body.size(), 1000u);
    for (const char* path : {"/body?1001", "/chunks?1001", "/headers?2000", "/bomb?1001"}) {
        request.url = server.url(path);
        const core::Reply reply = fetch(net, request);
        EXPECT_EQ(reply.fault, Fault::too_large) << path;
        EXPECT_TRUE(reply.body.empty());
    }
}

TEST_F(loop, decodes_compressed_bodies_and_stops_a_bomb_early) {
    Loop net(settings);
    EXPECT_EQ(fetch(net, get(server.url("/gzip"))).body, "hello");
    EXPECT_EQ(fetch(net, get(server.url("/bomb?1000000"))).body.size() / 1000, 1000u);
    rusage before{};
    getrusage(RUSAGE_SELF, &before);
    EXPECT_EQ(fetch(net, get(server.url("/bomb?200000000"))).fault, Fault::too_large);
    rusage after{};
    getrusage(RUSAGE_SELF, &after);
    EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 32 * 1024);
}

TEST_F(loop, tells_a_broken_exchange_from_a_refused_connection) {
    Loop net(settings);
    for (const char* path : {"/reset", "/drop"}) {
        const core::Reply reply = fetch(net, get(server.url(path)));
        EXPECT_EQ(reply.fault, Fault::broken) << path << reply.fault_text;
        EXPECT_TRUE(reply.request_sent);
    }
    const BoundSocket nobody(SOCK_STREAM);
    const std::string url = "http://127.0.0.1:" + std::to_string(nobody.port()) + "/?key=SECRET";
    const core::Reply refused = fetch(net, get(url));
    EXPECT_EQ(refused.fault, Fault::connect);
    EXPECT_FALSE(refused.request_sent);
    EXPECT_NE(refused.fault_text.find("refused"), std::string::npos) << refused.fault_text;
    EXPECT_EQ(refused.fault_text.find("SECRET"), std::string::npos);
}

TEST_F(loop, fails_a_handshake_with_a_server_that_speaks_no_tls) {
    Loop net(settings);
    const std::string port = std::to_string(server.port());
    const core::Reply reply = fetch(net, get("https://127.0.0.1:" + port + "/"));
    EXPECT_EQ(reply.fault, Fault::tls) << reply.fault_text;
    EXPECT_FALSE(reply.request_sent);
}

TEST_F(loop, hands_over_a_redirect_instead_of_following_it) {
    Loop net(settings);
    const core::Reply reply = fetch(net, get(server.url("/redirect")));
    EXPECT_EQ(reply.status, 302);
    EXPECT_EQ(core::find_header(reply.headers, "location"), "/ok");
}

TEST_F(loop, reports_what_it_would_not_call_as_a_completion) {
    Loop net(settings);
    EXPECT_EQ(fetch(net, get("ftp://example.com/")).fault, Fault::bad_url);
    EXPECT_EQ(fetch(net, get("http://example.com/")).fault, Fault::bad_url);
    EXPECT_EQ(fetch(net, get("https://10.0.0.1/")).fault, Fault::blocked);
    core::Request request = get(server.url("/ok"));
    request.method = "GET /x HTTP/1.1\r\nX: y";
    EXPECT_EQ(fetch(net, request).fault, Fault::bad_url);
    EXPECT_EQ(net.in_flight(), 0u);
}

TEST_F(loop, ignores_the_proxies_of_the_environment) {
    const BoundSocket nobody(SOCK_STREAM);
    setenv("http_proxy", ("http://127.0.0.1:" + std::to_string(nobody.port())).c_str(), 1);
    Loop net(settings);
    EXPECT_EQ(fetch(net, get(server.url("/ok"))).status, 200);
    unsetenv("http_proxy");
}

TEST_F(loop, rests_when_nothing_is_in_flight) {
    settings.egress.allow = *parse_egress_allow("localhost");
    Loop net(settings);
    EXPECT_EQ(net.timeout(), std::nullopt);
    const std::string port = std::to_string(server.port());
    EXPECT_EQ(fetch(net, get("http://localhost:" + port + "/ok")).status, 200);
    // Timers of the last request may still be there: each is worth one turn, not one a second.
    int turns = 0;
    while (net.timeout() && turns < 5) {
        pollfd waiting{net.fd(), POLLIN, 0};
        poll(&waiting, 1, static_cast<int>(net.timeout()->count()));
        EXPECT_TRUE(net.turn().empty());
        ++turns;
    }
    EXPECT_EQ(net.timeout(), std::nullopt);
}

TEST_F(loop, says_nothing_more_about_a_cancelled_transfer) {
    Loop net(settings);
    const auto active = net.start(get(server.url("/delay?60000")));
    const auto delayed = net.start(get(server.url("/ok")), milliseconds(60'000));
    const auto fresh = net.start(get(server.url("/ok")));
    net.cancel(fresh);
    net.turn();
    net.cancel(active);
    net.cancel(delayed);
    net.cancel(active);
    EXPECT_EQ(net.in_flight(), 0u);
    const auto kept = net.start(get(server.url("/ok")));
    const auto replies = collect(net, 1);
    EXPECT_EQ(replies.begin()->first, kept);
}

TEST_F(loop, cancels_all_at_once) {
    settings.connections_max = 400;
    settings.connections_per_host_max = 400;
    Loop net(settings);
    for (int at = 0; at < 500; ++at) net.start(get(server.url("/delay?60000")));
    net.turn();
    const Stopwatch watch;
    net.cancel_all();
    EXPECT_LT(watch.ms(), 1000);
    EXPECT_EQ(net.in_flight(), 0u);
    EXPECT_TRUE(net.turn().empty());
    EXPECT_EQ(fetch(net, get(server.url("/ok"))).status, 200);
}

}  // namespace
}  // namespace torale::net::test
