#include "rest/public_address.hpp"

#include <algorithm>

namespace torale::rest {

PublicAddress address_of(const core::HttpRequest& request, std::string_view public_url) {
    const std::size_t scheme_end = public_url.find("://");
    if (scheme_end == std::string_view::npos)
        return {"http",
                std::string(core::find_header(request.headers, "Host").value_or("localhost")), ""};
    const std::string_view rest = public_url.substr(scheme_end + 3);
    const std::size_t path = std::min(rest.find('/'), rest.size());
    return {std::string(public_url.substr(0, scheme_end)), std::string(rest.substr(0, path)),
            std::string(rest.substr(path))};
}

}  // namespace torale::rest
