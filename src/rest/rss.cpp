// RSS 2.0. Everything is escaped text: a CDATA section would end at the first ]]> of a page.
#include "rest/rss.hpp"

#include <algorithm>

#include "core/json.hpp"

namespace torale::rest {

namespace {

// U+FFFE and U+FFFF are UTF-8 but no characters of XML.
bool is_noncharacter(std::string_view rest) {
    return rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF");
}

void write_element(std::string& out, std::string_view name, std::string_view text) {
    out.append("<").append(name).append(">").append(escape_xml(text));
    out.append("</").append(name).append(">\n");
}

void write_item(std::string& out, const FeedItem& item) {
    out += "<item>\n";
    if (!item.title.empty()) write_element(out, "title", item.title);
    if (is_web_url(item.url)) write_element(out, "link", item.url);
    out += "<guid isPermaLink=\"false\">" + escape_xml(item.id) + "</guid>\n";
    write_element(out, "pubDate", core::write_rfc2822_time(item.published));
    if (!item.task.empty()) write_element(out, "category", item.task);
    write_element(out, "description", feed_html(item));
    out += "</item>\n";
}

}  // namespace

std::string escape_xml(std::string_view text) {
    const std::string clean = core::clean_utf8(text);
    std::string out;
    out.reserve(clean.size());
    for (std::size_t i = 0; i < clean.size(); ++i) {
        const char c = clean[i];
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') continue;
        if (is_noncharacter(std::string_view(clean).substr(i, 3))) {
            i += 2;
        } else if (c == '&') {
            out += "&amp;";
        } else if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else if (c == '"') {
            out += "&quot;";
        } else if (c == '\r') {
            out += "&#13;";  // parsers make a bare one a line feed
        } else {
            out += c;
        }
    }
    return out;
}

std::string render_rss(const FeedHead& head, const std::vector<FeedItem>& items) {
    std::string out =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\">\n<channel>\n";
    write_element(out, "title", head.title);
    write_element(out, "link", head.home_url);
    write_element(out, "description", head.description.empty() ? head.title : head.description);
    out += "<atom:link href=\"" + escape_xml(head.self_url) +
           "\" rel=\"self\" type=\"application/rss+xml\"/>\n";
    write_element(out, "generator", "torale");
    const auto newest = std::max_element(
        items.begin(), items.end(),
        [](const FeedItem& a, const FeedItem& b) { return a.published < b.published; });
    // The newest finding's time, not now: the same findings give the same bytes and the same ETag.
    if (newest != items.end()) {
        write_element(out, "lastBuildDate", core::write_rfc2822_time(newest->published));
    }
    for (const FeedItem& item : items) write_item(out, item);
    return out + "</channel>\n</rss>\n";
}

}  // namespace torale::rest
