// Provider reference §2.2 and §8: every field and its type, strict schemas, and the rule that
// each tool_call_id is answered before anybody else speaks.
#include <algorithm>
#include <set>

#include "fake/openai.hpp"

namespace torale::fake {
namespace {

using Fault = std::optional<OpenAiFault>;

Fault fault(const std::string& param, const std::string& message, const std::string& code = "") {
    return OpenAiFault{.status = 400, .message = message, .param = param, .code = code};
}

const std::set<std::string> known_fields = {"model",
                                            "messages",
                                            "max_completion_tokens",
                                            "max_tokens",
                                            "temperature",
                                            "top_p",
                                            "stop",
                                            "seed",
                                            "n",
                                            "presence_penalty",
                                            "frequency_penalty",
                                            "reasoning_effort",
                                            "response_format",
                                            "tools",
                                            "tool_choice",
                                            "parallel_tool_calls",
                                            "stream",
                                            "service_tier",
                                            "store",
                                            "metadata",
                                            "prompt_cache_key",
                                            "safety_identifier",
                                            "verbosity",
                                            "web_search_options"};

bool is_name(const std::string& name) {
    return !name.empty() && name.size() <= 64 &&
           name.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
               std::string::npos;
}

// What a strict schema must and must not have, at every depth.
std::string schema_fault(const Json& schema) {
    static const std::set<std::string> refused = {
        "minLength", "maxLength",   "minProperties", "maxProperties", "patternProperties",
        "default",   "uniqueItems", "propertyNames", "contains",      "oneOf"};
    if (!schema.is_object()) return "schema must be an object";
    for (const auto& [key, value] : schema.items()) {
        if (refused.count(key)) return "'" + key + "' is not permitted";
        if (key == "items") {
            if (auto why = schema_fault(value); !why.empty()) return why;
        } else if (key == "anyOf") {
            for (const auto& one : value) {
                if (auto why = schema_fault(one); !why.empty()) return why;
            }
        } else if (key == "properties") {
            for (const auto& [name, one] : value.items()) {
                if (auto why = schema_fault(one); !why.empty()) return why;
            }
        }
    }
    if (schema.value("type", Json()) == "array" && !schema.contains("items")) {
        return "array schema missing items";
    }
    if (schema.value("type", Json()) != "object") return "";
    if (schema.value("additionalProperties", Json()) != false) {
        return "'additionalProperties' is required to be supplied and to be false";
    }
    const auto required = schema.value("required", Json::array());
    const auto properties = schema.value("properties", Json::object());
    for (const auto& [name, one] : properties.items()) {
        if (std::find(required.begin(), required.end(), name) == required.end()) {
            return "'required' is required to be supplied and to be an array including every key "
                   "in properties. Missing '" +
                   name + "'";
        }
    }
    return "";
}

Fault check_format(const Json& body) {
    if (!body.contains("response_format")) return {};
    const auto& format = body["response_format"];
    const auto type = format.value("type", "");
    if (type == "text") return {};
    if (type == "json_object") {
        const auto text = body["messages"].dump();
        if (text.find("JSON") != std::string::npos || text.find("json") != std::string::npos) {
            return {};
        }
        return fault("messages",
                     "'messages' must contain the word 'json' in some form, to use "
                     "'response_format' of type 'json_object'.");
    }
    if (type != "json_schema") {
        return fault("response_format.type", "Invalid value: '" + type + "'.", "invalid_value");
    }
    const auto described = format.value("json_schema", Json::object());
    if (!is_name(described.value("name", ""))) {
        return fault("response_format.json_schema.name", "Invalid 'name'.", "invalid_value");
    }
    if (!described.value("schema", Json()).is_object()) {
        return fault("response_format.json_schema.schema", "Missing required parameter.");
    }
    if (!described.value("strict", false)) return {};
    auto why = schema_fault(described["schema"]);
    if (why.empty() && described["schema"].value("type", "") != "object") why = "root is no object";
    if (why.empty()) return {};
    return fault("response_format", "Invalid schema for response_format 'answer': " + why + ".");
}

Fault check_tools(const Json& body) {
    const auto tools = body.value("tools", Json::array());
    if (body.contains("tools") && (!tools.is_array() || tools.empty())) {
        return fault("tools", "Invalid 'tools': empty array.", "empty_array");
    }
    std::set<std::string> names;
    for (const auto& tool : tools) {
        const auto function = tool.value("function", Json::object());
        if (tool.value("type", "") != "function" || !is_name(function.value("name", ""))) {
            return fault("tools[0].function.name", "Invalid 'tools[0].function.name'.");
        }
        if (function.contains("parameters") && !function["parameters"].is_object()) {
            return fault("tools[0].function.parameters", "Invalid schema for function.");
        }
        names.insert(function["name"]);
    }
    for (const char* needs_tools : {"tool_choice", "parallel_tool_calls"}) {
        if (body.contains(needs_tools) && tools.empty()) {
            return fault(needs_tools, std::string("'") + needs_tools +
                                          "' is only allowed when 'tools' are specified.");
        }
    }
    const auto choice = body.value("tool_choice", Json("auto"));
    if (choice.is_object()) {
        const auto named = choice.value("function", Json::object()).value("name", "");
        if (names.count(named)) return {};
        return fault("tool_choice", "Tool choice '" + named + "' not found in 'tools' parameter.");
    }
    if (choice == "auto" || choice == "none" || choice == "required") return {};
    return fault("tool_choice", "Invalid value for 'tool_choice'.", "invalid_value");
}

Fault check_calls(const Json& calls, std::vector<std::string>& open) {
    if (!calls.is_array() || calls.empty()) {
        return fault("messages", "Invalid 'messages[1].tool_calls': empty array.", "empty_array");
    }
    for (const auto& call : calls) {
        const auto function = call.value("function", Json::object());
        if (!call.value("id", Json()).is_string() || call.value("type", "") != "function" ||
            !function.value("name", Json()).is_string()) {
            return fault("messages", "Missing required parameter: 'messages[1].tool_calls[0]'.");
        }
        if (!function.value("arguments", Json()).is_string()) {
            return fault("messages[1].tool_calls[0].function.arguments",
                         "Invalid type: expected a string, but got an object instead.",
                         "invalid_type");
        }
        open.push_back(call["id"]);
    }
    return {};
}

Fault unanswered(const std::vector<std::string>& open) {
    std::string ids;
    for (const auto& id : open) ids += (ids.empty() ? "" : ", ") + id;
    return fault("messages.[1].role",
                 "An assistant message with 'tool_calls' must be followed by tool messages "
                 "responding to each 'tool_call_id'. The following tool_call_ids did not have "
                 "response messages: " +
                     ids);
}

Fault check_messages(const Json& messages) {
    if (!messages.is_array() || messages.empty()) {
        return fault("messages", "Invalid 'messages': empty array.", "empty_array");
    }
    static const std::set<std::string> roles = {"system", "developer", "user", "assistant", "tool"};
    std::vector<std::string> open;
    for (const auto& message : messages) {
        const auto role = message.is_object() ? message.value("role", "") : "";
        if (!roles.count(role)) {
            return fault("messages[0].role", "Invalid value: '" + role + "'.", "invalid_value");
        }
        const auto content = message.value("content", Json());
        if (role == "tool") {
            const auto id = message.value("tool_call_id", "");
            const auto at = std::find(open.begin(), open.end(), id);
            if (at == open.end()) {
                return fault("messages.[1].role",
                             "messages with role 'tool' must be a response to a preceding message "
                             "with 'tool_calls'.");
            }
            open.erase(at);
            if (!content.is_string()) return fault("messages[2].content", "Invalid type.");
            continue;
        }
        if (!open.empty()) return unanswered(open);
        if (role == "assistant" && message.contains("tool_calls")) {
            if (auto found = check_calls(message["tool_calls"], open)) return found;
        } else if (!content.is_string() && !content.is_array()) {
            return fault("messages[0].content",
                         "Invalid value for 'content': expected a string, got null.");
        }
    }
    return open.empty() ? Fault{} : unanswered(open);
}

Fault check_values(const Json& body) {
    for (const char* field : {"max_completion_tokens", "max_tokens"}) {
        if (!body.contains(field)) continue;
        if (!body[field].is_number_integer() || body[field].get<long long>() < 1) {
            return fault(field, std::string("Invalid value for '") + field + "'.",
                         "integer_below_min_value");
        }
    }
    if (body.contains("max_tokens") && body.contains("max_completion_tokens")) {
        return fault("max_tokens",
                     "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not "
                     "supported.");
    }
    const auto temperature = body.value("temperature", Json(1));
    if (!temperature.is_number() || temperature < 0 || temperature > 2) {
        return fault("temperature", "Invalid 'temperature'.", "decimal_above_max_value");
    }
    static const std::set<std::string> efforts = {"none", "minimal", "low", "medium",
                                                  "high", "xhigh",   "max"};
    const auto effort = body.value("reasoning_effort", Json("low"));
    if (!effort.is_string() || !efforts.count(effort.get<std::string>())) {
        return fault("reasoning_effort", "Invalid value: 'reasoning_effort'.", "invalid_value");
    }
    return {};
}

}  // namespace

std::optional<OpenAiFault> openai_fault(const Json& body) {
    if (!body.is_object()) return fault("", "We could not parse the JSON body of your request.");
    for (const auto& [field, value] : body.items()) {
        if (known_fields.count(field)) continue;
        return fault(field, "Unknown parameter: '" + field + "'.", "unknown_parameter");
    }
    if (!body.value("model", Json()).is_string()) {
        return fault("model", "you must provide a model parameter");
    }
    if (auto found = check_messages(body.value("messages", Json()))) return found;
    if (auto found = check_format(body)) return found;
    if (auto found = check_tools(body)) return found;
    return check_values(body);
}

}  // namespace torale::fake
