// SearXNG: asks other engines; no key, no price. Its JSON is off until its owner turns it on.
#include "providers/searxng.hpp"

#include "core/ascii.hpp"
#include "providers/reading.hpp"
#include "providers/searching.hpp"

namespace torale::providers::searxng {

namespace {

void refine(core::Failure& failure, const core::Reply& reply, const core::Json&) {
    if (reply.status != 403) return;
    failure.category = core::Category::config;
    failure.message =
        "the instance does not answer in JSON: add json to search.formats in its settings.yml "
        "(HTTP 403)";
}

// "de-CH"; a country without a language is no locale of SearXNG.
std::string locale_of(const core::SearchOptions& options) {
    if (options.language.empty()) return "";
    const std::string language = core::lower_ascii(options.language);
    return options.country.empty() ? language : language + "-" + upper(options.country);
}

std::string join_engines(const core::Json& failed) {
    constexpr std::size_t named_max = 5;
    std::string joined;
    for (std::size_t i = 0; i < std::min(failed.size(), named_max); ++i) {
        if (!failed[i].is_array() || failed[i].empty() || !failed[i][0].is_string()) continue;
        joined += (joined.empty() ? "" : ", ") + failed[i][0].get<std::string>();
    }
    return joined;
}

}  // namespace

core::Request build_search(const Provider& provider, const SearchQuery& query) {
    const core::SearchOptions& options = query.options;
    return get_json(provider.base_url + "/search", {},
                    {{"q", with_sites(query)},
                     {"format", "json"},
                     {"language", locale_of(options)},
                     {"time_range", options.recency == "hour" ? "day" : options.recency},
                     {"categories", text_of(provider.options, "categories")},
                     {"engines", text_of(provider.options, "engines")},
                     {"safesearch", text_of(provider.options, "safesearch")}});
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
        result->published_at = read_date(text_of(item, "publishedDate"), now);
        read.results.push_back(std::move(*result));
    }
    // Nothing found by engines that did not answer is no answer.
    const core::Json& failed = member_of(*body, "unresponsive_engines");
    if (read.results.empty() && failed.is_array() && !failed.empty()) {
        core::Failure failure;
        failure.category = core::Category::overload;
        failure.http_status = reply.status;
        failure.message = "nothing found, and engines did not answer";
        return name_failure(provider, std::move(failure), join_engines(failed));
    }
    read.usage.cost_usd = provider.price_per_call;
    return read;
}

}  // namespace torale::providers::searxng
