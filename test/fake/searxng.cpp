// SearXNG, provider reference §1.6: no key; without format=json it shows a page.
#include "fake/searchers.hpp"

namespace torale::fake {
namespace {

Refusal refuse(int status, const std::string& why) {
    return {status, Json{{"error", why}}.dump()};
}

Refusal check(const Request&, const Json& body, Asked& asked) {
    if (body.value("format", "html") != "json") {
        return {200, "<!DOCTYPE html><title>SearXNG</title>", "text/html"};
    }
    if (body.value("q", "").empty()) return refuse(400, "No query");
    Fields fields(body, true);
    fields.text("q")
        .text("format")
        .text("categories")
        .text("engines")
        .pattern("language", "all|auto|[a-z]{2,3}(-[A-Z]{2})?")
        .integer("pageno", 1, 100)
        .choice("time_range", {"day", "week", "month", "year"})
        .choice("safesearch", {"0", "1", "2"});
    if (const auto fault = fields.fault(); !fault.empty()) return refuse(400, fault);
    asked.query = body["q"];
    asked.results_max = 1'000;
    return {};
}

Json shape_item(const Json& plain) {
    return {{"url", plain.value("url", "")},
            {"title", plain.value("title", "")},
            {"content", plain.value("snippet", "")},
            {"engine", "bing"},
            {"engines", Json::array({"bing"})},
            {"score", 1.0},
            {"category", "general"},
            {"publishedDate", plain.value("date", Json())},
            {"template", "default.html"}};
}

}  // namespace

const SearchShape searxng_shape{
    .name = "searxng",
    .method = "GET",
    .paths = {"/search", "/"},
    .key_header = nullptr,
    .key_scheme = "",
    .key_prefix = "",
    .refuse_key = nullptr,
    .check = check,
    .shape_item = shape_item,
    .before = R"({"query":"{{query}}","results":[)",
    .after = R"(],"answers":[],"corrections":[],"infoboxes":[],"suggestions":[],)"
             R"("unresponsive_engines":[]})"};

}  // namespace torale::fake
