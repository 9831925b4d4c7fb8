// The one JSON of the house, with limits: nlohmann does not bound nesting by itself.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace torale::core {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

// Nothing for malformed text, more than `depth_max` levels, or more than `bytes_max` bytes.
std::optional<Json> parse_json(std::string_view text, std::size_t depth_max = 64,
                               std::size_t bytes_max = 8 << 20);

// Counts brackets outside strings, so that a bomb of a million '[' is refused before a parser or
// the destructor of its tree can recurse into it.
bool is_deeper_than(std::string_view text, std::size_t depth_max);

// Valid UTF-8 without U+0000: what jsonb and text accept. Bad bytes become U+FFFD.
std::string clean_utf8(std::string_view text);

// A text member of an object; "" when absent, null or something else.
std::string text_of(const Json& object, const char* key);

// dump() that never throws: invalid UTF-8 is replaced.
std::string write_json(const Json& value);

}  // namespace torale::core
