// Addresses as bytes, and which of them the outside world may have.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace torale::net {

// 4 or 16 bytes in network order.
using Address = std::vector<std::uint8_t>;

// Dotted quad or IPv6 without brackets and zone; nothing else is an address here (curl's URL
// parser has turned other spellings into these before).
std::optional<Address> parse_address(std::string_view text);

// As inet_ntop writes it, without brackets.
std::string address_text(const Address& address);

// Nothing for families other than IPv4 and IPv6.
std::optional<Address> address_of(const sockaddr& peer);

// An IPv4-mapped IPv6 address as its IPv4 address, all others as they are.
Address unmapped(const Address& address);

// True when the first `prefix_bits` bits agree and the families are the same.
bool is_inside(const Address& address, const Address& network, int prefix_bits);

struct Network {
    Address address;
    int prefix_bits = 0;
    bool operator==(const Network&) const = default;
};
// Addresses and CIDR networks separated by commas; nothing when one of them is neither.
std::optional<std::vector<Network>> parse_networks(std::string_view list);

// Why no public service can have this address ("private range 10.0.0.0/8"); empty for public
// ones. Addresses that embed an IPv4 address (mapped, NAT64, 6to4, Teredo) are all refused:
// what they reach depends on a gateway we do not see.
std::string special_range(const Address& address);

}  // namespace torale::net
