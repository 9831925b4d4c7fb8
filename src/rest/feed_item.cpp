// One finding as HTML, and feeds as conditional responses: readers poll, mostly for nothing new.
#include "rest/feed_item.hpp"

#include <cmark.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "core/ascii.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "rest/header_list.hpp"

namespace torale::rest {

namespace {

std::string escape_html(std::string_view text) {
    std::string out;
    for (const char c : core::clean_utf8(text)) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string markdown_html(std::string_view text) {
    const std::string markdown = core::clean_utf8(text);
    // cmark's default is the safe mode: no raw HTML, no javascript: or data: links.
    const std::unique_ptr<char, decltype(&std::free)> html(
        cmark_markdown_to_html(markdown.data(), markdown.size(), CMARK_OPT_DEFAULT), &std::free);
    return html ? html.get() : "";
}

std::string source_html(const FeedSource& source) {
    const std::string title = escape_html(source.title.empty() ? source.url : source.title);
    std::string html = is_web_url(source.url)
                           ? "<a href=\"" + escape_html(source.url) + "\">" + title + "</a>"
                           : title;
    if (!source.quote.empty()) html += ": <q>" + escape_html(source.quote) + "</q>";
    return html;
}

// If-None-Match: "*", or a list in which weak and strong tags are the same.
bool has_tag(const core::HttpRequest& request, std::string_view tag) {
    const auto tags = list_members(request.headers, "If-None-Match");
    return std::any_of(tags.begin(), tags.end(), [&](std::string_view one) {
        if (one.starts_with("W/")) one.remove_prefix(2);
        return one == tag || one == "*";
    });
}

}  // namespace

bool is_web_url(std::string_view url) {
    const std::size_t colon = url.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view scheme = url.substr(0, colon);
    const bool is_web =
        core::equals_ignoring_case(scheme, "http") || core::equals_ignoring_case(scheme, "https");
    return is_web && url.substr(colon).starts_with("://") && url.size() > colon + 3;
}

std::string feed_html(const FeedItem& item) {
    std::string html = markdown_html(item.body_markdown);
    if (!item.condition.empty()) {
        html += "<p><em>" + escape_html(item.condition) + "</em></p>\n";
    }
    if (item.sources.empty()) return html;
    html += "<ul>\n";
    for (const FeedSource& source : item.sources) html += "<li>" + source_html(source) + "</li>\n";
    return html + "</ul>\n";
}

core::HttpResponse reply_feed(const core::HttpRequest& request, std::string_view media_type,
                              std::string body) {
    const std::string tag = "\"" + core::sha256_hex(body).substr(0, 32) + "\"";
    core::HttpResponse response;
    // The address holds the token, so only the reader's own cache may keep what it shows.
    response.headers = {{"ETag", tag}, {"Cache-Control", "private, max-age=60"}};
    if (has_tag(request, tag)) {
        response.status = 304;
        return response;
    }
    response.headers.push_back({"Content-Type", std::string(media_type)});
    response.body = std::move(body);
    return response;
}

}  // namespace torale::rest
