// Who a client behind proxies is. Only proxies that the operator named are believed. Pure.
#pragma once
#include <string>
#include <vector>

#include "core/http.hpp"
#include "net/address.hpp"

namespace torale::http {

// The peer itself unless it is a trusted proxy; then the last address of X-Forwarded-For that is
// none. What cannot be read as an address ends the search at the proxy that passed it on.
std::string client_address(const core::HttpRequest& request,
                           const std::vector<net::Network>& trusted);

}  // namespace torale::http
