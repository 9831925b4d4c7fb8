// Header look-up, the only behaviour a call has.
#include "core/call.hpp"

#include <algorithm>
#include <cctype>

namespace torale::core {

std::optional<std::string_view> find_header(const std::vector<Header>& headers,
                                            std::string_view name) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) ==
               std::tolower(static_cast<unsigned char>(b));
    };
    for (const Header& header : headers) {
        if (std::equal(header.name.begin(), header.name.end(), name.begin(), name.end(), same)) {
            return header.value;
        }
    }
    return std::nullopt;
}

}  // namespace torale::core
