// Editing a response's headers. Texts from the database end up here, so the rule of what may
// stand on a header line is written once.
#include "rest/reply_headers.hpp"

#include <algorithm>
#include <cctype>

#include "core/ascii.hpp"
#include "rest/header_list.hpp"

namespace torale::rest {

void remove_header(std::vector<core::Header>& headers, std::string_view name) {
    std::erase_if(headers, [&](const core::Header& header) {
        return core::equals_ignoring_case(header.name, name);
    });
}

void set_header(std::vector<core::Header>& headers, std::string_view name, std::string value) {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const core::Header& one) {
        return core::equals_ignoring_case(one.name, name);
    });
    if (found == headers.end()) {
        headers.push_back({std::string(name), std::move(value)});
        return;
    }
    found->value = std::move(value);
    const auto is_repeated = [&](const core::Header& one) {
        return core::equals_ignoring_case(one.name, name);
    };
    headers.erase(std::remove_if(found + 1, headers.end(), is_repeated), headers.end());
}

void append_to_header(std::vector<core::Header>& headers, std::string_view name,
                      std::string_view value) {
    for (core::Header& header : headers) {
        if (!core::equals_ignoring_case(header.name, name)) continue;
        for (const std::string_view element : split_members(header.value, ',')) {
            if (core::equals_ignoring_case(element, value) || element == "*") return;
        }
        header.value += header.value.empty() ? "" : ", ";
        header.value += value;
        return;
    }
    headers.push_back({std::string(name), std::string(value)});
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

namespace {

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

}  // namespace

bool is_header_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '\t' || !is_control(c); });
}

std::string one_line(std::string_view text, std::size_t bytes_max) {
    std::size_t length = std::min(text.size(), bytes_max);
    const auto continues = [&] {
        return length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80;
    };
    while (length > 0 && continues()) --length;
    std::string line(text.substr(0, length));
    std::replace_if(line.begin(), line.end(), is_control, ' ');
    return line;
}

bool may_have_body(int status) {
    return status != 204 && status != 205 && status != 304;
}

}  // namespace torale::rest
