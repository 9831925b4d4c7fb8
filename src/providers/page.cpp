// Pages: HTML, plain text, JSON.
#include "providers/page.hpp"

#include <libxml/tree.h>

#include <algorithm>
#include <array>

#include "core/ascii.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "core/url.hpp"
#include "providers/charset.hpp"
#include "providers/html.hpp"

namespace torale::providers {

namespace {

constexpr std::size_t title_chars_max = 500;
// A main part shorter than this is a shell that scripts fill: the body says more.
constexpr std::size_t main_bytes_min = 200;

std::string content_of(const xmlNode* node) {
    std::string text;
    for (const xmlNode* at = node; at != nullptr; at = next_node(at, node)) {
        const bool is_text = at->type == XML_TEXT_NODE || at->type == XML_CDATA_SECTION_NODE;
        if (is_text && at->content != nullptr) text += reinterpret_cast<const char*>(at->content);
    }
    return core::clean_utf8(text);
}

core::Failure unreadable(std::string message) {
    core::Failure failure;
    failure.category = core::Category::bad_reply;
    failure.message = std::move(message);
    return failure;
}

// ---- dates ----

std::optional<core::Time> read_date(const std::string& text, core::Time now) {
    const auto time = core::parse_time(text);
    const core::Time oldest{std::chrono::sys_days{std::chrono::year{1970} / 1 / 2}};
    if (!time || *time > now + std::chrono::hours{24} || *time < oldest) return std::nullopt;
    return time;
}

constexpr std::array<std::string_view, 14> date_names{"article:published_time",
                                                      "og:published_time",
                                                      "datepublished",
                                                      "date",
                                                      "dc.date",
                                                      "dc.date.issued",
                                                      "dcterms.created",
                                                      "dcterms.issued",
                                                      "dcterms.date",
                                                      "pubdate",
                                                      "publishdate",
                                                      "publish-date",
                                                      "parsely-pub-date",
                                                      "sailthru.date"};

// `datePublished` of the first object in JSON-LD that has one, wherever it is nested.
std::optional<core::Time> json_ld_date(const core::Json& value, core::Time now) {
    if (value.is_object()) {
        const auto found = value.find("datePublished");
        if (found != value.end() && found->is_string()) {
            if (auto date = read_date(found->get<std::string>(), now)) return date;
        }
    }
    if (!value.is_structured()) return std::nullopt;
    for (const core::Json& each : value) {
        if (auto date = json_ld_date(each, now)) return date;
    }
    return std::nullopt;
}

// ---- HTML ----

// What a walk over the whole document finds beside its text.
struct Findings {
    const xmlNode* body = nullptr;
    const xmlNode* main = nullptr;
    int mains = 0;
    std::string title, og_title, heading, canonical, base, feed_url;
    std::optional<core::Time> meta_date, json_date, time_date;
};

void read_meta(const xmlNode* node, Findings& found, core::Time now) {
    std::string name = core::lower_ascii(attribute(node, "property"));
    if (name.empty()) name = core::lower_ascii(attribute(node, "name"));
    if (name.empty()) name = core::lower_ascii(attribute(node, "itemprop"));
    if (name == "og:title") found.og_title = attribute(node, "content");
    const bool is_date = std::find(date_names.begin(), date_names.end(), name) != date_names.end();
    if (is_date && !found.meta_date) found.meta_date = read_date(attribute(node, "content"), now);
}

void read_link(const xmlNode* node, Findings& found) {
    const std::string rel = core::lower_ascii(attribute(node, "rel"));
    if (rel == "canonical" && found.canonical.empty()) found.canonical = attribute(node, "href");
    const std::string type = core::lower_ascii(attribute(node, "type"));
    const bool is_feed = type == "application/rss+xml" || type == "application/atom+xml" ||
                         type == "application/feed+json";
    if (rel == "alternate" && is_feed && found.feed_url.empty()) {
        found.feed_url = attribute(node, "href");
    }
}

void read_script(const xmlNode* node, Findings& found, core::Time now) {
    if (found.json_date || core::lower_ascii(attribute(node, "type")) != "application/ld+json")
        return;
    if (const auto value = core::parse_json(content_of(node))) {
        found.json_date = json_ld_date(*value, now);
    }
}

void read_element(const xmlNode* node, Findings& found, core::Time now) {
    if (is_named(node, "body") && found.body == nullptr) found.body = node;
    if (is_named(node, "main") || attribute(node, "role") == "main") {
        found.main = node;
        ++found.mains;
    }
    if (is_named(node, "title") && found.title.empty()) found.title = content_of(node);
    if (is_named(node, "h1") && found.heading.empty()) found.heading = content_of(node);
    if (is_named(node, "base") && found.base.empty()) found.base = attribute(node, "href");
    if (is_named(node, "meta")) read_meta(node, found, now);
    if (is_named(node, "link")) read_link(node, found);
    if (is_named(node, "script")) read_script(node, found, now);
    if (is_named(node, "time") && !found.time_date) {
        found.time_date = read_date(attribute(node, "datetime"), now);
    }
}

void set_date(Page& page, const Findings& found) {
    const auto set = [&page](const std::optional<core::Time>& date, DateOrigin origin) {
        if (!date || page.published_at) return;
        page.published_at = date;
        page.published_origin = origin;
    };
    set(found.meta_date, DateOrigin::meta);
    set(found.json_date, DateOrigin::json_ld);
    set(found.time_date, DateOrigin::time_element);
}

std::string main_text(const xmlNode* root, const Findings& found, std::size_t bytes_max) {
    if (found.mains == 1) {
        std::string text = readable_text(found.main, bytes_max);
        if (text.size() >= main_bytes_min) return text;
    }
    return readable_text(found.body != nullptr ? found.body : root, bytes_max);
}

// The charset a page names in its head: <meta charset=X> or the http-equiv form.
std::string meta_charset(std::string_view html) {
    const std::string head = core::lower_ascii(html.substr(0, 4096));
    const std::size_t meta = head.find("<meta");
    std::size_t at = head.find("charset=", meta == head.npos ? head.size() : meta);
    if (at == head.npos) return "";
    at += 8;
    if (at < head.size() && (head[at] == '"' || head[at] == '\'')) ++at;
    return head.substr(at, head.find_first_of("\"'> ;/", at) - at);
}

void cap(Page& page) {
    std::string text = core::truncate(page.text, page_chars_max);
    page.is_truncated = text.size() != page.text.size();
    page.text = std::move(text);
}

Outcome<Page> read_html(const core::Reply& reply, std::string_view url, core::Time now) {
    std::string charset = header_charset(reply.headers);
    if (charset.empty()) charset = meta_charset(reply.body);
    const Document document = parse_html(to_utf8(reply.body, charset));
    const xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
    if (root == nullptr) return unreadable("the page has no readable text");
    Findings found;
    for (const xmlNode* node = root; node != nullptr; node = next_node(node, root)) {
        if (node->type == XML_ELEMENT_NODE) read_element(node, found, now);
    }
    Page page;
    page.text = main_text(root, found, 4 * page_chars_max);
    if (page.text.empty()) return unreadable("the page has no readable text");
    cap(page);
    const std::string& title = !found.title.empty()      ? found.title
                               : !found.og_title.empty() ? found.og_title
                                                         : found.heading;
    page.title = one_line(title, title_chars_max);
    std::string base = found.base.empty() ? "" : resolve_url(url, found.base);
    if (base.empty()) base = url;
    // A page speaks for its own host only: it must not pass for somebody else's.
    const std::string canonical = found.canonical.empty() ? "" : resolve_url(base, found.canonical);
    page.url = core::domain_of(canonical) == core::domain_of(url) ? canonical : std::string(url);
    if (!found.feed_url.empty()) page.feed_url = resolve_url(base, found.feed_url);
    set_date(page, found);
    return page;
}

// ---- the rest ----

Outcome<Page> read_plain(const core::Reply& reply, std::string_view url) {
    Page page;
    page.url = url;
    page.text = to_utf8(reply.body, header_charset(reply.headers));
    const std::size_t begin = page.text.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos) return unreadable("the page has no readable text");
    page.title = one_line(
        std::string_view(page.text).substr(begin, page.text.find('\n', begin) - begin), 100);
    cap(page);
    return page;
}

Outcome<Page> read_json(const core::Reply& reply, std::string_view url) {
    const auto value = core::parse_json(to_utf8(reply.body, ""));
    if (!value) return unreadable("the page says it is JSON and is not");
    Page page;
    page.url = url;
    page.text = value->dump(1, ' ', false, core::Json::error_handler_t::replace);
    cap(page);
    return page;
}

bool is_html(const std::string& type, std::string_view body) {
    if (type == "text/html" || type == "application/xhtml+xml") return true;
    if (!type.empty()) return false;
    const std::string head = core::lower_ascii(body.substr(0, 512));
    return head.find("<html") != head.npos || head.find("<!doctype html") != head.npos;
}

bool is_plain(const std::string& type, std::string_view body) {
    if (type == "text/plain" || type == "text/markdown") return true;
    return type.empty() && body.substr(0, 1024).find('\0') == std::string_view::npos;
}

}  // namespace

