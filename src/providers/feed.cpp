// Which family a feed belongs to, and what all families share.
#include "providers/feed.hpp"

#include <algorithm>
#include <unordered_set>

#include "core/ascii.hpp"
#include "core/text.hpp"
#include "providers/charset.hpp"
#include "providers/html.hpp"
#include "providers/page.hpp"

namespace torale::providers {

namespace {

constexpr std::size_t title_chars_max = 500;
constexpr std::size_t url_bytes_max = 2'000;

// Behind a byte order mark, white space, comments, processing instructions and a doctype.
std::string_view skip_prolog(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    while (true) {
        const std::size_t begin = text.find_first_not_of(" \t\r\n");
        if (begin == std::string_view::npos) return "";
        text.remove_prefix(begin);
        const bool is_comment = text.starts_with("<!--");
        const bool is_instruction = text.starts_with("<?");
        const bool is_doctype = core::lower_ascii(text.substr(0, 9)) == "<!doctype";
        if (!is_comment && !is_instruction && !is_doctype) return text;
        if (is_doctype && core::lower_ascii(text.substr(9, 6)).find("html") != std::string::npos)
            return text;
        const std::string_view mark = is_comment ? "-->" : "?>";
        const std::size_t end =
            is_doctype ? end_of_declaration(text, 0) : text.find(mark, mark.size() - 1);
        if (end == text.npos) return "";
        text.remove_prefix(is_doctype ? end : end + mark.size());
    }
}

std::string charset_of(const core::Reply& reply) {
    const std::string charset = header_charset(reply.headers);
    if (!charset.empty()) return charset;
    const std::string head = core::lower_ascii(std::string_view(reply.body).substr(0, 200));
    const std::size_t end = head.find("?>");
    const std::size_t at = head.starts_with("<?xml") ? head.find("encoding=") : head.npos;
    if (at == head.npos || end == head.npos || at > end) return "";
    return head.substr(at + 10, head.find_first_of("\"'", at + 10) - at - 10);
}

core::Failure no_feed(std::string message) {
    core::Failure failure;
    failure.category = core::Category::bad_reply;
    failure.message = std::move(message);
    return failure;
}

core::Failure html_instead(const core::Reply& reply, std::string_view url, core::Time now) {
    std::string message = "the address answers with an HTML page, not with a feed";
    core::Reply as_page = reply;
    as_page.headers = {{"Content-Type", "text/html"}};
    const auto page = read_page(as_page, url, now);
    if (page && !page->feed_url.empty()) {
        message += "; the page announces the feed " + core::truncate(page->feed_url, 300);
    }
    return no_feed(std::move(message));
}

bool is_believable(const std::optional<core::Time>& time, core::Time now) {
    return !time || (*time <= now + std::chrono::hours{24} && time->time_since_epoch().count() > 0);
}

}  // namespace

FeedFormat sniff_feed(std::string_view body) {
    const std::string head = core::lower_ascii(skip_prolog(body).substr(0, 200));
    if (head.starts_with('{')) return FeedFormat::json;
    if (!head.starts_with('<')) return FeedFormat::unknown;
    if (head.starts_with("<!doctype")) return FeedFormat::html;
    std::string name = head.substr(1, head.find_first_of(" \t\r\n/>", 1) - 1);
    name = name.substr(name.find(':') + 1);
    if (name == "rss") return FeedFormat::rss;
    if (name == "rdf") return FeedFormat::rdf;
    if (name == "feed") return FeedFormat::atom;
    if (name == "html" || name == "head" || name == "body") return FeedFormat::html;
    return FeedFormat::unknown;
}

Outcome<Feed> read_feed(const core::Reply& reply, std::string_view url, core::Time now) {
    if (reply.fault || reply.status < 200 || reply.status > 299) return core::classify(reply, now);
    const std::string text = to_utf8(reply.body, charset_of(reply));
    Outcome<Feed> feed = no_feed("the address answers with neither RSS, Atom nor JSON Feed");
    switch (sniff_feed(text)) {
        case FeedFormat::rss:
        case FeedFormat::rdf:
        case FeedFormat::atom:
            feed = read_xml_feed(text, url, now);
            break;
        case FeedFormat::json:
            feed = read_json_feed(text, url, now);
            break;
        case FeedFormat::html:
            return html_instead(reply, url, now);
        case FeedFormat::unknown:
            break;
    }
    if (!feed) return feed;
    std::unordered_set<std::string> known;
    std::erase_if(feed->items, [&](const FeedItem& item) { return !known.insert(item.id).second; });
    feed->title = one_line(feed->title, title_chars_max);
    return feed;
}

bool complete_item(FeedItem& item, core::Time now) {
    item.title = one_line(item.title, title_chars_max);
    item.text = core::truncate(item.text, item_chars_max);
    if (item.title.empty() && item.text.empty()) return false;
    if (item.url.size() > url_bytes_max) item.url.clear();
    if (item.id.empty()) item.id = item.url;
    if (item.id.empty()) {
        const std::string date = item.published_at ? core::write_time(*item.published_at) : "";
        item.id = core::sha256_hex(item.title + "\n" + date);
    }
    item.id = core::truncate(item.id, 1'000);
    if (!is_believable(item.published_at, now)) item.published_at.reset();
    if (!is_believable(item.updated_at, now)) item.updated_at.reset();
    return true;
}

}  // namespace torale::providers
