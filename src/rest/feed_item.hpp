// What a feed of findings consists of, whichever format it is written in. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/http.hpp"

namespace torale::rest {

struct FeedSource {
    std::string url;
    std::string title;  // "" = the URL
    std::string quote;  // what the finding rests on, "" = none
    bool operator==(const FeedSource&) const = default;
};

struct FeedItem {
    std::string id;     // never changes: readers tell news by it
    std::string title;  // "" = none
    std::string body_markdown;
    std::string url;  // where the finding can be seen, "" = nowhere
    core::Time published{};
    std::string task;       // its name
    std::string condition;  // "" = none
    std::vector<FeedSource> sources;
};

struct FeedHead {
    std::string title;
    std::string self_url;
    std::string home_url;
    std::string description;
};

// The body as HTML with condition and sources below it. Raw HTML in the Markdown and links that
// are not http, https or mailto are left out: readers show this inside their own pages.
std::string feed_html(const FeedItem& item);

bool is_web_url(std::string_view url);

// The response that carries a feed: an ETag, and 304 for who has it already.
core::HttpResponse reply_feed(const core::HttpRequest& request, std::string_view media_type,
                              std::string body);

}  // namespace torale::rest
