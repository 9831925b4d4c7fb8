// OpenAI's Responses API with its hosted web search, provider reference §2.3.
#include "fake/searchers.hpp"

namespace torale::fake {
namespace {

Refusal refuse(int status, const std::string& why, const Json& param, const Json& code) {
    return {status, Json{{"error",
                          {{"message", why},
                           {"type", "invalid_request_error"},
                           {"param", param},
                           {"code", code}}}}
                        .dump()};
}

Refusal refuse_key() {
    return refuse(401, "Incorrect API key provided.", nullptr, "invalid_api_key");
}

void check_tools(Fields& fields, const Json& tools) {
    if (!tools.is_array() || tools.size() != 1 || !tools[0].is_object() ||
        tools[0].value("type", "") != "web_search") {
        return fields.blame("tools", "one web_search tool is expected here");
    }
    Fields tool(tools[0]);
    tool.text("type").choice("search_context_size", {"low", "medium", "high"});
    tool.object("filters").object("user_location").flag("external_web_access");
    if (tools[0].contains("filters") && tools[0]["filters"].is_object()) {
        Fields filters(tools[0]["filters"]);
        filters.domains("allowed_domains", 100);
        if (const auto fault = filters.fault(); !fault.empty()) fields.blame("tools", fault);
    }
    if (const auto fault = tool.fault(); !fault.empty()) fields.blame("tools", fault);
}

Refusal check(const Request&, const Json& body, Asked& asked) {
    if (!body.is_object()) return refuse(400, "body: must be an object", nullptr, nullptr);
    Json rest = body;
    rest.erase("tools");
    Fields fields(rest);
    fields.text("model", 100, true)
        .text("input", SIZE_MAX, true)
        .text("instructions")
        .choice("tool_choice", {"none", "auto", "required"})
        .integer("max_output_tokens", 16, 128'000)
        .object("reasoning")
        .flag("store");
    check_tools(fields, body.value("tools", Json()));
    if (const auto fault = fields.fault(); !fault.empty()) {
        return refuse(400, fault, fault.substr(0, fault.find(':')), nullptr);
    }
    if (body["model"].get<std::string>().rfind("gpt-", 0) != 0) {
        return refuse(404, "The model does not exist.", nullptr, "model_not_found");
    }
    asked.query = body["input"];
    return {};
}

Json shape_item(const Json& plain) {
    return {{"type", "url_citation"},
            {"url", plain.value("url", "")},
            {"title", plain.value("title", "")},
            {"start_index", 0},
            {"end_index", 4}};
}

}  // namespace

const SearchShape openai_search_shape{
    .name = "openai_search",
    .method = "POST",
    .paths = {"/v1/responses"},
    .key_header = "authorization",
    .key_scheme = "Bearer ",
    .key_prefix = "sk-",
    .refuse_key = refuse_key,
    .check = check,
    .shape_item = shape_item,
    .before = R"({"id":"resp_{{n}}","object":"response","status":"completed","error":null,)"
              R"("incomplete_details":null,"output":[{"type":"web_search_call","id":"ws_{{n}}",)"
              R"("status":"completed","action":{"type":"search"}},{"type":"message",)"
              R"("role":"assistant","content":[{"type":"output_text","text":"Here.",)"
              R"("annotations":[)",
    .after = R"(]}]}],"usage":{"input_tokens":800,"output_tokens":40,"total_tokens":840}})"};

}  // namespace torale::fake
