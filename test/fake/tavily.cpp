// Tavily, provider reference §1.3.
#include "fake/searchers.hpp"

namespace torale::fake {
namespace {

Refusal refuse(int status, const std::string& why) {
    return {status, Json{{"detail", {{"error", why}}}}.dump()};
}

Refusal refuse_key() {
    return refuse(401, "Unauthorized: missing or invalid API key.");
}

Refusal check(const Request&, const Json& body, Asked& asked) {
    Fields fields(body);
    fields.text("query", SIZE_MAX, true)
        .choice("search_depth", {"basic", "advanced", "fast", "ultra-fast"})
        .choice("topic", {"general", "news", "finance"})
        .integer("max_results", 0, 20)
        .integer("chunks_per_source", 1, 3)
        .choice("time_range", {"day", "week", "month", "year", "d", "w", "m", "y"})
        .pattern("start_date", "\\d{4}-\\d\\d-\\d\\d")
        .pattern("end_date", "\\d{4}-\\d\\d-\\d\\d")
        .flag("include_usage")
        .flag("auto_parameters")
        .domains("include_domains", 300)
        .domains("exclude_domains", 150)
        .pattern("country", "[a-z][a-z ]{3,}");
    if (body.is_object() && body.contains("country") &&
        body.value("topic", "general") != "general") {
        fields.blame("country", "is for the general topic only");
    }
    if (const auto fault = fields.fault(); !fault.empty()) return refuse(400, fault);
    asked.query = body["query"];
    asked.results_max = body.value("max_results", std::size_t{5});
    return {};
}

Json shape_item(const Json& plain) {
    Json item = {{"title", plain.value("title", "")},
                 {"url", plain.value("url", "")},
                 {"content", plain.value("snippet", "")},
                 {"score", 0.9},
                 {"raw_content", nullptr}};
    if (plain.contains("date") && plain["date"].is_string()) item["published_date"] = plain["date"];
    return item;
}

}  // namespace

const SearchShape tavily_shape{
    .name = "tavily",
    .method = "POST",
    .paths = {"/search"},
    .key_header = "authorization",
    .key_scheme = "Bearer ",
    .key_prefix = "tvly-",
    .refuse_key = refuse_key,
    .check = check,
    .shape_item = shape_item,
    .before = R"({"query":"{{query}}","answer":null,"follow_up_questions":null,"images":[],)"
              R"("results":[)",
    .after = R"(],"response_time":0.1,"request_id":"r-{{n}}","usage":{"credits":1}})"};

}  // namespace torale::fake
