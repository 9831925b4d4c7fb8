// Brave Search: pages with short descriptions, by GET.
#include "providers/brave.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/ascii.hpp"
#include "core/text.hpp"
#include "providers/reading.hpp"
#include "providers/searching.hpp"

namespace torale::providers::brave {

namespace {

constexpr int results_max = 20;
constexpr std::size_t query_chars_max = 400;
constexpr std::size_t query_words_max = 50;

// Countries that may be asked for; for others all of them.
constexpr std::string_view countries =
    "AR AU AT BE BR CA CL CN DE DK ES FI FR GB HK ID IN IT JP KR MX MY NL NO NZ PH PL PT RU SA SE "
    "TR TW US ZA CH";
// Languages whose name here is not ISO's.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> languages{
    {{"ja", "jp"}, {"no", "nb"}, {"pt", "pt-pt"}, {"zh", "zh-hans"}, {"iw", "he"}}};

std::string country_of(const core::SearchOptions& options) {
    if (options.country.empty()) return "";
    const std::string code = upper(options.country);
    return countries.find(code) == std::string_view::npos ? "ALL" : code;
}

std::string language_of(const core::SearchOptions& options) {
    const std::string code = core::lower_ascii(options.language);
    if (code == "pt" && upper(options.country) == "BR") return "pt-br";
    for (const auto& [iso, name] : languages) {
        if (code == iso) return std::string(name);
    }
    return code;
}

// A recency in the service's letters, or from a day to today; hours are not known.
std::string freshness_of(const SearchQuery& query) {
    const core::SearchOptions& options = query.options;
    if (options.published_after && query.now != core::Time{}) {
        return write_day(*wanted_since(query)) + "to" + write_day(query.now);
    }
    if (options.recency == "hour" || options.recency == "day") return "pd";
    return options.recency.empty() ? "" : std::string("p") + options.recency.front();
}

// At most 50 words and 400 characters; sites stay whole at the end.
std::string cut_query(const SearchQuery& query) {
    SearchQuery only_sites = query;
    only_sites.text.clear();
    const std::string sites = with_sites(only_sites);
    const auto words_in = [](std::string_view text) {
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
    };
    if (sites.size() >= query_chars_max || words_in(sites) >= query_words_max) {
        only_sites.text = query.text;
        only_sites.options = {};
        return core::truncate(only_sites.text, query_chars_max);
    }
    std::string words;
    std::size_t left = query_words_max - words_in(sites);
    std::string_view rest = query.text;
    while (!rest.empty() && left > 0) {
        const std::size_t end = std::min(rest.find_first_of(" \t\r\n"), rest.size());
        if (end > 0) {
            words += (words.empty() ? "" : " ") + std::string(rest.substr(0, end));
            --left;
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return core::truncate(words, query_chars_max - sites.size()) + sites;
}

// "1, 1419704": seconds to the end of each window, the short one first.
std::optional<core::milliseconds> reset_of(const core::Reply& reply, bool is_last) {
    const auto list = core::find_header(reply.headers, "x-ratelimit-reset");
    if (!list) return std::nullopt;
    const std::size_t comma = is_last ? list->rfind(',') : list->find(',');
    std::string_view one = *list;
    if (comma != std::string_view::npos) {
        one = is_last ? one.substr(comma + 1) : one.substr(0, comma);
    }
    const auto first = one.find_first_not_of(' ');
    if (first == std::string_view::npos) return std::nullopt;
    return core::parse_delay(std::string(one.substr(first)) + "s");
}

// The code says what the status does not: a bad key is a 422.
void refine(core::Failure& failure, const core::Reply& reply, const core::Json& body) {
    std::string code = text_of(member_of(body, "error"), "code");
    const core::Json& errors = member_of(body, "errors");
    if (code.empty() && errors.is_array() && !errors.empty()) code = text_of(errors[0], "code");
    if (code.starts_with("SUBSCRIPTION_")) failure.category = core::Category::auth;
    if (code == "QUOTA_LIMITED") failure.category = core::Category::quota;
    if (code == "RATE_LIMITED") failure.category = core::Category::rate_limit;
    const bool waits =
        failure.category == core::Category::quota || failure.category == core::Category::rate_limit;
    if (waits && !failure.retry_after) {
        failure.retry_after = reset_of(reply, failure.category == core::Category::quota);
    }
}

std::optional<SearchResult> read_result(const core::Json& item, core::Time now) {
    std::string snippet = text_of(item, "description");
    const std::string extra = join_texts(member_of(item, "extra_snippets"));
    if (!extra.empty()) snippet += (snippet.empty() ? "" : "\n\n") + extra;
    auto result = make_result(text_of(item, "url"), text_of(item, "title"), snippet);
    if (!result) return std::nullopt;
    result->published_at = read_date(text_of(item, "page_age"), now);
    if (!result->published_at) result->published_at = read_date(text_of(item, "age"), now);
    return result;
}

}  // namespace

core::Request build_search(const Provider& provider, const SearchQuery& query) {
    const int count = std::clamp(query.options.max_results, 1, results_max);
    const bool extra = member_of(provider.options, "extra_snippets") == core::Json(true);
    return get_json(provider.base_url + "/res/v1/web/search",
                    {{"X-Subscription-Token", provider.api_key}},
                    {{"q", cut_query(query)},
                     {"count", std::to_string(count)},
                     {"country", country_of(query.options)},
                     {"search_lang", language_of(query.options)},
                     {"freshness", freshness_of(query)},
                     {"text_decorations", "false"},
                     {"result_filter", "web"},
                     {"safesearch", text_of(provider.options, "safesearch")},
                     {"extra_snippets", extra ? "true" : ""}});
}

Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now) {
    const auto body = read_object(provider, reply, now, {.list = nullptr, .refine = refine});
    if (!body) return body.error();
    // Without a hit there is no "web"; something else in its place is no reply of this service.
    const core::Json& web = member_of(*body, "web");
    const bool is_empty = web.is_null() && text_of(*body, "type") == "search";
    if (!is_empty && !member_of(web, "results").is_array()) {
        return name_failure(provider, core::classify(reply, now), "no list of results");
    }
    SearchReply read;
    if (!is_empty) {
        for (const core::Json& item : member_of(web, "results")) {
            if (auto result = read_result(item, now)) read.results.push_back(std::move(*result));
        }
    }
    read.usage.cost_usd = provider.price_per_call;
    return read;
}

}  // namespace torale::providers::brave
