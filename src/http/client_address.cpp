// From the nearest hop outwards: each one is vouched for by the hop before it.
#include "http/client_address.hpp"

#include <algorithm>
#include <optional>

#include "core/ascii.hpp"

namespace torale::http {

namespace {

bool is_trusted(const net::Address& address, const std::vector<net::Network>& trusted) {
    const net::Address plain = net::unmapped(address);
    return std::any_of(trusted.begin(), trusted.end(), [&](const net::Network& network) {
        return net::is_inside(plain, network.address, network.prefix_bits);
    });
}

// The hops in the order in which proxies added them.
std::vector<std::string_view> hops_of(const core::HttpRequest& request) {
    std::vector<std::string_view> hops;
    for (const core::Header& header : request.headers) {
        if (!core::find_header({header}, "X-Forwarded-For")) continue;
        const std::string_view list = header.value;
        for (std::size_t begin = 0; begin <= list.size();) {
            const std::size_t end = std::min(list.find(',', begin), list.size());
            hops.push_back(core::trim(list.substr(begin, end - begin), " \t"));
            begin = end + 1;
        }
    }
    return hops;
}

}  // namespace

std::string client_address(const core::HttpRequest& request,
                           const std::vector<net::Network>& trusted) {
    std::string client = request.remote;
    const std::optional<net::Address> peer = net::parse_address(client);
    if (trusted.empty() || !peer || !is_trusted(*peer, trusted)) return client;
    const std::vector<std::string_view> hops = hops_of(request);
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
        const std::optional<net::Address> address = net::parse_address(*hop);
        if (!address) return client;
        client = net::address_text(net::unmapped(*address));
        if (!is_trusted(*address, trusted)) return client;
    }
    return client;
}

}  // namespace torale::http
