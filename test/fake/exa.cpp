// Exa, provider reference §1.4.
#include "fake/searchers.hpp"

namespace torale::fake {
namespace {

Refusal refuse(int status, const char* tag, const std::string& why) {
    return {status, Json{{"requestId", "r"}, {"error", why}, {"tag", tag}}.dump()};
}

Refusal refuse_key() {
    return refuse(401, "INVALID_API_KEY", "Invalid API key");
}

Refusal check(const Request&, const Json& body, Asked& asked) {
    constexpr const char* instant = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z";
    Fields fields(body);
    fields.text("query", SIZE_MAX, true)
        .choice("type",
                {"auto", "neural", "fast", "instant", "deep", "deep-reasoning", "deep-lite"})
        .integer("numResults", 1, 100)
        .choice("category", {"company", "research paper", "news", "pdf", "github", "personal site",
                             "people", "financial report"})
        .domains("includeDomains", 1200)
        .domains("excludeDomains", 1200)
        .pattern("startPublishedDate", instant)
        .pattern("endPublishedDate", instant)
        .pattern("userLocation", "[A-Z]{2}")
        .object("contents");
    if (body.is_object()) {
        const auto category = body.value("category", "");
        if ((category == "company" || category == "people") &&
            body.contains("startPublishedDate")) {
            fields.blame("startPublishedDate", "is not supported by this category");
        }
    }
    if (const auto fault = fields.fault(); !fault.empty()) {
        return refuse(400, "INVALID_REQUEST_BODY", fault);
    }
    if (const auto contents = body.value("contents", Json::object()); !contents.empty()) {
        Fields inner(contents);
        inner.flag("highlights").object("text");
        if (const auto fault = inner.fault(); !fault.empty()) {
            return refuse(400, "INVALID_REQUEST_BODY", "contents." + fault);
        }
    }
    asked.query = body["query"];
    asked.results_max = body.value("numResults", std::size_t{10});
    return {};
}

Json shape_item(const Json& plain) {
    return {{"id", plain.value("url", "")},
            {"url", plain.value("url", "")},
            {"title", plain.value("title", "")},
            {"publishedDate", plain.value("date", Json())},
            {"author", nullptr},
            {"highlights", Json::array({plain.value("snippet", "")})},
            {"highlightScores", Json::array({0.6})}};
}

}  // namespace

const SearchShape exa_shape{.name = "exa",
                            .method = "POST",
                            .paths = {"/search"},
                            .key_header = "x-api-key",
                            .key_scheme = "",
                            .key_prefix = "exa-",
                            .refuse_key = refuse_key,
                            .check = check,
                            .shape_item = shape_item,
                            .before = R"({"requestId":"r-{{n}}","results":[)",
                            .after = R"(],"costDollars":{"total":0.007}})"};

}  // namespace torale::fake
