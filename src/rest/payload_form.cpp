// application/x-www-form-urlencoded: as a query string, but nothing in it is reserved.
#include "rest/payload.hpp"
#include "rest/query_string.hpp"

namespace torale::rest {

std::optional<FormFields> parse_form(std::string_view text) {
    FormFields fields;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view field = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (field.empty()) continue;
        const std::size_t sign = std::min(field.find('='), field.size());
        const auto name = percent_decode(field.substr(0, sign), true);
        const auto value = percent_decode(field.substr(std::min(sign + 1, field.size())), true);
        if (!name || !value) return std::nullopt;
        fields.emplace_back(*name, *value);
    }
    return fields;
}

}  // namespace torale::rest
