// Whom rate limits count behind proxies.
#include "http/client_address.hpp"

#include <gtest/gtest.h>

namespace torale::http {
namespace {

std::string client(const std::string& peer, std::vector<std::string> forwarded,
                   const std::string& trusted = "127.0.0.1, 10.0.0.0/8, ::1") {
    core::HttpRequest request;
    request.remote = peer;
    for (std::string& value : forwarded)
        request.headers.push_back({"x-forwarded-for", std::move(value)});
    return client_address(request, *net::parse_networks(trusted));
}

TEST(ClientAddress, strangers_are_not_believed) {
    EXPECT_EQ(client("192.0.2.7", {"198.51.100.1"}), "192.0.2.7");
    EXPECT_EQ(client("127.0.0.1", {"198.51.100.1"}, ""), "127.0.0.1");
}

TEST(ClientAddress, a_trusted_proxy_names_the_client) {
    EXPECT_EQ(client("127.0.0.1", {"198.51.100.1"}), "198.51.100.1");
    EXPECT_EQ(client("::1", {"2001:db8::5"}), "2001:db8::5");
    EXPECT_EQ(client("::ffff:127.0.0.1", {"198.51.100.1"}), "198.51.100.1");
    EXPECT_EQ(client("127.0.0.1", {}), "127.0.0.1");
}

TEST(ClientAddress, what_the_client_wrote_itself_does_not_count) {
    EXPECT_EQ(client("127.0.0.1", {"1.2.3.4, 198.51.100.1, 10.0.0.9"}), "198.51.100.1");
    EXPECT_EQ(client("127.0.0.1", {"1.2.3.4", "198.51.100.1"}), "198.51.100.1");
    EXPECT_EQ(client("127.0.0.1", {"198.51.100.1, rubbish"}), "127.0.0.1");
    EXPECT_EQ(client("127.0.0.1", {"rubbish, 10.0.0.9"}), "10.0.0.9");
}

TEST(Networks, are_addresses_and_prefixes) {
    EXPECT_EQ(net::parse_networks("")->size(), 0u);
    EXPECT_EQ(net::parse_networks("10.0.0.0/8, ::1")->size(), 2u);
    EXPECT_EQ(net::parse_networks("10.0.0.1")->front().prefix_bits, 32);
    for (const char* bad :
         {"host", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "::1/129", "1,,2", "/8"})
        EXPECT_FALSE(net::parse_networks(bad)) << bad;
}

}  // namespace
}  // namespace torale::http
