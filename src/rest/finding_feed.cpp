// The token is the credential: it is looked up by its hash, as API keys are.
#include "rest/finding_feed.hpp"

#include "core/json.hpp"
#include "rest/feed_item.hpp"
#include "rest/json_feed.hpp"
#include "rest/public_address.hpp"
#include "rest/refusals.hpp"
#include "rest/reply.hpp"
#include "rest/rss.hpp"
#include "rest/walk.hpp"

namespace torale::rest {

namespace {

enum class Format { rss, json };

struct FeedPath {
    Format format = Format::rss;
    std::string token;
};

std::optional<FeedPath> feed_path(std::string_view path) {
    constexpr std::string_view rss = "/rss/";
    constexpr std::string_view json = "/feed/";
    constexpr std::string_view json_end = ".json";
    std::string_view token;
    FeedPath found;
    if (path.starts_with(rss)) {
        token = path.substr(rss.size());
    } else if (path.starts_with(json) && path.ends_with(json_end) &&
               path.size() > json.size() + json_end.size()) {
        found.format = Format::json;
        token = path.substr(json.size(), path.size() - json.size() - json_end.size());
    }
    if (token.empty() || token.find('/') != std::string_view::npos) return std::nullopt;
    found.token = token;
    return found;
}

FeedItem item_of(const core::Json& row) {
    FeedItem item;
    item.id = core::text_of(row, "id");
    item.title = core::text_of(row, "title");
    item.body_markdown = core::text_of(row, "body");
    item.url = core::text_of(row, "url");
    item.published = core::parse_time(core::text_of(row, "published")).value_or(core::Time{});
    item.task = core::text_of(row, "task");
    item.condition = core::text_of(row, "condition");
    const auto sources = row.find("sources");
    if (sources == row.end() || !sources->is_array()) return item;
    for (const core::Json& source : *sources)
        item.sources.push_back({core::text_of(source, "url"), core::text_of(source, "title"),
                                core::text_of(source, "quote")});
    return item;
}

core::HttpResponse written(const core::HttpRequest& request, const FeedPath& path,
                           const std::string& feed_json, const std::string& public_url) {
    const core::Json feed = core::parse_json(feed_json).value_or(core::Json::object());
    FeedHead head;
    head.title = core::text_of(feed, "title");
    head.description = core::text_of(feed, "description");
    head.home_url = address_of(request, public_url).url();
    head.self_url = head.home_url + std::string(request.path());
    std::vector<FeedItem> items;
    if (const auto rows = feed.find("items"); rows != feed.end() && rows->is_array())
        for (const core::Json& row : *rows) items.push_back(item_of(row));
    if (path.format == Format::rss) return reply_feed(request, rss_type, render_rss(head, items));
    return reply_feed(request, json_feed_type, render_json_feed(head, items));
}

Result<core::HttpResponse> answer(Walk& walk, const FeedPath& path) {
    Limiter& limiter = walk.service.limiter;
    if (limiter.is_locked_out(walk.request.remote)) return locked_out();
    walk.identity.limit_key = "feed:" + path.token;
    if (auto refused = within_quota(walk)) return *refused;
    auto begun = walk.service.database.begin();
    if (!begun) return failure_of(begun.error(), true);
    const auto feed = (*begun)->feed_items(api_key_hash(path.token));
    if (!feed) return failure_of(feed.error(), true);
    if (!*feed) {
        limiter.count_refusal(walk.request.remote);
        return Failure{.status = 404,
                       .code = "PT404",
                       .message = "there is no such feed",
                       .hint = "SELECT torale.create_feed_token(); makes one."};
    }
    if (const auto committed = (*begun)->commit(); !committed)
        return failure_of(committed.error(), true);
    return written(walk.request, path, **feed, walk.service.public_url);
}

}  // namespace

std::optional<core::HttpResponse> answer_finding_feed(const core::HttpRequest& request,
                                                      Service& service) {
    const auto path = feed_path(request.path());
    if (!path) return std::nullopt;
    Walk walk{request, service};
    if (request.method != "GET" && request.method != "HEAD")
        return finished(reply_failure({.status = 405,
                                       .code = "PGRST117",
                                       .message = "Unsupported HTTP method: " + request.method,
                                       .headers = {{"Allow", "GET, HEAD"}}}),
                        walk);
    auto response = answer(walk, *path);
    if (!response) return finished(reply_failure(response.error()), walk);
    return finished(std::move(*response), walk);
}

}  // namespace torale::rest
