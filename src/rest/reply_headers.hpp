// Headers of a response as a list that is edited: set, added, and what may stand in them at all.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/call.hpp"

namespace torale::rest {

// Replaces every header of that name, whatever its letters' case.
void set_header(std::vector<core::Header>& headers, std::string_view name, std::string value);
void remove_header(std::vector<core::Header>& headers, std::string_view name);
// Adds `value` to a comma list unless it stands there already: Vary.
void append_to_header(std::vector<core::Header>& headers, std::string_view name,
                      std::string_view value);

// RFC 9110's token: what a header's name and a method are made of.
bool is_token(std::string_view text);
// No control characters but the tab: nothing that could end the line and start a header of its own.
bool is_header_value(std::string_view text);
// The same text with a blank for each control character, cut to `bytes_max` on a character.
std::string one_line(std::string_view text, std::size_t bytes_max);
// False for the statuses whose message ends with its headers.
bool may_have_body(int status);

}  // namespace torale::rest
