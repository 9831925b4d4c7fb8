// A feed as torale stores it: items with a date, their HTML read to text. RSS 2.0, RSS 1.0,
// Atom and JSON Feed; formats: provider reference §6.1.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/provider.hpp"

namespace torale::providers {

inline constexpr std::size_t feed_items_max = 500;
inline constexpr std::size_t item_chars_max = 50'000;

struct FeedItem {
    std::string id;     // guid, id, else the link, else a hash of title and date
    std::string url;    // absolute; "" when the item has no link
    std::string title;  // one line
    std::string text;
    std::optional<core::Time> published_at;
    std::optional<core::Time> updated_at;
};

struct Feed {
    std::string title;
    std::vector<FeedItem> items;  // in the feed's order, each id once
    std::optional<core::seconds> ttl;
};

enum class FeedFormat { rss, rdf, atom, json, html, unknown };

// By what the text begins with; the Content-Type is often wrong.
FeedFormat sniff_feed(std::string_view body);

// The feed behind a complete reply of `url`. HTML is a Failure that says so and names the feed
// which the page announces, if any. `now`: dates in the future are not believed.
Outcome<Feed> read_feed(const core::Reply& reply, std::string_view url, core::Time now);

// For read_feed alone: one function per family, over UTF-8 text.
Outcome<Feed> read_xml_feed(std::string_view text, std::string_view url, core::Time now);
Outcome<Feed> read_json_feed(std::string_view text, std::string_view url, core::Time now);

// Gives the item an id when it has none, caps what it holds, and drops what is not believed.
// False: there is nothing to keep.
bool complete_item(FeedItem& item, core::Time now);

}  // namespace torale::providers
