// Findings → JSON Feed 1.1. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "rest/feed_item.hpp"

namespace torale::rest {

inline constexpr std::string_view json_feed_type = "application/feed+json; charset=utf-8";

// Condition and sources come once more as values, in the extension member `_torale`.
std::string render_json_feed(const FeedHead& head, const std::vector<FeedItem>& items);

}  // namespace torale::rest
