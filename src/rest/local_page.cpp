#include "rest/local_page.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "rest/header_list.hpp"

namespace torale::rest {

namespace {

// "127.0.0.1" of "127.0.0.1:80", "::1" of "[::1]:80".
std::string_view host_of(std::string_view authority) {
    if (authority.starts_with('[')) return authority.substr(0, authority.find(']')).substr(1);
    return authority.substr(0, authority.find(':'));
}

// A name of digits and dots is an address to every browser, so none of 127.… leads elsewhere.
bool is_loopback(std::string_view host) {
    if (host == "::1" || core::equals_ignoring_case(host, "localhost")) return true;
    return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
}

bool is_listed(std::string_view origin, const OriginPolicy& origins) {
    return std::any_of(origins.origins.begin(), origins.origins.end(), [&](const std::string& one) {
        return core::equals_ignoring_case(one, origin);
    });
}

}  // namespace

bool is_from_this_machine(const core::HttpRequest& request, const OriginPolicy& origins) {
    const auto host = core::find_header(request.headers, "Host");
    if (host && !is_loopback(host_of(*host))) return false;
    const auto origin = core::find_header(request.headers, "Origin");
    if (!origin || is_listed(*origin, origins)) return true;
    const std::size_t scheme_end = origin->find("://");
    return scheme_end != std::string_view::npos &&
           is_loopback(host_of(origin->substr(scheme_end + 3)));
}

}  // namespace torale::rest
