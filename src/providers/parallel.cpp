// Parallel: pages as excerpts in Markdown, found for a goal in plain words.
#include "providers/parallel.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "core/text.hpp"
#include "providers/reading.hpp"
#include "providers/searching.hpp"

namespace torale::providers::parallel {

namespace {

constexpr int results_max = 20;
constexpr std::size_t domains_max = 200;  // both lists together
// Search queries are meant to be a few words; the whole question goes into the objective.
constexpr std::size_t query_chars_max = 200;
constexpr std::int64_t page_chars = 5'000;
constexpr const char* beta_version = "search-extract-2025-10-10";

bool is_beta(const Provider& provider) {
    return member_of(provider.options, "beta") == core::Json(true);
}

core::Json source_policy(const SearchQuery& query) {
    core::Json policy = core::Json::object();
    core::Json allowed = bare_domains(query.options.include_domains, domains_max);
    core::Json denied = bare_domains(query.options.exclude_domains, domains_max - allowed.size());
    if (!allowed.empty()) policy["include_domains"] = std::move(allowed);
    if (!denied.empty()) policy["exclude_domains"] = std::move(denied);
    if (const auto since = wanted_since(query)) policy["after_date"] = write_day(*since);
    return policy;
}

// The same settings in both forms of the service; the older one has them flat.
core::Json settings(const Provider& provider, const SearchQuery& query) {
    core::Json settings = {{"max_results", std::clamp(query.options.max_results, 1, results_max)}};
    const auto chars = count_of(provider.options, "max_chars_per_result");
    settings[is_beta(provider) ? "excerpts" : "excerpt_settings"] = {
        {"max_chars_per_result", chars > 0 ? chars : page_chars}};
    if (!query.options.country.empty())
        settings["location"] = core::lower_ascii(query.options.country);
    core::Json policy = source_policy(query);
    if (!policy.empty()) settings["source_policy"] = std::move(policy);
    return settings;
}

}  // namespace

core::Request build_search(const Provider& provider, const SearchQuery& query) {
    const bool beta = is_beta(provider);
    core::Json body = beta ? settings(provider, query) : core::Json::object();
    if (!beta) body["advanced_settings"] = settings(provider, query);
    body["objective"] = query.text;
    body["search_queries"] = core::Json::array({core::truncate(query.text, query_chars_max)});
    const std::string mode = text_of(provider.options, "mode");
    if (!mode.empty()) body["mode"] = mode;
    core::Request request = post_json(provider.base_url + (beta ? "/v1beta/search" : "/v1/search"),
                                      {"x-api-key", provider.api_key}, body);
    if (beta) request.headers.push_back({"parallel-beta", beta_version});
    return request;
}

Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now) {
    const auto body = read_object(provider, reply, now, {});
    if (!body) return body.error();
    SearchReply read;
    for (const core::Json& item : member_of(*body, "results")) {
        auto result = make_result(text_of(item, "url"), text_of(item, "title"),
                                  join_texts(member_of(item, "excerpts")));
        if (!result) continue;
        result->published_at = read_date(text_of(item, "publish_date"), now);
        read.results.push_back(std::move(*result));
    }
    // Counts of stock units come back, no money.
    read.usage.cost_usd = provider.price_per_call;
    return read;
}

}  // namespace torale::providers::parallel
