// The egress guard: one reading of every outbound URL and address. https only, few ports, no
// private or special range, unless torale.egress_allow opens an exception.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/call.hpp"
#include "core/result.hpp"

namespace torale::net {

// One entry of torale.egress_allow: [provider:|channel:|feed:]host-or-CIDR[:port].
struct EgressRule {
    bool any_purpose = true;
    core::Purpose purpose = core::Purpose::provider;
    std::string host;                   // lower case; "" when this is an address range
    std::vector<std::uint8_t> network;  // 4 or 16 bytes
    int prefix_bits = 0;
    int port = 0;  // 0 = any
    bool operator==(const EgressRule&) const = default;
};

struct EgressPolicy {
    std::vector<EgressRule> allow;
    std::vector<int> ports{443};  // for https; exceptions carry their own
};

// Comma-separated; the error names the entry. IPv6 in brackets: [::1]:8080, [fd00::]/8.
core::Result<std::vector<EgressRule>> parse_egress_allow(std::string_view text);

struct Target {
    std::string scheme;
    std::string host;  // lower case, punycode, brackets removed from IPv6 literals
    int port = 0;
    bool is_literal = false;  // the host is an address, decimal/octal/hex forms included
    bool by_name = false;     // an exception names this host: any address it has is fine
};

// Scheme, user info, port, length, and literal addresses. Names are checked again when they are
// resolved (check_address). The error says what is wrong and what is allowed.
core::Result<Target> check_url(const EgressPolicy& policy, core::Purpose purpose,
                               std::string_view url);

// `address` is 4 or 16 bytes, network order. Empty string = allowed, else why not ("private
// range 10.0.0.0/8").
std::string check_address(const EgressPolicy& policy, core::Purpose purpose, int port,
                          const std::vector<std::uint8_t>& address);

// check_address for a host under today's policy: an exception that names it counts as well.
std::string check_peer(const EgressPolicy& policy, core::Purpose purpose, const Target& target,
                       const std::vector<std::uint8_t>& address);

}  // namespace torale::net
