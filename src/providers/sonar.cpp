// Perplexity Sonar as a search: the pages that its answer stands on. The answer itself is the
// model's and no source, so it is kept short and not read.
#include "providers/sonar.hpp"

#include <algorithm>

#include "providers/perplexity.hpp"
#include "providers/reading.hpp"
#include "providers/searching.hpp"

namespace torale::providers::sonar {

namespace {

constexpr std::int64_t answer_tokens = 128;
constexpr const char* usual_path = "/chat/completions";

core::Json web_search_options(const Provider& provider, const SearchQuery& query) {
    core::Json options = core::Json::object();
    const std::string size = text_of(provider.options, "search_context_size");
    if (!size.empty()) options["search_context_size"] = size;
    if (!query.options.country.empty()) {
        options["user_location"] = {{"country", upper(query.options.country)}};
    }
    return options;
}

// The one service that returns money; else by the row's prices.
Usage read_usage(const Provider& provider, const core::Json& usage) {
    Usage read;
    read.tokens_in = count_of(usage, "prompt_tokens");
    read.tokens_out = count_of(usage, "completion_tokens");
    const core::Json& total = member_of(member_of(usage, "cost"), "total_cost");
    if (total.is_number() && total.get<double>() >= 0) {
        read.cost_usd = total.get<double>();
    } else {
        read.cost_usd = provider.price_per_call +
                        (static_cast<double>(read.tokens_in) * provider.price_in_per_mtok +
                         static_cast<double>(read.tokens_out) * provider.price_out_per_mtok) /
                            1e6;
    }
    return read;
}

}  // namespace

core::Request build_search(const Provider& provider, const SearchQuery& query) {
    const auto tokens = count_of(provider.options, "max_tokens");
    core::Json body = {
        {"model", provider.model},
        {"messages", core::Json::array({{{"role", "user"}, {"content", query.text}}})},
        {"max_tokens", tokens > 0 ? tokens : answer_tokens}};
    const std::string mode = text_of(provider.options, "search_mode");
    if (!mode.empty()) body["search_mode"] = mode;
    perplexity::add_filters(body, query);
    core::Json options = web_search_options(provider, query);
    if (!options.empty()) body["web_search_options"] = std::move(options);
    // Its documents name the same call twice; the path is the row's to change.
    const std::string path = text_of(provider.options, "path");
    return post_json(provider.base_url + (path.empty() ? usual_path : path),
                     {"Authorization", "Bearer " + provider.api_key}, body);
}

Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now) {
    const auto body =
        read_object(provider, reply, now, {.list = nullptr, .refine = perplexity::refine_failure});
    if (!body) return body.error();
    const core::Json& pages = member_of(*body, "search_results");
    // An answer without a search has no list; what is no answer either is no reply of Sonar.
    if (!pages.is_array() && !member_of(*body, "choices").is_array()) {
        return name_failure(provider, core::classify(reply, now), "no list of search_results");
    }
    SearchReply read;
    if (pages.is_array()) {
        for (const core::Json& item : pages) {
            auto result =
                make_result(text_of(item, "url"), text_of(item, "title"), text_of(item, "snippet"));
            if (!result) continue;
            result->published_at = read_date(text_of(item, "date"), now);
            read.results.push_back(std::move(*result));
        }
    }
    read.usage = read_usage(provider, member_of(*body, "usage"));
    return read;
}

}  // namespace torale::providers::sonar
