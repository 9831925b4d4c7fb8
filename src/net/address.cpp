// The list of special ranges, from the IANA special-purpose registries.
#include "net/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/ascii.hpp"

namespace torale::net {

namespace {

struct Range {
    const char* network;
    int prefix_bits;
    const char* what;
};

constexpr std::array ranges_4{
    Range{"0.0.0.0", 8, "this-network"},       Range{"10.0.0.0", 8, "private"},
    Range{"100.64.0.0", 10, "carrier NAT"},    Range{"127.0.0.0", 8, "loopback"},
    Range{"169.254.0.0", 16, "link-local"},    Range{"172.16.0.0", 12, "private"},
    Range{"192.0.0.0", 24, "protocol"},        Range{"192.0.2.0", 24, "documentation"},
    Range{"192.88.99.0", 24, "6to4 relay"},    Range{"192.168.0.0", 16, "private"},
    Range{"198.18.0.0", 15, "benchmark"},      Range{"198.51.100.0", 24, "documentation"},
    Range{"203.0.113.0", 24, "documentation"}, Range{"224.0.0.0", 4, "multicast"},
    Range{"240.0.0.0", 4, "reserved"},
};

constexpr std::array ranges_6{
    Range{"::", 128, "unspecified"},
    Range{"::1", 128, "loopback"},
    Range{"::ffff:0:0", 96, "IPv4-mapped"},
    Range{"::", 96, "IPv4-compatible"},
    Range{"64:ff9b::", 96, "NAT64"},
    Range{"64:ff9b:1::", 48, "local NAT64"},
    Range{"100::", 64, "discard"},
    Range{"2001::", 32, "Teredo"},
    Range{"2001::", 23, "protocol"},
    Range{"2001:db8::", 32, "documentation"},
    Range{"2002::", 16, "6to4"},
    Range{"3fff::", 20, "documentation"},
    Range{"fc00::", 7, "private"},
    Range{"fe80::", 10, "link-local"},
    Range{"fec0::", 10, "site-local"},
    Range{"ff00::", 8, "multicast"},
};

bool same_prefix(const std::uint8_t* left, const std::uint8_t* right, int bits) {
    const auto whole = static_cast<std::size_t>(bits / 8);
    if (std::memcmp(left, right, whole) != 0) return false;
    const int rest = bits % 8;
    return rest == 0 || (left[whole] ^ right[whole]) >> (8 - rest) == 0;
}

// Read once: every request is checked several times.
template <std::size_t count>
std::array<std::array<std::uint8_t, 16>, count> read_networks(
    int family, const std::array<Range, count>& ranges) {
    std::array<std::array<std::uint8_t, 16>, count> networks{};
    for (std::size_t at = 0; at < count; ++at)
        inet_pton(family, ranges[at].network, networks[at].data());
    return networks;
}

template <std::size_t count>
std::string find_range(const Address& address, const std::array<Range, count>& ranges,
                       const std::array<std::array<std::uint8_t, 16>, count>& networks) {
    for (std::size_t at = 0; at < count; ++at) {
        if (same_prefix(address.data(), networks[at].data(), ranges[at].prefix_bits))
            return std::string(ranges[at].what) + " range " + ranges[at].network + "/" +
                   std::to_string(ranges[at].prefix_bits);
    }
    return {};
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN + 1> terminated{};
    if (text.empty() || text.size() >= terminated.size()) return std::nullopt;
    std::memcpy(terminated.data(), text.data(), text.size());
    const bool is_v6 = text.find(':') != std::string_view::npos;
    Address bytes(is_v6 ? 16 : 4);
    if (inet_pton(is_v6 ? AF_INET6 : AF_INET, terminated.data(), bytes.data()) != 1)
        return std::nullopt;
    return bytes;
}

std::string address_text(const Address& address) {
    std::array<char, INET6_ADDRSTRLEN + 1> text{};
    if (address.size() != 4 && address.size() != 16) return {};
    inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), text.data(),
              static_cast<socklen_t>(text.size()));
    return text.data();
}

std::optional<Address> address_of(const sockaddr& peer) {
    Address bytes;
    if (peer.sa_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, &peer, sizeof v4);
        bytes.resize(4);
        std::memcpy(bytes.data(), &v4.sin_addr, 4);
        return bytes;
    }
    if (peer.sa_family == AF_INET6) {
        sockaddr_in6 v6;
        std::memcpy(&v6, &peer, sizeof v6);
        bytes.resize(16);
        std::memcpy(bytes.data(), &v6.sin6_addr, 16);
        return bytes;
    }
    return std::nullopt;
}

Address unmapped(const Address& address) {
    static constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (address.size() != 16 || std::memcmp(address.data(), prefix.data(), 12) != 0) return address;
    return {address.begin() + 12, address.end()};
}

bool is_inside(const Address& address, const Address& network, int prefix_bits) {
    return address.size() == network.size() &&
           same_prefix(address.data(), network.data(), prefix_bits);
}

std::optional<std::vector<Network>> parse_networks(std::string_view list) {
    std::vector<Network> networks;
    if (core::trim(list).empty()) return networks;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        const std::string_view entry = core::trim(list.substr(begin, end - begin), " \t");
        begin = end + 1;
        const std::size_t slash = entry.find('/');
        const std::optional<Address> address = parse_address(entry.substr(0, slash));
        if (!address) return std::nullopt;
        const int bits_max = static_cast<int>(address->size()) * 8;
        int bits = bits_max;
        if (slash != std::string_view::npos) {
            const std::string_view digits = entry.substr(slash + 1);
            const auto [stop, error] =
                std::from_chars(digits.data(), digits.data() + digits.size(), bits);
            if (error != std::errc() || stop != digits.data() + digits.size() || digits.empty())
                return std::nullopt;
        }
        if (bits < 0 || bits > bits_max) return std::nullopt;
        networks.push_back({*address, bits});
    }
    return networks;
}

std::string special_range(const Address& address) {
    static const auto networks_4 = read_networks(AF_INET, ranges_4);
    static const auto networks_6 = read_networks(AF_INET6, ranges_6);
    if (address.size() == 4) return find_range(address, ranges_4, networks_4);
    if (address.size() != 16) return "not an internet address";
    std::string found = find_range(address, ranges_6, networks_6);
    // Only 2000::/3 is given out to the public.
    if (found.empty() && (address[0] & 0xe0) != 0x20) return "range outside 2000::/3";
    return found;
}

}  // namespace torale::net
