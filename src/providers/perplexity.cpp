// Perplexity Search API: ranked pages with extracted text.
#include "providers/perplexity.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "core/json.hpp"
#include "providers/reading.hpp"

namespace torale::providers::perplexity {

namespace {

constexpr int results_max = 20;
constexpr int page_tokens = 1024;  // the service's default changed between documents: always sent
constexpr std::size_t domains_max = 20;
constexpr std::size_t domain_bytes_max = 253;

// MM/DD/YYYY; an ISO date is refused with 422.
std::string write_date(core::Time time) {
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(time)};
    char text[32];
    std::snprintf(text, sizeof text, "%02u/%02u/%04d", static_cast<unsigned>(day.month()),
                  static_cast<unsigned>(day.day()), static_cast<int>(day.year()));
    return text;
}

// One list serves both directions and may not mix them: allow wins, and what the task denies is
// taken out of the results afterwards.
core::Json domain_filter(const core::SearchOptions& options) {
    const bool allow = !options.include_domains.empty();
    core::Json filter = core::Json::array();
    for (const std::string& domain : allow ? options.include_domains : options.exclude_domains) {
        if (domain.empty() || domain.size() >= domain_bytes_max) continue;
        if (filter.size() == domains_max) break;
        filter.push_back(allow ? domain : "-" + domain);
    }
    return filter;
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

core::Json request_body(const Provider& provider, const SearchQuery& query) {
    const core::SearchOptions& options = query.options;
    core::Json body = {{"query", query.text},
                       {"max_results", std::clamp(options.max_results, 1, results_max)}};
    const std::int64_t wanted_tokens = count_of(provider.options, "max_tokens_per_page");
    body["max_tokens_per_page"] = wanted_tokens > 0 ? wanted_tokens : page_tokens;
    if (!options.country.empty()) body["country"] = upper(options.country);
    if (!options.language.empty()) {
        body["search_language_filter"] = core::Json::array({options.language});
    }
    core::Json domains = domain_filter(options);
    if (!domains.empty()) body["search_domain_filter"] = std::move(domains);
    // What both together mean is not documented; the date says more.
    if (options.published_after) {
        body["search_after_date_filter"] = write_date(*options.published_after);
    } else if (!options.recency.empty()) {
        body["search_recency_filter"] = options.recency;
    }
    return body;
}

// {"error":{"message"}}, {"detail":[{"loc":[…],"msg"}]} or {"detail":"…"}.
std::string said_in(const core::Json& body) {
    const core::Json& error = member_of(body, "error");
    if (error.is_object()) return text_of(error, "message");
    if (error.is_string()) return error.get<std::string>();
    const core::Json& detail = member_of(body, "detail");
    if (!detail.is_array() || detail.empty()) return text_of(body, "detail");
    std::string where;
    for (const core::Json& part : member_of(detail.front(), "loc")) {
        if (part.is_string()) where = part.get<std::string>();
    }
    return (where.empty() ? "" : where + ": ") + text_of(detail.front(), "msg");
}

core::Failure read_failure(const Provider& provider, const core::Reply& reply, core::Time now) {
    core::Failure failure = core::classify(reply, now);
    const auto body = reply.fault ? std::nullopt : read_body(reply);
    if (!body) return name_failure(provider, std::move(failure), "");
    const std::string type = text_of(member_of(*body, "error"), "type");
    const std::string code = text_of(member_of(*body, "error"), "code");
    if (type == "insufficient_quota" || code == "insufficient_quota") {
        failure.category = core::Category::quota;
    }
    return name_failure(provider, std::move(failure), said_in(*body));
}

// A success status around an error: the error's own number decides.
core::Failure read_inner_error(const Provider& provider, const core::Reply& reply,
                               const core::Json& body, core::Time now) {
    core::Reply inner;
    inner.status =
        static_cast<int>(std::min<std::int64_t>(count_of(member_of(body, "error"), "code"), 999));
    if (inner.status < 400) inner.status = reply.status;
    inner.headers = reply.headers;
    return name_failure(provider, core::classify(inner, now), said_in(body));
}

bool is_web_url(const std::string& url) {
    return url.starts_with("http://") || url.starts_with("https://");
}

std::optional<SearchResult> read_result(const core::Json& item) {
    SearchResult result;
    result.url = text_of(item, "url");
    if (!is_web_url(result.url)) return std::nullopt;
    result.title = text_of(item, "title");
    result.snippet = text_of(item, "snippet");
    result.published_at = core::parse_time(text_of(item, "date"));
    return result;
}

}  // namespace

core::Request build_search(const Provider& provider, const SearchQuery& query) {
    core::Request request;
    request.url = provider.base_url + "/search";
    request.headers = {{"Authorization", "Bearer " + provider.api_key},
                       {"Content-Type", "application/json"},
                       {"Accept", "application/json"}};
    request.body = core::write_json(request_body(provider, query));
    return request;
}

Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now) {
    if (reply.fault || reply.status < 200 || reply.status > 299) {
        return read_failure(provider, reply, now);
    }
    const auto body = read_body(reply);
    if (body && body->is_object() && member_of(*body, "error").is_object()) {
        return read_inner_error(provider, reply, *body, now);
    }
    if (!body || !member_of(*body, "results").is_array()) {
        return name_failure(provider, core::classify(reply, now), "no list of results");
    }
    SearchReply read;
    for (const core::Json& item : member_of(*body, "results")) {
        if (auto result = read_result(item)) read.results.push_back(std::move(*result));
    }
    // The service reports no price; each answered request is billed.
    read.usage.cost_usd = provider.price_per_call;
    return read;
}

}  // namespace torale::providers::perplexity
