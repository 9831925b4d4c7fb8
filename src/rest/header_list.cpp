// Header values taken apart; views into the headers, nothing is copied.
#include "rest/header_list.hpp"

#include <algorithm>

namespace torale::rest {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

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

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view without_blanks_around(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split_members(std::string_view text, char separator) {
    std::vector<std::string_view> members;
    while (!text.empty()) {
        const std::string_view written = text.substr(0, member_length(text, separator));
        text.remove_prefix(std::min(written.size() + 1, text.size()));
        const std::string_view member = without_blanks_around(written);
        if (!member.empty()) members.push_back(member);
    }
    return members;
}

std::vector<std::string_view> list_members(const std::vector<core::Header>& headers,
                                           std::string_view name) {
    std::vector<std::string_view> members;
    for (const core::Header& header : headers) {
        if (!equals_ignoring_case(header.name, name)) continue;
        const auto more = split_members(header.value, ',');
        members.insert(members.end(), more.begin(), more.end());
    }
    return members;
}

}  // namespace torale::rest
