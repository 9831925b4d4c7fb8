// Header values taken apart; views into the headers, nothing is copied.
#include "rest/header_list.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace torale::rest {

namespace {

// Where the member at the start of `text` ends.
std::size_t member_length(std::string_view text, char separator) {
    bool is_quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') is_quoted = !is_quoted;
        if (is_quoted && text[i] == '\\')
            ++i;
        else if (!is_quoted && text[i] == separator)
            return i;
    }
    return text.size();
}

}  // namespace

std::vector<std::string_view> split_members(std::string_view text, char separator) {
    std::vector<std::string_view> members;
    while (!text.empty()) {
        const std::string_view written = text.substr(0, member_length(text, separator));
        text.remove_prefix(std::min(written.size() + 1, text.size()));
        const std::string_view member = core::trim(written, " \t");
        if (!member.empty()) members.push_back(member);
    }
    return members;
}

std::vector<std::string_view> list_members(const std::vector<core::Header>& headers,
                                           std::string_view name) {
    std::vector<std::string_view> members;
    for (const core::Header& header : headers) {
        if (!core::equals_ignoring_case(header.name, name)) continue;
        const auto more = split_members(header.value, ',');
        members.insert(members.end(), more.begin(), more.end());
    }
    return members;
}

}  // namespace torale::rest
