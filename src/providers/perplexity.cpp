// Perplexity Search API: ranked pages with extracted text.
#include "providers/perplexity.hpp"

#include <algorithm>
#include <cstdio>

#include "core/ascii.hpp"
#include "providers/reading.hpp"
#include "providers/searching.hpp"

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
    if (!options.include_domains.empty()) return bare_domains(options.include_domains, domains_max);
    core::Json filter = core::Json::array();
    for (const std::string domain : bare_domains(options.exclude_domains, domains_max)) {
        if (domain.size() < domain_bytes_max) filter.push_back("-" + domain);
    }
    return filter;
}

}  // namespace

void add_filters(core::Json& body, const SearchQuery& query) {
    const core::SearchOptions& options = query.options;
    if (!options.language.empty()) {
        body["search_language_filter"] = core::Json::array({core::lower_ascii(options.language)});
    }
    core::Json domains = domain_filter(options);
    if (!domains.empty()) body["search_domain_filter"] = std::move(domains);
    // What both together mean is not documented; the date says more.
    if (options.published_after) {
        body["search_after_date_filter"] =
            write_date(wanted_since(query).value_or(*options.published_after));
    } else if (!options.recency.empty()) {
        body["search_recency_filter"] = options.recency;
    }
}

void refine_failure(core::Failure& failure, const core::Reply&, const core::Json& body) {
    const core::Json& error = member_of(body, "error");
    if (text_of(error, "type") == "insufficient_quota" ||
        text_of(error, "code") == "insufficient_quota") {
        failure.category = core::Category::quota;
    }
}

core::Request build_search(const Provider& provider, const SearchQuery& query) {
    core::Json body = {{"query", query.text},
                       {"max_results", std::clamp(query.options.max_results, 1, results_max)}};
    const std::int64_t wanted_tokens = count_of(provider.options, "max_tokens_per_page");
    body["max_tokens_per_page"] = wanted_tokens > 0 ? wanted_tokens : page_tokens;
    if (!query.options.country.empty()) body["country"] = upper(query.options.country);
    add_filters(body, query);
    return post_json(provider.base_url + "/search", {"Authorization", "Bearer " + provider.api_key},
                     body);
}

Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now) {
    const auto body = read_object(provider, reply, now, {.refine = refine_failure});
    if (!body) return body.error();
    SearchReply read;
    for (const core::Json& item : member_of(*body, "results")) {
        auto result =
            make_result(text_of(item, "url"), text_of(item, "title"), text_of(item, "snippet"));
        if (!result) continue;
        result->published_at = core::parse_time(text_of(item, "date"));
        read.results.push_back(std::move(*result));
    }
    // The service reports no price; each answered request is billed.
    read.usage.cost_usd = provider.price_per_call;
    return read;
}

}  // namespace torale::providers::perplexity
