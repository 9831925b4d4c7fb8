// Header look-up, the only behaviour a call has.
#include "core/call.hpp"

#include "core/ascii.hpp"

namespace torale::core {

std::optional<std::string_view> find_header(const std::vector<Header>& headers,
                                            std::string_view name) {
    for (const Header& header : headers) {
        if (equals_ignoring_case(header.name, name)) return header.value;
    }
    return std::nullopt;
}

}  // namespace torale::core
