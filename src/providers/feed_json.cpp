// JSON Feed 1.0 and 1.1.
#include "core/json.hpp"
#include "providers/feed.hpp"
#include "providers/html.hpp"
#include "providers/reading.hpp"

namespace torale::providers {

namespace {

FeedItem read_item(const core::Json& json, std::string_view url) {
    FeedItem item;
    item.id = text_of(json, "id");
    std::string link = text_of(json, "url");
    if (link.empty()) link = text_of(json, "external_url");
    if (!link.empty()) item.url = resolve_url(url, link);
    item.title = text_of_html(text_of(json, "title"), 4'000);
    item.text = text_of(json, "content_text");
    if (item.text.empty()) {
        item.text = text_of_html(text_of(json, "content_html"), 4 * item_chars_max);
    }
    if (item.text.empty()) item.text = text_of(json, "summary");
    item.published_at = core::parse_time(text_of(json, "date_published"));
    item.updated_at = core::parse_time(text_of(json, "date_modified"));
    return item;
}

}  // namespace

Outcome<Feed> read_json_feed(std::string_view text, std::string_view url, core::Time now) {
    const auto json = core::parse_json(text);
    core::Failure failure;
    failure.category = core::Category::bad_reply;
    if (!json) {
        failure.message = "the feed is no valid JSON";
        return failure;
    }
    const std::string version = text_of(*json, "version");
    if (version.find("jsonfeed.org/version/1") == std::string::npos ||
        !member_of(*json, "items").is_array()) {
        failure.message = "the address answers with JSON that is no JSON Feed";
        return failure;
    }
    Feed feed;
    feed.title = text_of(*json, "title");
    for (const core::Json& each : member_of(*json, "items")) {
        if (feed.items.size() >= feed_items_max) break;
        FeedItem item = read_item(each, url);
        if (complete_item(item, now)) feed.items.push_back(std::move(item));
    }
    return feed;
}

}  // namespace torale::providers
