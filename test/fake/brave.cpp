// Brave Search, provider reference §1.5: a bad key is a 422, and words are counted.
#include "fake/searchers.hpp"

#include <algorithm>

namespace torale::fake {
namespace {

Refusal refuse(const char* code, const std::string& why) {
    return {422, Json{{"type", "ErrorResponse"},
                      {"error", {{"id", "0a1b"}, {"code", code}, {"detail", why}, {"status", 422}}},
                      {"time", 1766000000}}
                     .dump()};
}

Refusal refuse_key() {
    return refuse("SUBSCRIPTION_TOKEN_INVALID", "The provided subscription token is invalid.");
}

Refusal check(const Request& request, const Json& body, Asked& asked) {
    Fields fields(body, true);
    fields.text("q", SIZE_MAX, true)
        .pattern("country", "[A-Z]{2}|ALL")
        .pattern("search_lang", "[a-z]{2}|jp|[a-z]{2}-[a-z]{2,4}")
        .integer("count", 1, 20)
        .integer("offset", 0, 9)
        .choice("safesearch", {"off", "moderate", "strict"})
        .pattern("freshness", "p[dwmy]|\\d{4}-\\d\\d-\\d\\dto\\d{4}-\\d\\d-\\d\\d")
        .flag("text_decorations")
        .flag("spellcheck")
        .flag("extra_snippets")
        .text("result_filter");
    const auto query = body.value("q", "");
    const auto code_points = std::count_if(query.begin(), query.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    });
    if (code_points > 400) fields.blame("q", "has more than 400 characters");
    if (std::count(query.begin(), query.end(), ' ') >= 50)
        fields.blame("q", "has more than 50 words");
    if (request.header("accept").find("application/json") == std::string_view::npos) {
        fields.blame("accept", "must be application/json");
    }
    if (const auto fault = fields.fault(); !fault.empty()) return refuse("VALIDATION", fault);
    asked.query = query;
    asked.results_max = body.contains("count") ? std::stoul(body["count"].get<std::string>()) : 20;
    return {};
}

Json shape_item(const Json& plain) {
    Json item = {{"type", "search_result"},
                 {"title", plain.value("title", "")},
                 {"url", plain.value("url", "")},
                 {"description", plain.value("snippet", "")},
                 {"language", "en"}};
    if (plain.contains("date") && plain["date"].is_string()) item["page_age"] = plain["date"];
    return item;
}

}  // namespace

const SearchShape brave_shape{
    .name = "brave",
    .method = "GET",
    .paths = {"/res/v1/web/search"},
    .key_header = "x-subscription-token",
    .key_scheme = "",
    .key_prefix = "BSA",
    .refuse_key = refuse_key,
    .check = check,
    .shape_item = shape_item,
    .before = R"({"type":"search","query":{"original":"{{query}}","more_results_available":false},)"
              R"("web":{"type":"search","family_friendly":true,"results":[)",
    .after = "]}}"};

}  // namespace torale::fake
