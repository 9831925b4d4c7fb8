// Exa: pages by meaning; what is shown of a page must be asked for.
#include "providers/exa.hpp"

#include <algorithm>

#include "providers/reading.hpp"
#include "providers/searching.hpp"

namespace torale::providers::exa {

namespace {

constexpr int results_max = 100;
constexpr std::size_t domains_max = 100;

// Searches in directories of companies and people refuse dates with 400.
bool takes_dates(const std::string& category) {
    return category != "company" && category != "people";
}

void refine(core::Failure& failure, const core::Reply&, const core::Json& body) {
    const std::string tag = text_of(body, "tag");
    if (tag == "PROHIBITED_CONTENT") failure.category = core::Category::declined;
    if (tag == "NO_MORE_CREDITS" || tag.ends_with("BUDGET_EXCEEDED")) {
        failure.category = core::Category::quota;
    }
}

core::Json wanted_contents(const Provider& provider) {
    core::Json contents = {{"highlights", true}};
    const auto chars = count_of(provider.options, "text_chars");
    if (chars > 0) contents["text"] = {{"maxCharacters", chars}};
    return contents;
}

// Passages that fit the question say most; a summary is the service's own words.
std::string snippet_of(const core::Json& item) {
    std::string snippet = join_texts(member_of(item, "highlights"));
    const std::string text = text_of(item, "text");
    if (!text.empty()) snippet += (snippet.empty() ? "" : "\n\n") + text;
    return snippet;
}

}  // namespace

core::Request build_search(const Provider& provider, const SearchQuery& query) {
    const core::SearchOptions& options = query.options;
    const std::string type = text_of(provider.options, "type");
    const std::string category = text_of(provider.options, "category");
    core::Json body = {{"query", query.text},
                       {"type", type.empty() ? "auto" : type},
                       {"numResults", std::clamp(options.max_results, 1, results_max)},
                       {"contents", wanted_contents(provider)}};
    if (!category.empty()) body["category"] = category;
    const auto since = wanted_since(query);
    if (since && takes_dates(category)) {
        body["startPublishedDate"] =
            core::write_time(std::chrono::floor<std::chrono::seconds>(*since));
    }
    core::Json allowed = bare_domains(options.include_domains, domains_max);
    if (!allowed.empty()) body["includeDomains"] = std::move(allowed);
    core::Json denied = bare_domains(options.exclude_domains, domains_max);
    if (!denied.empty()) body["excludeDomains"] = std::move(denied);
    if (!options.country.empty()) body["userLocation"] = upper(options.country);
    return post_json(provider.base_url + "/search", {"x-api-key", provider.api_key}, body);
}

Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now) {
    const auto body = read_object(provider, reply, now, {.refine = refine});
    if (!body) return body.error();
    SearchReply read;
    for (const core::Json& item : member_of(*body, "results")) {
        auto result = make_result(text_of(item, "url"), text_of(item, "title"), snippet_of(item));
        if (!result) continue;
        result->published_at = read_date(text_of(item, "publishedDate"), now);
        read.results.push_back(std::move(*result));
    }
    const core::Json& total = member_of(member_of(*body, "costDollars"), "total");
    const bool is_told = total.is_number() && total.get<double>() >= 0;
    read.usage.cost_usd = is_told ? total.get<double>() : provider.price_per_call;
    return read;
}

}  // namespace torale::providers::exa
