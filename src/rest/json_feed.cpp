// JSON Feed 1.1 (jsonfeed.org/version/1.1).
#include "rest/json_feed.hpp"

#include "core/json.hpp"

namespace torale::rest {

namespace {

core::OrderedJson extension_of(const FeedItem& item) {
    core::OrderedJson sources = core::OrderedJson::array();
    for (const FeedSource& source : item.sources) {
        core::OrderedJson one{{"url", source.url}};
        if (!source.title.empty()) one["title"] = source.title;
        if (!source.quote.empty()) one["quote"] = source.quote;
        sources.push_back(std::move(one));
    }
    core::OrderedJson extension{{"task", item.task}};
    if (!item.condition.empty()) extension["condition"] = item.condition;
    extension["sources"] = std::move(sources);
    return extension;
}

core::OrderedJson item_of(const FeedItem& item) {
    core::OrderedJson json{{"id", item.id}};
    if (is_web_url(item.url)) json["url"] = item.url;
    if (!item.title.empty()) json["title"] = item.title;
    json["content_html"] = feed_html(item);
    json["date_published"] = core::write_time(item.published);
    if (!item.task.empty()) json["tags"] = core::OrderedJson::array({item.task});
    json["_torale"] = extension_of(item);
    return json;
}

}  // namespace

std::string render_json_feed(const FeedHead& head, const std::vector<FeedItem>& items) {
    core::OrderedJson feed{{"version", "https://jsonfeed.org/version/1.1"}, {"title", head.title}};
    if (is_web_url(head.home_url)) feed["home_page_url"] = head.home_url;
    if (is_web_url(head.self_url)) feed["feed_url"] = head.self_url;
    if (!head.description.empty()) feed["description"] = head.description;
    feed["items"] = core::OrderedJson::array();
    for (const FeedItem& item : items) feed["items"].push_back(item_of(item));
    return feed.dump(-1, ' ', false, core::OrderedJson::error_handler_t::replace);
}

}  // namespace torale::rest