const char* name_of(DateOrigin origin) {
    switch (origin) {
        case DateOrigin::none:
            return "none";
        case DateOrigin::meta:
            return "meta";
        case DateOrigin::json_ld:
            return "json_ld";
        case DateOrigin::time_element:
            return "time";
    }
    return "none";
}

core::Request build_page_request(std::string_view url, std::string_view etag,
                                 std::string_view last_modified) {
    core::Request request;
    request.purpose = core::Purpose::feed;
    request.method = "GET";
    request.url = url;
    request.headers = {{"Accept",
                        "application/atom+xml, application/rss+xml, application/feed+json, "
                        "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5"}};
    if (!etag.empty()) request.headers.push_back({"If-None-Match", std::string(etag)});
    if (!last_modified.empty()) {
        request.headers.push_back({"If-Modified-Since", std::string(last_modified)});
    }
    return request;
}

Outcome<Page> read_page(const core::Reply& reply, std::string_view url, core::Time now) {
    if (reply.fault || reply.status < 200 || reply.status > 299) return core::classify(reply, now);
    const std::string type = media_type(reply.headers);
    if (is_html(type, reply.body)) return read_html(reply, url, now);
    if (type == "application/json" || type.ends_with("+json")) return read_json(reply, url);
    if (is_plain(type, reply.body)) return read_plain(reply, url);
    return unreadable(
        "not a page with readable text: " +
        (type.empty() ? "unknown bytes" : core::truncate(core::clean_utf8(type), 100)));
}

}  // namespace torale::providers
