// Where clients reach the server, for links and descriptions: what torale.public_url says, else
// the host that the client named itself. Pure.
#pragma once
#include <string>
#include <string_view>

#include "core/http.hpp"

namespace torale::rest {

struct PublicAddress {
    std::string scheme;     // http or https
    std::string host;       // with its port, if it has one
    std::string base_path;  // "" or "/path", without a slash at its end
    std::string url() const { return scheme + "://" + host + base_path; }
    bool operator==(const PublicAddress&) const = default;
};

PublicAddress address_of(const core::HttpRequest& request, std::string_view public_url);

}  // namespace torale::rest
