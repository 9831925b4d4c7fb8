#include "net/egress.hpp"

#include <gtest/gtest.h>

#include <clocale>
#include <string>
#include <vector>

#include "net/address.hpp"

namespace torale::net {
namespace {

using core::Purpose;

EgressPolicy policy_of(std::string_view allow) {
    auto rules = parse_egress_allow(allow);
    EXPECT_TRUE(rules.ok()) << (rules ? "" : rules.error().detail);
    return {rules ? *rules : std::vector<EgressRule>{}, {443}};
}

bool is_open(const EgressPolicy& policy, Purpose purpose, std::string_view url) {
    return check_url(policy, purpose, url).ok();
}

bool is_open_address(const EgressPolicy& policy, const char* address, int port = 443) {
    return check_address(policy, Purpose::channel, port, *parse_address(address)).empty();
}

// curl reads international names in the character set of the process, a backend's is UTF-8.
struct Utf8 {
    Utf8() { EXPECT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr); }
    ~Utf8() { std::setlocale(LC_CTYPE, "C"); }
};

class RefusedUrl : public testing::TestWithParam<const char*> {};

TEST_P(RefusedUrl, is_refused_without_exceptions) {
    const Utf8 utf8;
    const auto target = check_url({}, Purpose::channel, GetParam());
    ASSERT_FALSE(target.ok()) << target->host;
    EXPECT_EQ(target.error().kind, core::ErrorKind::invalid);
    EXPECT_FALSE(target.error().message.empty());
}

INSTANTIATE_TEST_SUITE_P(
    addresses, RefusedUrl,
    testing::Values(
        "https://127.0.0.1/", "https://127.1/", "https://127.0.1/", "https://2130706433/",
        "https://0x7f000001/", "https://0x7F.0.0.1/", "https://0177.0.0.1/", "https://0177.1/",
        "https://017700000001/", "https://127.0.0.1./", "https://127.255.255.254/", "https://0/",
        "https://0.0.0.0/", "https://0.1.2.3/", "https://10.0.0.1/", "https://10.255.255.255/",
        "https://012.0.0.1/", "https://167772161/", "https://100.64.0.1/",
        "https://100.127.255.255/", "https://169.254.169.254/latest/meta-data/",
        "https://0xa9fea9fe/", "https://2852039166/", "https://0251.0376.0251.0376/",
        "https://172.16.0.1/", "https://172.31.255.255/", "https://192.0.0.1/",
        "https://192.0.2.1/", "https://192.88.99.1/", "https://192.168.1.1/",
        "https://192.168.257/", "https://198.18.0.1/", "https://198.19.255.255/",
        "https://198.51.100.7/", "https://203.0.113.7/", "https://224.0.0.1/",
        "https://239.255.255.255/", "https://240.0.0.1/", "https://255.255.255.255/",
        "https://0xffffffff/", "https://[::]/", "https://[::1]/", "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::ffff:8.8.8.8]/",
        "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::8.8.8.8]/",
        "https://[64:ff9b:1::1]/", "https://[100::1]/", "https://[2001::1]/",
        "https://[2001:0:7f00:1::]/", "https://[2001:db8::1]/", "https://[2002:7f00:1::]/",
        "https://[3fff::1]/", "https://[fc00::1]/", "https://[fd12:3456::1]/", "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/", "https://[fec0::1]/", "https://[ff02::1]/",
        "https://[4000::1]/", "https://%31%32%37.0.0.1/",
        "https://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1/",  // wide digits
        "https://127\xe3\x80\x82"
        "0\xe3\x80\x82"
        "0\xe3\x80\x82"
        "1/",  // ideographic full stops
        "https://localhost/", "https://LOCALHOST./", "https://api.localhost/"));

INSTANTIATE_TEST_SUITE_P(
    shapes, RefusedUrl,
    testing::Values("", "example.com", "//example.com/", "http://example.com/",
                    "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
                    "dict://example.com:11211/", "smtp://example.com/", "ldap://example.com/",
                    "javascript:alert(1)", "https://", "https:///", "https://user@example.com/",
                    "https://user:pass@example.com/", "https://example.com@127.0.0.1/",
                    "https://127.0.0.1#@example.com/", "https://127.0.0.1?@example.com/",
                    "https://example.com\\@127.0.0.1/", "https://127.0.0.1\\.example.com/",
                    "https://example.com:80/", "https://example.com:22/",
                    "https://example.com:8443/", "https://example.com:0/",
                    "https://example.com:99999/", "https://example.com:443x/",
                    "https://exa mple.com/", "https://example.com/\r\nHost: x",
                    "https://example.com/\tx", "https://1.2.3.4.5/", "https://256.1.1.1/",
                    "https://example.0x7f/", "https://1.2.3.example.99/", "https://[::1/",
                    "https://[1.2.3.4]/", "https://./", "https://[]/"));

class OpenUrl : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(OpenUrl, is_open_and_read_once) {
    const Utf8 utf8;
    const auto target = check_url({}, Purpose::feed, GetParam().first);
    ASSERT_TRUE(target.ok()) << target.error().message;
    EXPECT_EQ(target->host, GetParam().second);
    EXPECT_EQ(target->scheme, "https");
    EXPECT_EQ(target->port, 443);
    EXPECT_FALSE(target->by_name);
}

INSTANTIATE_TEST_SUITE_P(
    urls, OpenUrl,
    testing::Values(std::pair{"https://example.com/", "example.com"},
                    std::pair{"HTTPS://EXAMPLE.COM:443/a?b=c#d", "example.com"},
                    std::pair{"https://example.com./", "example.com"},
                    std::pair{"https://hooks.slack.com/services/T/B/x", "hooks.slack.com"},
                    std::pair{"https://under_score.example.com/", "under_score.example.com"},
                    std::pair{"https://b\xc3\xbc"
                              "cher.example/",
                              "xn--bcher-kva.example"},
                    std::pair{"https://8.8.8.8/", "8.8.8.8"},
                    std::pair{"https://134744072/", "8.8.8.8"},
                    std::pair{"https://1.1/", "1.0.0.1"},
                    std::pair{"https://[2606:4700:4700:0::1111]/", "2606:4700:4700::1111"},
                    std::pair{"https://example.com/?u=http://127.0.0.1/", "example.com"},
                    std::pair{"https://v2.3com.example/", "v2.3com.example"}));

TEST(check_url, knows_an_address_from_a_name) {
    EXPECT_TRUE(check_url({}, Purpose::feed, "https://134744072/")->is_literal);
    EXPECT_FALSE(check_url({}, Purpose::feed, "https://example.com/")->is_literal);
}

TEST(check_url, asks_for_punycode_where_the_locale_cannot_make_it) {
    const auto target = check_url({}, Purpose::feed,
                                  "https://b\xc3\xbc"
                                  "cher.example/");
    ASSERT_FALSE(target.ok());
    EXPECT_NE(target.error().hint.find("punycode"), std::string::npos);
    EXPECT_TRUE(is_open({}, Purpose::feed, "https://xn--bcher-kva.example/"));
}

TEST(check_url, has_a_length_limit) {
    const std::string base = "https://example.com/";
    EXPECT_TRUE(is_open({}, Purpose::feed, base + std::string(2048 - base.size(), 'x')));
    EXPECT_FALSE(is_open({}, Purpose::feed, base + std::string(2049 - base.size(), 'x')));
}

TEST(check_url, says_what_is_wrong_and_what_would_be_allowed) {
    const auto http = check_url({}, Purpose::channel, "http://hooks.example.com/secret?key=1");
    EXPECT_EQ(http.error().message, "the scheme http is not allowed");
    EXPECT_EQ(http.error().detail, "only https is");
    EXPECT_EQ(http.error().hint,
              "A superuser can add channel:hooks.example.com:80 to torale.egress_allow.");
    const auto port = check_url({}, Purpose::channel, "https://hooks.example.com:8443/");
    EXPECT_EQ(port.error().message, "the port 8443 is not allowed");
    EXPECT_EQ(port.error().detail, "allowed: 443");
    const auto inside = check_url({}, Purpose::provider, "https://[fd00::7]:443/");
    EXPECT_EQ(inside.error().message, "the address fd00::7 is not allowed");
    EXPECT_EQ(inside.error().detail, "private range fc00::/7");
    EXPECT_EQ(inside.error().hint,
              "A superuser can add provider:[fd00::7]:443 to torale.egress_allow.");
}

TEST(check_url, never_quotes_the_secret_part_of_a_url) {
    for (const char* url :
         {"http://h.example/SECRET", "https://h.example:1/SECRET", "https://u:SECRET@h.example/",
          "https://10.0.0.1/?k=SECRET", "https://h.example/ SECRET", "nonsense SECRET"}) {
        const auto target = check_url({}, Purpose::channel, url);
        ASSERT_FALSE(target.ok()) << url;
        const core::Error& error = target.error();
        EXPECT_EQ((error.message + error.detail + error.hint).find("SECRET"), std::string::npos)
            << url;
    }
}

TEST(egress_allow, lifts_scheme_port_and_range_for_what_it_names) {
    const auto policy = policy_of("ollama.lan, 127.0.0.1:8080, [fd00::]/8");
    EXPECT_TRUE(is_open(policy, Purpose::provider, "http://ollama.lan:11434/api"));
    EXPECT_TRUE(is_open(policy, Purpose::provider, "http://OLLAMA.LAN./"));
    EXPECT_TRUE(check_url(policy, Purpose::provider, "http://ollama.lan/")->by_name);
    EXPECT_TRUE(is_open(policy, Purpose::provider, "http://127.0.0.1:8080/"));
    EXPECT_TRUE(is_open(policy, Purpose::provider, "http://0x7f.1:8080/"));
    EXPECT_TRUE(is_open(policy, Purpose::provider, "http://[fd00::1]:99/"));
    EXPECT_FALSE(is_open(policy, Purpose::provider, "http://127.0.0.1:8081/"));
    EXPECT_FALSE(is_open(policy, Purpose::provider, "http://127.0.0.2:8080/"));
    EXPECT_FALSE(is_open(policy, Purpose::provider, "http://x.ollama.lan/"));
    EXPECT_FALSE(is_open(policy, Purpose::provider, "http://[fc00::1]/"));
    EXPECT_FALSE(is_open(policy, Purpose::provider, "ftp://ollama.lan/"));
    EXPECT_FALSE(is_open(policy, Purpose::provider, "http://u:p@ollama.lan/"));
}

TEST(egress_allow, opens_no_other_purpose_than_its_own) {
    const auto policy = policy_of("provider:127.0.0.1:11434,channel:hooks.lan,feed:10.0.0.0/8");
    EXPECT_TRUE(is_open(policy, Purpose::provider, "http://127.0.0.1:11434/"));
    EXPECT_FALSE(is_open(policy, Purpose::channel, "http://127.0.0.1:11434/"));
    EXPECT_TRUE(is_open(policy, Purpose::channel, "http://hooks.lan/"));
    EXPECT_FALSE(is_open(policy, Purpose::feed, "http://hooks.lan/"));
    EXPECT_TRUE(is_open(policy, Purpose::feed, "http://10.1.2.3/"));
    EXPECT_FALSE(is_open(policy, Purpose::provider, "http://10.1.2.3/"));
}

TEST(egress_allow, reads_localhost_as_the_loopback_address) {
    EXPECT_TRUE(is_open(policy_of("127.0.0.0/8"), Purpose::feed, "http://localhost:8080/"));
    EXPECT_TRUE(is_open(policy_of("localhost:8080"), Purpose::feed, "http://localhost:8080/"));
    EXPECT_FALSE(is_open(policy_of("localhost:8080"), Purpose::feed, "http://localhost:8081/"));
}

TEST(egress_allow, compares_mapped_addresses_as_ipv4) {
    const auto policy = policy_of("127.0.0.1");
    EXPECT_TRUE(is_open_address(policy, "::ffff:127.0.0.1"));
    EXPECT_FALSE(is_open_address(policy, "::ffff:127.0.0.2"));
    EXPECT_FALSE(is_open_address(policy, "::ffff:8.8.8.8"));
}

TEST(egress_allow, reads_every_form_of_an_entry) {
    const auto rules = parse_egress_allow(
        " Hooks.Example.com:8443 , 10.0.0.0/8,10.1.0.0/16:8080 ,, [::1]:8080,[fd00::]/8:443,"
        "[fd00::/8],feed:[2001:db8::1], 127.1");
    ASSERT_TRUE(rules.ok()) << rules.error().detail;
    ASSERT_EQ(rules->size(), 8u);
    EXPECT_EQ((*rules)[0], (EgressRule{true, Purpose::provider, "hooks.example.com", {}, 0, 8443}));
    EXPECT_EQ((*rules)[1], (EgressRule{true, Purpose::provider, "", {10, 0, 0, 0}, 8, 0}));
    EXPECT_EQ((*rules)[2], (EgressRule{true, Purpose::provider, "", {10, 1, 0, 0}, 16, 8080}));
    EXPECT_EQ((*rules)[3].network, *parse_address("::1"));
    EXPECT_EQ((*rules)[3].prefix_bits, 128);
    EXPECT_EQ((*rules)[4].port, 443);
    EXPECT_EQ((*rules)[4].prefix_bits, 8);
    EXPECT_EQ((*rules)[5].prefix_bits, 8);
    EXPECT_FALSE((*rules)[6].any_purpose);
    EXPECT_EQ((*rules)[6].purpose, Purpose::feed);
    EXPECT_EQ((*rules)[7].network, *parse_address("127.0.0.1"));
}

TEST(egress_allow, names_the_entry_it_cannot_read) {
    for (const char* entry :
         {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "host/8", "host:0", "host:70000", "host:x",
          "host:1:2", "[::1", "[::1]x", "[fd00::]/129", "::1", "http://host", "*.example.com",
          "user@host", "256.1.1.1", "provider:", "[host]", "a b"}) {
        const auto rules = parse_egress_allow(std::string("ok.example,") + entry);
        ASSERT_FALSE(rules.ok()) << entry;
        EXPECT_NE(rules.error().message.find("\"" + std::string(entry) + "\""), std::string::npos)
            << rules.error().message;
        EXPECT_FALSE(rules.error().detail.empty());
        EXPECT_FALSE(rules.error().hint.empty());
    }
}

TEST(check_address, names_the_range) {
    const EgressPolicy none;
    EXPECT_EQ(check_address(none, Purpose::feed, 443, {10, 1, 2, 3}), "private range 10.0.0.0/8");
    EXPECT_EQ(check_address(none, Purpose::feed, 443, {8, 8, 8, 8}), "");
    EXPECT_EQ(check_address(none, Purpose::feed, 443, {1, 2}), "not an internet address");
}

TEST(check_address, knows_the_edges_of_ranges) {
    const EgressPolicy none;
    for (const char* open :
         {"9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
          "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
          "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
          "223.255.255.255", "2001:200::1", "2003::1", "2606:4700::1111"})
        EXPECT_TRUE(is_open_address(none, open)) << open;
    for (const char* closed :
         {"10.0.0.0", "100.64.0.0", "100.127.255.255", "172.16.0.0", "172.31.255.255",
          "192.168.255.255", "198.19.255.255", "255.255.255.255", "2001:1ff::1", "2002::1",
          "fdff::1", "febf::1", "5f00::1"})
        EXPECT_FALSE(is_open_address(none, closed)) << closed;
}

TEST(check_peer, follows_the_policy_of_the_moment) {
    const auto open = policy_of("hooks.lan");
    const Target target = *check_url(open, Purpose::channel, "http://hooks.lan/");
    EXPECT_EQ(check_peer(open, Purpose::channel, target, {10, 0, 0, 1}), "");
    EXPECT_NE(check_peer({}, Purpose::channel, target, {10, 0, 0, 1}), "");
}

}  // namespace
}  // namespace torale::net
