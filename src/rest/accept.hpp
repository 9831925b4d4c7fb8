// Media types: Accept headers by preference, and the type of a Content-Type.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/call.hpp"
#include "rest/ask.hpp"

namespace torale::rest {

// Best first, equals in their order, those of q=0 left out; "*/*" without a header. When all are
// refused, one entry that nothing can satisfy.
std::vector<AcceptEntry> parse_accept(const std::vector<core::Header>& headers);

// Lower case, without parameters; application/json for nothing.
std::string parse_content_type(std::string_view value);

}  // namespace torale::rest
