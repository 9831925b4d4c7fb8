#include "rest/public_address.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

core::HttpRequest asked_at(const std::string& host) {
    core::HttpRequest request;
    request.headers = {{"Host", host}};
    return request;
}

TEST(PublicAddress, is_what_the_operator_says) {
    EXPECT_EQ(address_of(asked_at("10.0.0.1:3000"), "https://torale.example.com"),
              (PublicAddress{"https", "torale.example.com", ""}));
    EXPECT_EQ(address_of(asked_at("10.0.0.1:3000"), "http://example.com:8080/api/v1"),
              (PublicAddress{"http", "example.com:8080", "/api/v1"}));
}

TEST(PublicAddress, is_else_what_the_client_called_it) {
    EXPECT_EQ(address_of(asked_at("127.0.0.1:3000"), "").url(), "http://127.0.0.1:3000");
    EXPECT_EQ(address_of(core::HttpRequest{}, "").url(), "http://localhost");
}

}  // namespace
}  // namespace torale::rest
