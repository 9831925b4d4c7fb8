// Provider reference §2.4 and §8: every field and its type, and the rule that each tool_use is
// answered in the next message, before any text.
#include <algorithm>
#include <map>
#include <set>

#include "fake/anthropic.hpp"

namespace torale::fake {
namespace {

const std::set<std::string> known_fields = {
    "model",       "max_tokens",   "messages",      "system",         "tools",    "tool_choice",
    "temperature", "top_p",        "top_k",         "stop_sequences", "thinking", "output_config",
    "metadata",    "service_tier", "cache_control", "stream"};

// What a block must have beside its type, and of which type.
const std::map<std::string, std::map<std::string, std::string>>& blocks() {
    static const std::map<std::string, std::map<std::string, std::string>> all = {
        {"text", {{"text", "string"}}},
        {"thinking", {{"thinking", "string"}, {"signature", "string"}}},
        {"redacted_thinking", {{"data", "string"}}},
        {"tool_use", {{"id", "string"}, {"name", "string"}, {"input", "object"}}},
        {"server_tool_use", {{"id", "string"}, {"name", "string"}, {"input", "object"}}},
        {"tool_result", {{"tool_use_id", "string"}}}};
    return all;
}

std::string block_fault(const Json& block, const std::string& where) {
    const auto type = block.is_object() ? block.value("type", "") : "";
    const auto known = blocks().find(type);
    if (known == blocks().end()) return where + ": Input tag '" + type + "' is not expected";
    for (const auto& [member, kind] : known->second) {
        const auto value = block.value(member, Json());
        if (value.is_null()) return where + "." + type + "." + member + ": Field required";
        if (value.type_name() != kind) return where + "." + type + "." + member + ": bad type";
    }
    if (type == "text" && block["text"] == "")
        return where + ": text content blocks must be non-empty";
    return "";
}

// The ids of a message's blocks of one type.
std::vector<std::string> ids_of(const Json& content, const char* type, const char* member) {
    std::vector<std::string> ids;
    if (!content.is_array()) return ids;
    for (const auto& block : content) {
        if (block.value("type", "") == type) ids.push_back(block[member]);
    }
    return ids;
}

std::string content_fault(const Json& message, const std::string& where) {
    const auto role = message.is_object() ? message.value("role", "") : "";
    if (role != "user" && role != "assistant") {
        return where + ".role: Input should be 'user' or 'assistant'";
    }
    const auto content = message.value("content", Json());
    if (content.is_string()) {
        return content == "" ? where + ": all messages must have non-empty content" : "";
    }
    if (!content.is_array()) return where + ".content: Field required";
    if (content.empty()) return where + ": all messages must have non-empty content";
    bool has_text = false;
    for (std::size_t i = 0; i < content.size(); ++i) {
        const auto at = where + ".content." + std::to_string(i);
        if (auto fault = block_fault(content[i], at); !fault.empty()) return fault;
        const std::string type = content[i]["type"];
        const bool is_users = type == "tool_result";
        const bool is_models = type == "tool_use" || type.find("thinking") != std::string::npos;
        if ((is_users && role != "user") || (is_models && role != "assistant")) {
            return at + ": '" + type + "' blocks are not allowed in a message of " + role;
        }
        if (is_users && has_text) {
            return where + ": `tool_result` blocks must come before any text";
        }
        has_text = has_text || type == "text";
    }
    return "";
}

std::string messages_fault(const Json& messages) {
    if (!messages.is_array() || messages.empty())
        return "messages: at least one message is required";
    std::vector<std::string> open;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const auto where = "messages." + std::to_string(i);
        if (auto fault = content_fault(messages[i], where); !fault.empty()) return fault;
        const auto& content = messages[i]["content"];
        auto answered = ids_of(content, "tool_result", "tool_use_id");
        for (const auto& id : answered) {
            if (std::find(open.begin(), open.end(), id) != open.end()) continue;
            return where + ": unexpected `tool_use_id` found in `tool_result` blocks: " + id;
        }
        for (const auto& id : open) {
            if (std::find(answered.begin(), answered.end(), id) != answered.end()) continue;
            return where +
                   ": `tool_use` ids were found without `tool_result` blocks immediately after: " +
                   id;
        }
        open = ids_of(content, "tool_use", "id");
    }
    if (messages[0]["role"] != "user") return "messages: first message must use the \"user\" role";
    if (open.empty()) return "";
    return "messages: `tool_use` ids were found without `tool_result` blocks immediately after: " +
           open.front();
}

// Constraints belong into descriptions; objects are closed.
std::string schema_fault(const Json& schema) {
    static const std::set<std::string> known = {
        "type",  "enum", "description", "title", "properties", "required", "anyOf",
        "allOf", "$ref", "$defs",       "items", "minItems",   "format",   "additionalProperties"};
    if (!schema.is_object()) return "must be an object";
    for (const auto& [key, value] : schema.items()) {
        if (!known.count(key)) return "'" + key + "' is not supported";
        std::vector<Json> inner;
        if (key == "items") inner = {value};
        if (key == "anyOf") inner = value.get<std::vector<Json>>();
        if (key == "properties") {
            for (const auto& [name, one] : value.items()) inner.push_back(one);
        }
        for (const auto& one : inner) {
            if (auto fault = schema_fault(one); !fault.empty()) return fault;
        }
    }
    const bool is_open = schema.value("type", Json()) == "object" &&
                         schema.value("additionalProperties", Json()) != false;
    return is_open ? "'additionalProperties' must be explicitly set to false" : "";
}

std::string tools_fault(const Json& body) {
    std::set<std::string> names;
    for (const auto& tool : body.value("tools", Json::array())) {
        const auto name = tool.value("name", "");
        if (name.empty() || name.size() > 128) return "tools.0.custom.name: String should match";
        if (tool.value("input_schema", Json::object()).value("type", "") != "object") {
            return "tools.0.custom.input_schema.type: Field required";
        }
        names.insert(name);
    }
    if (!body.contains("tool_choice")) return "";
    const auto& choice = body["tool_choice"];
    const auto type = choice.value("type", "");
    if (names.empty()) return "tool_choice: may only be specified while providing tools";
    if (type != "auto" && type != "any" && type != "tool" && type != "none") {
        return "tool_choice: Input tag '" + type + "' is not expected";
    }
    if (type == "tool" && !names.count(choice.value("name", ""))) {
        return "tool_choice: Tool '" + choice.value("name", "") + "' not found in provided tools";
    }
    const auto thinking = body.value("thinking", Json::object()).value("type", "");
    if (thinking == "enabled" && (type == "any" || type == "tool")) {
        return "Thinking may not be enabled when tool_choice forces tool use.";
    }
    return "";
}

std::string thinking_fault(const Json& body) {
    if (!body.contains("thinking")) return "";
    const auto type = body["thinking"].value("type", "");
    if (type == "adaptive" || type == "disabled") return "";
    if (type != "enabled") return "thinking: Input tag '" + type + "' is not expected";
    const auto budget = body["thinking"].value("budget_tokens", 0);
    if (budget < 1024) return "thinking.enabled.budget_tokens: Input should be at least 1024";
    if (body["max_tokens"] <= budget)
        return "`max_tokens` must be greater than `thinking.budget_tokens`";
    return body.contains("temperature") && body["temperature"] != 1
               ? "`temperature` may only be set to 1 when thinking is enabled"
               : "";
}

std::string values_fault(const Json& body) {
    const auto limit = body.value("max_tokens", Json());
    if (limit.is_null()) return "max_tokens: Field required";
    if (!limit.is_number_integer() || limit < 1) return "max_tokens: must be greater than 0";
    const auto temperature = body.value("temperature", Json(1));
    if (!temperature.is_number() || temperature < 0 || temperature > 1) {
        return "temperature: range: 0..1";
    }
    const auto format = body.value("output_config", Json::object()).value("format", Json());
    if (format.is_null()) return "";
    if (format.value("type", "") != "json_schema") return "output_config.format.type: bad value";
    const auto fault = schema_fault(format.value("schema", Json()));
    return fault.empty() ? "" : "output_config.format.schema: " + fault;
}

}  // namespace

std::string anthropic_fault(const Json& body) {
    if (!body.is_object()) return "The request body is not valid JSON";
    for (const auto& [field, value] : body.items()) {
        if (!known_fields.count(field)) return field + ": Extra inputs are not permitted";
    }
    if (!body.value("model", Json()).is_string()) return "model: Field required";
    if (auto fault = values_fault(body); !fault.empty()) return fault;
    if (auto fault = messages_fault(body.value("messages", Json())); !fault.empty()) return fault;
    if (auto fault = tools_fault(body); !fault.empty()) return fault;
    return thinking_fault(body);
}

}  // namespace torale::fake
