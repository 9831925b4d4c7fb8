// Parallel, provider reference §1.2: the present form and the one in beta.
#include "fake/searchers.hpp"

namespace torale::fake {
namespace {

Refusal refuse(int status, const std::string& why) {
    return {status, Json{{"type", "error"},
                         {"error", {{"ref_id", "ref-1"}, {"message", why}, {"detail", nullptr}}}}
                        .dump()};
}

Refusal refuse_key() {
    return refuse(401, "Unauthorized");
}

void check_policy(Fields& fields, const Json& settings) {
    const auto policy = settings.value("source_policy", Json::object());
    Fields inner(policy);
    inner.domains("include_domains", 200).domains("exclude_domains", 200);
    inner.pattern("after_date", "\\d{4}-\\d\\d-\\d\\d");
    const auto total = policy.value("include_domains", Json::array()).size() +
                       policy.value("exclude_domains", Json::array()).size();
    if (total > 200) inner.blame("include_domains", "200 domains together at most");
    if (const auto fault = inner.fault(); !fault.empty()) fields.blame("source_policy", fault);
}

// The settings that both forms have.
void check_settings(Fields& fields, const Json& settings) {
    fields.integer("max_results", 1, 40).pattern("location", "[A-Za-z]{2}");
    fields.object("source_policy");
    if (settings.value("source_policy", Json::object()).is_object()) check_policy(fields, settings);
}

bool is_list_of_words(const Json& queries) {
    if (!queries.is_array() || queries.empty() || queries.size() > 5) return false;
    for (const auto& query : queries) {
        if (!query.is_string() || query.get_ref<const std::string&>().empty()) return false;
    }
    return true;
}

Refusal check(const Request& request, const Json& body, Asked& asked) {
    if (!body.is_object()) return refuse(422, "body: must be an object");
    const bool is_beta = request.path.find("/v1beta/") != std::string_view::npos;
    Fields fields(body);
    fields.text("objective", 5'000);
    if (!is_list_of_words(body.value("search_queries", Json()))) {
        fields.blame("search_queries", "must be 1 to 5 texts");
    }
    Json rest = body;
    rest.erase("objective");
    rest.erase("search_queries");
    Fields flat(rest);
    Json settings = body.value("advanced_settings", Json::object());
    if (is_beta) {
        flat.choice("mode", {"one-shot", "agentic", "fast"}).object("excerpts");
        check_settings(flat, rest);
        if (request.header("parallel-beta") != "search-extract-2025-10-10") {
            flat.blame("parallel-beta", "the header is required");
        }
    } else {
        flat.choice("mode", {"turbo", "fast", "basic", "advanced"}).object("advanced_settings");
    }
    Fields inner(settings);
    inner.object("excerpt_settings");
    check_settings(inner, settings);
    for (std::string fault : {fields.fault_of_known(), flat.fault(), inner.fault()}) {
        if (!fault.empty()) return refuse(422, fault);
    }
    asked.query = body["search_queries"][0];
    asked.results_max = (is_beta ? body : settings).value("max_results", std::size_t{10});
    return {};
}

Json shape_item(const Json& plain) {
    return {{"url", plain.value("url", "")},
            {"title", plain.value("title", "")},
            {"publish_date", plain.value("date", Json())},
            {"excerpts", Json::array({plain.value("snippet", "")})}};
}

}  // namespace

const SearchShape parallel_shape{
    .name = "parallel",
    .method = "POST",
    .paths = {"/v1/search", "/v1beta/search"},
    .key_header = "x-api-key",
    .key_scheme = "",
    .key_prefix = "par-",
    .refuse_key = refuse_key,
    .check = check,
    .shape_item = shape_item,
    .before = R"({"search_id":"search_{{n}}","session_id":"session_{{n}}","results":[)",
    .after = R"(],"warnings":null,"usage":[{"name":"sku_search","count":1}]})"};

}  // namespace torale::fake
