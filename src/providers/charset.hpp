// Bytes of a page in whatever encoding → UTF-8.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/call.hpp"

namespace torale::providers {

// The encoding that a reply's Content-Type names; "" when it names none.
std::string header_charset(const std::vector<core::Header>& headers);

// The media type in lower case without its parameters; "" when absent.
std::string media_type(const std::vector<core::Header>& headers);

// `declared` in any spelling the web uses. Without a known one, or with one that the bytes
// contradict: a byte order mark decides, then UTF-8 when the bytes are UTF-8, then
// windows-1252, which gives every byte a meaning. The result is valid UTF-8 without U+0000.
std::string to_utf8(std::string_view bytes, std::string_view declared);

}  // namespace torale::providers
