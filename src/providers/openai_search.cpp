// OpenAI's hosted web search: a model searches, answers and cites. Only what it cites is taken,
// as address and title: the words between are the model's, and a quote of them would be a quote
// of nobody's page.
#include "providers/openai_search.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/ascii.hpp"
#include "providers/reading.hpp"
#include "providers/searching.hpp"

namespace torale::providers::openai_search {

namespace {

constexpr std::size_t domains_max = 100;
constexpr std::int64_t answer_tokens = 4'096;  // thinking counts

// The service has no filter for age and language; it follows words.
std::string write_input(const SearchQuery& query) {
    std::string text = "Search the web. Name up to " +
                       std::to_string(std::clamp(query.options.max_results, 1, 20)) +
                       " pages that answer the question best, newest first, one line each, and "
                       "cite each of them.\nQuestion: " +
                       query.text;
    if (const auto since = wanted_since(query)) {
        text += "\nOnly pages published on or after " + write_day(*since) + ".";
    } else if (!query.options.recency.empty()) {
        text += "\nOnly pages of the last " + query.options.recency + ".";
    }
    if (!query.options.language.empty()) {
        text += "\nOnly pages in the language with the code " +
                core::lower_ascii(query.options.language) + ".";
    }
    for (const std::string domain : bare_domains(query.options.exclude_domains, domains_max)) {
        text += "\nNo pages of " + domain + ".";
    }
    return text;
}

core::Json search_tool(const Provider& provider, const SearchQuery& query) {
    core::Json tool = {{"type", "web_search"}};
    const std::string size = text_of(provider.options, "search_context_size");
    if (!size.empty()) tool["search_context_size"] = size;
    core::Json allowed = bare_domains(query.options.include_domains, domains_max);
    if (!allowed.empty()) tool["filters"] = {{"allowed_domains", std::move(allowed)}};
    if (!query.options.country.empty()) {
        tool["user_location"] = {{"type", "approximate"},
                                 {"country", upper(query.options.country)}};
    }
    return tool;
}

constexpr std::array<std::pair<std::string_view, core::Category>, 5> codes{{
    {"insufficient_quota", core::Category::quota},
    {"rate_limit_exceeded", core::Category::rate_limit},
    {"server_error", core::Category::server},
    {"invalid_api_key", core::Category::auth},
    {"invalid_prompt", core::Category::bad_request},
}};

void refine(core::Failure& failure, const core::Reply&, const core::Json& body) {
    const std::string code = text_of(member_of(body, "error"), "code");
    const std::string type = text_of(member_of(body, "error"), "type");
    for (const auto& [name, category] : codes) {
        if (code == name || type == name) failure.category = category;
    }
}

// Why an answer that is not complete is of no use; nothing when it is.
std::optional<core::Failure> read_status(const Provider& provider, const core::Reply& reply,
                                         const core::Json& body, core::Time now) {
    const std::string status = text_of(body, "status");
    if (status == "completed" || status.empty()) return std::nullopt;
    core::Failure failure = core::classify(reply, now);
    const std::string reason = text_of(member_of(body, "incomplete_details"), "reason");
    if (status == "incomplete" && reason == "max_output_tokens") return std::nullopt;
    if (reason == "content_filter") {
        failure.category = core::Category::declined;
        failure.message = "the model declined to search";
    }
    return name_failure(provider, std::move(failure), reason.empty() ? "status " + status : reason);
}

void add_citations(std::vector<SearchResult>& results, const core::Json& annotations) {
    if (!annotations.is_array()) return;
    for (const core::Json& annotation : annotations) {
        if (text_of(annotation, "type") != "url_citation") continue;
        auto result = make_result(text_of(annotation, "url"), text_of(annotation, "title"), "");
        if (!result) continue;
        const bool is_known =
            std::any_of(results.begin(), results.end(),
                        [&](const SearchResult& other) { return other.url == result->url; });
        if (!is_known) results.push_back(std::move(*result));
    }
}

std::vector<SearchResult> read_results(const core::Json& output) {
    std::vector<SearchResult> results;
    for (const core::Json& item : output) {
        const core::Json& content = member_of(item, "content");
        if (text_of(item, "type") != "message" || !content.is_array()) continue;
        for (const core::Json& part : content) {
            add_citations(results, member_of(part, "annotations"));
        }
    }
    return results;
}

Usage read_usage(const Provider& provider, const core::Json& body) {
    Usage usage;
    usage.tokens_in = count_of(member_of(body, "usage"), "input_tokens");
    usage.tokens_out = count_of(member_of(body, "usage"), "output_tokens");
    std::int64_t searches = 0;
    for (const core::Json& item : member_of(body, "output")) {
        searches += text_of(item, "type") == "web_search_call" ? 1 : 0;
    }
    usage.cost_usd = static_cast<double>(searches) * provider.price_per_call +
                     (static_cast<double>(usage.tokens_in) * provider.price_in_per_mtok +
                      static_cast<double>(usage.tokens_out) * provider.price_out_per_mtok) /
                         1e6;
    return usage;
}

}  // namespace

core::Request build_search(const Provider& provider, const SearchQuery& query) {
    const auto tokens = count_of(provider.options, "max_output_tokens");
    core::Json body = {{"model", provider.model},
                       {"input", write_input(query)},
                       {"tools", core::Json::array({search_tool(provider, query)})},
                       {"tool_choice", "required"},
                       {"max_output_tokens", tokens > 0 ? tokens : answer_tokens},
                       {"store", false}};
    const std::string effort = text_of(provider.options, "reasoning_effort");
    if (!effort.empty()) body["reasoning"] = {{"effort", effort}};
    core::Request request = post_json(provider.base_url + "/responses",
                                      {"Authorization", "Bearer " + provider.api_key}, body);
    request.limits.total_timeout_ms = 60'000;  // a model reads pages before it answers
    return request;
}

Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now) {
    const auto body = read_object(provider, reply, now, {.list = nullptr, .refine = refine});
    if (!body) return body.error();
    if (auto failure = read_status(provider, reply, *body, now)) return std::move(*failure);
    if (!member_of(*body, "output").is_array()) {
        return name_failure(provider, core::classify(reply, now), "no list of output");
    }
    SearchReply read;
    read.results = read_results(member_of(*body, "output"));
    read.usage = read_usage(provider, *body);
    return read;
}

}  // namespace torale::providers::openai_search
