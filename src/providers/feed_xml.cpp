// RSS 2.0, RSS 1.0 and Atom. What the document declares about itself is taken away before it is
// parsed: no entity exists, so none expands and none opens a file.
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "core/json.hpp"
#include "providers/feed.hpp"
#include "providers/html.hpp"

namespace torale::providers {

namespace {

constexpr std::size_t text_bytes_max = 4 * item_chars_max;
constexpr std::size_t entity_name_max = 10;

// ---- before parsing ----

// What HTML means by a named entity, in UTF-8; "" when it knows none of that name, or when it
// means a character of markup.
std::string meaning_of(const std::string& name) {
    const std::string html = "<p>&" + name + ";</p>";
    const htmlDocPtr document =
        htmlReadMemory(html.data(), static_cast<int>(html.size()), nullptr, "UTF-8",
                       HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
    if (document == nullptr) return "";
    xmlChar* content = xmlNodeGetContent(xmlDocGetRootElement(document));
    std::string text = content == nullptr ? "" : reinterpret_cast<const char*>(content);
    xmlFree(content);
    xmlFreeDoc(document);
    return text.find_first_of("&<>") == std::string::npos ? text : "";
}

// The entity reference at `at` as XML without declarations knows it; returns what it covers.
std::size_t append_entity(std::string& out, std::string_view text, std::size_t at) {
    const std::size_t end = text.find(';', at);
    const std::string name(end == text.npos || end - at > entity_name_max
                               ? std::string_view()
                               : text.substr(at + 1, end - at - 1));
    const bool is_own = name == "amp" || name == "lt" || name == "gt" || name == "quot" ||
                        name == "apos" || (name.starts_with('#') && name.size() > 1);
    const bool is_name =
        !name.empty() &&
        std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
    const std::string meaning = is_own || !is_name ? "" : meaning_of(name);
    if (is_own) {
        out += text.substr(at, end - at + 1);
    } else if (!meaning.empty()) {
        out += meaning;
    } else {
        out += "&amp;";
        return 1;
    }
    return end - at + 1;
}

// Without prolog, doctype and control characters; named HTML entities become characters.
std::string as_plain_xml(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const std::string_view rest = text.substr(at);
        if (c == '<' && rest.starts_with("<![CDATA[")) {
            const std::size_t end = std::min(rest.find("]]>"), rest.size());
            out += rest.substr(0, end);
            at += end;
        } else if (c == '<' && rest.starts_with("<!--")) {
            at += std::min(rest.find("-->"), rest.size() - 3) + 3;
        } else if (c == '<' && rest.starts_with("<?")) {
            at += std::min(rest.find("?>"), rest.size() - 2) + 2;
        } else if (c == '<' && rest.starts_with("<!")) {
            at = end_of_declaration(text, at);
        } else if (c == '&') {
            at += append_entity(out, text, at);
        } else {
            out += c;
            ++at;
        }
    }
    std::replace_if(
        out.begin(), out.end(),
        [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n'; }, ' ');
    return out.substr(0, bounded_length(out));
}

Document parse_xml(std::string_view text, std::string_view url) {
    const std::string xml = as_plain_xml(text);
    return Document(xmlReadMemory(xml.data(), static_cast<int>(xml.size()),
                                  std::string(url).c_str(), "UTF-8",
                                  XML_PARSE_RECOVER | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                      XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_COMPACT));
}

// ---- reading the tree ----

std::string_view prefix_of(const xmlNode* node) {
    if (node->ns == nullptr || node->ns->prefix == nullptr) return "";
    return reinterpret_cast<const char*>(node->ns->prefix);
}

bool is_atom(const xmlNode* node) {
    return node->ns != nullptr && node->ns->href != nullptr &&
           std::string_view(reinterpret_cast<const char*>(node->ns->href)) ==
               "http://www.w3.org/2005/Atom";
}

// Only what RSS itself defines: media:title or itunes:title are not the item's.
bool is_plain(const xmlNode* node, std::string_view name) {
    return is_named(node, name) && !is_atom(node) && prefix_of(node) != "media" &&
           prefix_of(node) != "itunes";
}

std::string content_of(const xmlNode* node) {
    std::string text;
    for (const xmlNode* at = node; at != nullptr; at = next_node(at, node)) {
        const bool is_text = at->type == XML_TEXT_NODE || at->type == XML_CDATA_SECTION_NODE;
        if (is_text && at->content != nullptr) text += reinterpret_cast<const char*>(at->content);
    }
    const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    return core::clean_utf8(text.substr(begin, end == text.npos ? 0 : end - begin + 1));
}

// Relative links: xml:base where there is one, else the address of the feed.
std::string link_of(const xmlNode* node, const std::string& link, std::string_view url) {
    if (link.empty()) return "";
    xmlChar* base = xmlNodeGetBase(node->doc, node);
    const std::string from =
        base == nullptr ? std::string(url) : reinterpret_cast<const char*>(base);
    if (base != nullptr) xmlFree(base);
    return resolve_url(from, link);
}

FeedItem read_rss_item(const xmlNode* node, std::string_view url) {
    FeedItem item;
    std::string link, atom_link, encoded, description;
    bool is_permalink = false;
    for (const xmlNode* at = node->children; at != nullptr; at = at->next) {
        if (at->type != XML_ELEMENT_NODE) continue;
        if (is_plain(at, "title") && item.title.empty()) item.title = content_of(at);
        if (is_plain(at, "link") && link.empty()) link = content_of(at);
        if (is_atom(at) && is_named(at, "link")) atom_link = attribute(at, "href");
        if (is_plain(at, "guid")) {
            item.id = content_of(at);
            is_permalink = attribute(at, "isPermaLink") != "false";
        }
        if (is_named(at, "encoded")) encoded = content_of(at);
        if (is_plain(at, "description")) description = content_of(at);
        if (is_plain(at, "pubDate") || is_plain(at, "date")) {
            if (!item.published_at) item.published_at = core::parse_time(content_of(at));
        }
        if (is_atom(at) && is_named(at, "updated")) {
            item.updated_at = core::parse_time(content_of(at));
        }
    }
    if (link.empty()) link = atom_link;
    if (link.empty() && is_permalink && item.id.starts_with("http")) link = item.id;
    item.url = link_of(node, link, url);
    item.title = text_of_html(item.title, 4'000);
    item.text = text_of_html(encoded.empty() ? description : encoded, text_bytes_max);
    if (item.text.empty()) item.text = text_of_html(description, text_bytes_max);
    return item;
}

// A text construct: plain, escaped HTML, or markup in the tree.
std::string read_construct(const xmlNode* node, std::size_t bytes_max) {
    const std::string type = attribute(node, "type");
    if (type == "xhtml") return readable_text(node, bytes_max);
    const std::string text = content_of(node);
    return type == "html" || type == "text/html" ? text_of_html(text, bytes_max) : text;
}

FeedItem read_atom_entry(const xmlNode* node, std::string_view url) {
    FeedItem item;
    std::string summary;
    for (const xmlNode* at = node->children; at != nullptr; at = at->next) {
        if (at->type != XML_ELEMENT_NODE || prefix_of(at) == "media") continue;
        if (is_named(at, "id")) item.id = content_of(at);
        if (is_named(at, "title")) item.title = read_construct(at, 4'000);
        if (is_named(at, "content")) item.text = read_construct(at, text_bytes_max);
        if (is_named(at, "summary")) summary = read_construct(at, text_bytes_max);
        if (is_named(at, "published")) item.published_at = core::parse_time(content_of(at));
        if (is_named(at, "updated")) item.updated_at = core::parse_time(content_of(at));
        const std::string rel = is_named(at, "link") ? attribute(at, "rel") : "-";
        if ((rel.empty() || rel == "alternate") && item.url.empty()) {
            item.url = link_of(at, attribute(at, "href"), url);
        }
    }
    if (item.text.empty()) item.text = std::move(summary);
    if (!item.published_at) item.published_at = item.updated_at;
    return item;
}

std::optional<core::seconds> read_ttl(const std::string& text) {
    std::int64_t minutes = 0;
    std::from_chars(text.data(), text.data() + text.size(), minutes);
    if (minutes <= 0 || minutes > 7 * 24 * 60) return std::nullopt;
    return core::seconds{minutes * 60};
}

void read_children(const xmlNode* parent, Feed& feed, std::string_view url, core::Time now) {
    for (const xmlNode* at = parent->children; at != nullptr; at = at->next) {
        if (at->type != XML_ELEMENT_NODE) continue;
        const bool is_item = is_named(at, "item");
        if (is_item || is_named(at, "entry")) {
            if (feed.items.size() >= feed_items_max) return;
            FeedItem item = is_item ? read_rss_item(at, url) : read_atom_entry(at, url);
            if (complete_item(item, now)) feed.items.push_back(std::move(item));
        } else if (is_named(at, "title") && prefix_of(at) != "media" && feed.title.empty()) {
            feed.title = text_of_html(content_of(at), 4'000);
        } else if (is_plain(at, "ttl")) {
            feed.ttl = read_ttl(content_of(at));
        } else if (is_named(at, "channel")) {
            read_children(at, feed, url, now);
        }
    }
}

}  // namespace

Outcome<Feed> read_xml_feed(std::string_view text, std::string_view url, core::Time now) {
    const Document document = parse_xml(text, url);
    const xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
    if (root == nullptr || root->children == nullptr) {
        core::Failure failure;
        failure.category = core::Category::bad_reply;
        failure.message = "the feed is no readable XML";
        return failure;
    }
    Feed feed;
    read_children(root, feed, url, now);
    return feed;
}

}  // namespace torale::providers
