// What all adapters of JSON services share: a body that may be anything, errors told without the
// key, and long texts written fast.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "providers/provider.hpp"

namespace torale::providers {

// The body as JSON; nothing for HTML, truncated or other bodies, whatever their status. Invalid
// UTF-8 is replaced, since one bad byte of a page must not cost the other results.
std::optional<core::Json> read_body(const core::Reply& reply);

// The failure with the service's name in front and its own words behind, without the key, on
// one line, at most 300 characters of them.
core::Failure name_failure(const Provider& provider, core::Failure failure, std::string_view said);

// A text or number member; "" when absent, null or something else.
std::string text_of(const core::Json& object, const char* key);
// A count; 0 when absent, null, negative or not a number. Counts come as text as well.
std::int64_t count_of(const core::Json& object, const char* key);
// A member object or list; an empty value when absent or of another type.
const core::Json& member_of(const core::Json& object, const char* key);

// `text` as a JSON string with its quotes, behind `to`. As write_json() writes it, at the price
// of a copy.
void append_json_text(std::string& to, std::string_view text);

}  // namespace torale::providers
