// Bytes in, bytes out: what the two services would answer at a virtual time.
#include "judge_bench/cassettes.hpp"

#include <algorithm>

#include "core/json.hpp"
#include "core/url.hpp"
#include "judge_bench/adjudication.hpp"
#include "judge_bench/prompt_reading.hpp"

namespace torale::judge_bench {

namespace {

constexpr const char* search_url = "https://search.cassette.example";
constexpr const char* model_url = "https://model.cassette.example";
constexpr const char* search_key = "pplx-Zq81yK7bench0search0secret";
constexpr const char* model_key = "AIzaXw52Lm9bench0model0secret";

core::Reply reply_with(int status, std::string body) {
    core::Reply reply;
    reply.status = status;
    reply.headers = {{"content-type", "application/json"}};
    reply.body = std::move(body);
    reply.request_sent = true;
    reply.duration_ms = 700;
    return reply;
}

bool is_allowed(const Document& document, const core::Json& filter) {
    if (!filter.is_array() || filter.empty()) return true;
    const std::string domain = core::domain_of(document.url);
    bool has_allow = false;
    for (const core::Json& item : filter) {
        const std::string rule = item.get<std::string>();
        if (rule.starts_with('-')) {
            if (core::domain_matches(domain, rule.substr(1))) return false;
            continue;
        }
        has_allow = true;
        if (core::domain_matches(domain, rule)) return true;
    }
    return !has_allow;
}

std::string user_text(const core::Json& body) {
    std::string text;
    for (const core::Json& content : body.value("contents", core::Json::array())) {
        for (const core::Json& part : content.value("parts", core::Json::array())) {
            text += part.value("text", "");
        }
    }
    return text;
}

// Only a request for a judgement asks for citations.
bool asks_for_judgement(const core::Json& body) {
    const core::Json schema = body.value("generationConfig", core::Json::object())
                                  .value("responseJsonSchema", core::Json::object());
    return schema.value("properties", core::Json::object()).contains("citations");
}

}  // namespace

std::vector<providers::Provider> cassette_searches() {
    providers::Provider provider;
    provider.name = "perplexity";
    provider.kind = providers::Kind::search;
    provider.adapter = "perplexity";
    provider.base_url = search_url;
    provider.api_key = search_key;
    provider.names_secret = true;
    provider.price_per_call = search_price;
    return {provider};
}

std::vector<providers::Provider> cassette_judges() {
    providers::Provider provider;
    provider.name = "gemini";
    provider.kind = providers::Kind::llm;
    provider.adapter = "gemini";
    provider.base_url = model_url;
    provider.model = "gemini-cassette";
    provider.api_key = model_key;
    provider.names_secret = true;
    provider.price_in_per_mtok = in_price_per_mtok;
    provider.price_out_per_mtok = out_price_per_mtok;
    return {provider};
}

std::vector<providers::Provider> builtin_searches() {
    providers::Provider provider;
    provider.name = provider.adapter = "builtin";
    provider.kind = providers::Kind::search;
    return {provider};
}

std::vector<providers::Provider> rules_judges() {
    providers::Provider provider;
    provider.name = provider.adapter = "rules";
    provider.kind = providers::Kind::llm;
    return {provider};
}

core::Reply Cassettes::answer(const core::Request& request, Time now) {
    check_secrets(request);
    const auto body = core::parse_json(request.body);
    if (!body) {
        violations.push_back("a request that is no JSON");
        return reply_with(400, R"({"error":{"message":"no JSON"}})");
    }
    if (request.url == std::string(search_url) + "/search") return answer_search(*body, now);
    if (request.url.starts_with(std::string(model_url) + "/v1beta/models/gemini-cassette")) {
        return answer_model(*body, request.body.size(), now);
    }
    violations.push_back("a request to " + request.url);
    return reply_with(404, "{}");
}

core::Reply Cassettes::answer_search(const core::Json& body, Time now) {
    ++ledger.searches;
    ledger.cost_usd += search_price;
    core::Json results = core::Json::array();
    const std::size_t results_max = body.value("max_results", std::size_t{10});
    const core::Json filter = body.value("search_domain_filter", core::Json());
    for (const Document* document : world_.visible(now)) {
        if (results.size() == results_max) break;
        if (!is_allowed(*document, filter)) continue;
        core::Json date;
        if (document->published_at) date = core::write_time(*document->published_at);
        results.push_back({{"url", document->url},
                           {"title", document->title},
                           {"snippet", document->text},
                           {"date", date}});
    }
    return reply_with(200, core::write_json({{"id", "tape"}, {"results", results}}));
}

Utterance Cassettes::ask(const core::Json& body, const std::string& prompt, Time now) {
    if (asks_for_judgement(body)) {
        ++ledger.judge_calls;
        return voice_->judge(
            {.world = world_, .prompt = prompt, .sources = read_sources(prompt), .now = now});
    }
    ++ledger.adjudications;
    Utterance utterance;
    utterance.text = adjudicate(world_, *voice_, prompt, now);
    return utterance;
}

core::Reply Cassettes::answer_model(const core::Json& body, std::size_t body_bytes, Time now) {
    const std::string prompt = user_text(body);
    const Utterance said = ask(body, prompt, now);
    erred_ |= said.erred;
    if (said.fault) {
        // Nothing came back, so nothing is billed.
        core::Reply reply;
        reply.fault = said.fault;
        reply.fault_text = "no answer within the limit";
        reply.request_sent = true;
        return reply;
    }
    const auto tokens_in = static_cast<std::int64_t>(body_bytes / 4);
    // A service stops a model at the limit it was given.
    const std::int64_t tokens_max = body.value("generationConfig", core::Json::object())
                                        .value("maxOutputTokens", std::int64_t{1 << 20});
    const auto tokens_out =
        std::min(static_cast<std::int64_t>(said.text.size() / 4 + 1), tokens_max);
    // A body that breaks off names no usage, and the product cannot know of what it hides.
    if (said.raw_body) return reply_with(said.status, *said.raw_body);
    ledger.cost_usd += static_cast<double>(tokens_in) * in_price_per_mtok / 1e6 +
                       static_cast<double>(tokens_out) * out_price_per_mtok / 1e6;
    const core::Json part = {{"text", said.text}};
    const core::Json content = {{"role", "model"}, {"parts", core::Json::array({part})}};
    const core::Json candidate = {{"content", content}, {"finishReason", said.finish}};
    return reply_with(said.status, core::write_json({{"candidates", core::Json::array({candidate})},
                                                     {"modelVersion", "gemini-cassette-1"},
                                                     {"usageMetadata",
                                                      {{"promptTokenCount", tokens_in},
                                                       {"candidatesTokenCount", tokens_out}}}}));
}

void Cassettes::check_secrets(const core::Request& request) {
    for (const char* key : {search_key, model_key}) {
        if (request.body.find(key) != std::string::npos) {
            violations.push_back("a key in the body of a request to " + request.url);
        }
        if (request.url.find(key) != std::string::npos) {
            violations.push_back("a key in a URL");
        }
    }
}

bool Cassettes::take_erred() {
    return std::exchange(erred_, false);
}

}  // namespace torale::judge_bench
