// Tavily: ranked pages with extracted text; billed in credits.
#include "providers/tavily.hpp"

#include <algorithm>

#include "providers/countries.hpp"
#include "providers/reading.hpp"
#include "providers/searching.hpp"

namespace torale::providers::tavily {

namespace {

constexpr int results_max = 20;
constexpr std::size_t allowed_max = 300;
constexpr std::size_t denied_max = 150;

// What a search costs when the reply does not say: the deep one counts twice.
std::int64_t usual_credits(const Provider& provider) {
    return text_of(provider.options, "search_depth") == "advanced" ? 2 : 1;
}

// The keyless mode says its wait in the body.
void refine(core::Failure& failure, const core::Reply&, const core::Json& body) {
    const auto wait_s = count_of(member_of(body, "error"), "retry_after_seconds");
    if (wait_s > 0 && !failure.retry_after) failure.retry_after = core::seconds{wait_s};
}

void add_filters(core::Json& body, const SearchQuery& query) {
    const core::SearchOptions& options = query.options;
    // The date says more than the range; hours are not known and become a day.
    if (options.published_after) {
        body["start_date"] = write_day(wanted_since(query).value_or(*options.published_after));
    } else if (!options.recency.empty()) {
        body["time_range"] = options.recency == "hour" ? "day" : options.recency;
    }
    core::Json allowed = bare_domains(options.include_domains, allowed_max);
    if (!allowed.empty()) body["include_domains"] = std::move(allowed);
    core::Json denied = bare_domains(options.exclude_domains, denied_max);
    if (!denied.empty()) body["exclude_domains"] = std::move(denied);
    // Other topics refuse a country.
    const std::string_view country = country_name(options.country);
    if (!country.empty() && body.value("topic", "general") == "general") body["country"] = country;
}

}  // namespace

core::Request build_search(const Provider& provider, const SearchQuery& query) {
    core::Json body = {{"query", query.text},
                       {"max_results", std::clamp(query.options.max_results, 1, results_max)},
                       {"include_usage", true}};
    for (const char* name : {"search_depth", "topic"}) {
        const std::string value = text_of(provider.options, name);
        if (!value.empty()) body[name] = value;
    }
    const auto chunks = count_of(provider.options, "chunks_per_source");
    if (chunks > 0) body["chunks_per_source"] = chunks;
    add_filters(body, query);
    return post_json(provider.base_url + "/search", {"Authorization", "Bearer " + provider.api_key},
                     body);
}

Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now) {
    const auto body = read_object(provider, reply, now, {.refine = refine});
    if (!body) return body.error();
    SearchReply read;
    for (const core::Json& item : member_of(*body, "results")) {
        auto result =
            make_result(text_of(item, "url"), text_of(item, "title"), text_of(item, "content"));
        if (!result) continue;
        result->published_at = read_date(text_of(item, "published_date"), now);
        read.results.push_back(std::move(*result));
    }
    const core::Json& usage = member_of(*body, "usage");
    const bool is_counted = member_of(usage, "credits").is_number();
    const auto credits = is_counted ? count_of(usage, "credits") : usual_credits(provider);
    read.usage.cost_usd = provider.price_per_call * static_cast<double>(credits);
    return read;
}

}  // namespace torale::providers::tavily
