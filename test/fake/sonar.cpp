// Perplexity Sonar, provider reference §2.6.
#include "fake/searchers.hpp"

namespace torale::fake {
namespace {

Refusal refuse_key() {
    return {401, R"({"error":{"message":"Invalid API key provided.","type":"invalid_api_key",)"
                 R"("code":401}})"};
}

Refusal refuse(const std::string& fault) {
    const auto colon = fault.find(':');
    return {422, Json{{"detail", Json::array({{{"loc", {"body", fault.substr(0, colon)}},
                                               {"msg", fault.substr(colon + 2)},
                                               {"type", "value_error"}}})}}
                     .dump()};
}

void check_domains(Fields& fields, const Json& list) {
    std::size_t denied = 0;
    if (!list.is_array() || list.empty() || list.size() > 20) {
        return fields.blame("search_domain_filter", "must be a list of 1 to 20");
    }
    for (const auto& one : list) {
        const auto domain = one.is_string() ? one.get<std::string>() : "";
        denied += domain.starts_with("-") ? 1 : 0;
        if (domain.empty() || domain.find_first_of("*:/ ") != std::string::npos) {
            fields.blame("search_domain_filter", "has an entry that is no domain");
        }
    }
    if (denied != 0 && denied != list.size()) {
        fields.blame("search_domain_filter", "allow and deny entries cannot be mixed");
    }
}

Refusal check(const Request&, const Json& body, Asked& asked) {
    if (!body.is_object()) return refuse("body: must be an object");
    Json rest = body;
    rest.erase("messages");
    rest.erase("search_domain_filter");
    rest.erase("search_language_filter");
    Fields fields(rest);
    fields.choice("model", {"sonar", "sonar-pro", "sonar-reasoning-pro", "sonar-deep-research"})
        .integer("max_tokens", 1, 128'000)
        .choice("search_mode", {"web", "academic", "sec"})
        .choice("search_recency_filter", {"hour", "day", "week", "month", "year"})
        .pattern("search_after_date_filter", "\\d\\d?/\\d\\d?/\\d{4}")
        .pattern("search_before_date_filter", "\\d\\d?/\\d\\d?/\\d{4}")
        .object("web_search_options");
    if (!body.contains("model")) fields.blame("model", "is required");
    if (body.contains("search_domain_filter")) check_domains(fields, body["search_domain_filter"]);
    for (const auto& code : body.value("search_language_filter", Json::array())) {
        if (!code.is_string() || code.get<std::string>().size() != 2) {
            fields.blame("search_language_filter", "must be two-letter codes");
        }
    }
    const auto messages = body.value("messages", Json());
    const bool is_question = messages.is_array() && !messages.empty() &&
                             messages.back().is_object() &&
                             messages.back().value("role", "") == "user" &&
                             messages.back().value("content", Json()).is_string();
    if (!is_question) fields.blame("messages", "must end with a question of the user");
    if (const auto fault = fields.fault(); !fault.empty()) return refuse(fault);
    asked.query = messages.back()["content"];
    return {};
}

Json shape_item(const Json& plain) {
    return {{"title", plain.value("title", "")},     {"url", plain.value("url", "")},
            {"date", plain.value("date", Json())},   {"last_updated", nullptr},
            {"snippet", plain.value("snippet", "")}, {"source", "web"}};
}

}  // namespace

const SearchShape sonar_shape{
    .name = "sonar",
    .method = "POST",
    .paths = {"/chat/completions", "/v1/sonar"},
    .key_header = "authorization",
    .key_scheme = "Bearer ",
    .key_prefix = "pplx-",
    .refuse_key = refuse_key,
    .check = check,
    .shape_item = shape_item,
    .before = R"({"id":"c-{{n}}","model":"sonar","object":"chat.completion","created":1766000000,)"
              R"("usage":{"prompt_tokens":9,"completion_tokens":20,"total_tokens":29,"cost":)"
              R"({"request_cost":0.005,"total_cost":0.005029}},"choices":[{"index":0,)"
              R"("finish_reason":"stop","message":{"role":"assistant","content":"See [1]."}}],)"
              R"("search_results":[)",
    .after = "]}"};

}  // namespace torale::fake
