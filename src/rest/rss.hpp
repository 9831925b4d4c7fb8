// Findings → RSS 2.0, one well-formed document. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "rest/feed_item.hpp"

namespace torale::rest {

inline constexpr std::string_view rss_type = "application/rss+xml; charset=utf-8";

std::string render_rss(const FeedHead& head, const std::vector<FeedItem>& items);

// The text of an element or attribute: escaped, without the characters that XML 1.0 cannot hold
// even as references.
std::string escape_xml(std::string_view text);

}  // namespace torale::rest
