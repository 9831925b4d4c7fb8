// The one URL parser (curl's, the one that also makes the call) and the canonical form of a
// host: lower case, punycode, no trailing dot, every spelling of an IPv4 address as four numbers.
#pragma once
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "net/address.hpp"

namespace torale::net {

struct Host {
    std::string name;  // without brackets; an address as inet_ntop writes it
    Address literal;   // empty when the host is a name
};

struct UrlParts {
    std::string scheme;  // lower case
    Host host;
    int port = 0;  // the scheme's own when absent, 0 when that is unknown
};

// Errors are `invalid` and quote no more of the URL than its scheme and host: the rest of a
// webhook's URL is often a secret.
core::Result<UrlParts> parse_url(std::string_view url);

// A host as it may stand in a URL, IPv6 in brackets.
core::Result<Host> parse_host(std::string_view text);

}  // namespace torale::net
