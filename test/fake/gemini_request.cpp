// Provider reference §2.1: proto3 JSON (camelCase or snake_case), every field known, then the
// rules the service applies to what the types allow.
#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <set>

#include "fake/gemini.hpp"

namespace torale::fake {
namespace {

// A field's type: string, int32, float, bool, struct (any object), value (anything), schema
// (OpenAPI subset), jsonschema, or the name of a message below; [] marks a list.
using Fields = std::map<std::string, std::string>;

const std::map<std::string, Fields>& messages() {
    static const std::map<std::string, Fields> all = {
        {"request",
         {{"contents", "content[]"},
          {"systemInstruction", "content"},
          {"tools", "tool[]"},
          {"toolConfig", "toolConfig"},
          {"generationConfig", "generationConfig"},
          {"safetySettings", "safetySetting[]"},
          {"cachedContent", "string"},
          {"serviceTier", "string"},
          {"model", "string"}}},
        {"content", {{"role", "string"}, {"parts", "part[]"}}},
        {"part",
         {{"text", "string"},
          {"thought", "bool"},
          {"thoughtSignature", "string"},
          {"inlineData", "blob"},
          {"fileData", "struct"},
          {"functionCall", "functionCall"},
          {"functionResponse", "functionResponse"},
          {"toolCall", "struct"},
          {"toolResponse", "struct"}}},
        {"blob", {{"mimeType", "string"}, {"data", "string"}}},
        {"functionCall", {{"name", "string"}, {"args", "struct"}, {"id", "string"}}},
        {"functionResponse", {{"name", "string"}, {"response", "struct"}, {"id", "string"}}},
        {"generationConfig",
         {{"temperature", "float"},
          {"topP", "float"},
          {"topK", "float"},
          {"candidateCount", "int32"},
          {"maxOutputTokens", "int32"},
          {"stopSequences", "string[]"},
          {"seed", "int32"},
          {"presencePenalty", "float"},
          {"frequencyPenalty", "float"},
          {"responseMimeType", "string"},
          {"responseSchema", "schema"},
          {"responseJsonSchema", "jsonschema"},
          {"responseModalities", "string[]"},
          {"thinkingConfig", "thinkingConfig"}}},
        {"thinkingConfig",
         {{"includeThoughts", "bool"}, {"thinkingBudget", "int32"}, {"thinkingLevel", "string"}}},
        {"tool",
         {{"functionDeclarations", "functionDeclaration[]"},
          {"googleSearch", "struct"},
          {"urlContext", "struct"},
          {"codeExecution", "struct"}}},
        {"functionDeclaration",
         {{"name", "string"},
          {"description", "string"},
          {"parameters", "schema"},
          {"parametersJsonSchema", "jsonschema"}}},
        {"toolConfig",
         {{"functionCallingConfig", "functionCallingConfig"},
          {"includeServerSideToolInvocations", "bool"}}},
        {"functionCallingConfig", {{"mode", "string"}, {"allowedFunctionNames", "string[]"}}},
        {"safetySetting", {{"category", "string"}, {"threshold", "string"}}}};
    return all;
}

const std::set<std::string> open_api_keys = {
    "type",    "format",    "title",     "description",   "nullable",      "enum",
    "items",   "minItems",  "maxItems",  "properties",    "required",      "propertyOrdering",
    "pattern", "minLength", "maxLength", "minProperties", "maxProperties", "minimum",
    "maximum", "anyOf",     "default",   "example"};
const std::set<std::string> json_schema_keys = {"$id",
                                                "$defs",
                                                "$ref",
                                                "$anchor",
                                                "type",
                                                "format",
                                                "title",
                                                "description",
                                                "enum",
                                                "items",
                                                "prefixItems",
                                                "minItems",
                                                "maxItems",
                                                "minimum",
                                                "maximum",
                                                "anyOf",
                                                "oneOf",
                                                "properties",
                                                "additionalProperties",
                                                "required",
                                                "propertyOrdering"};

std::string camel(const std::string& name) {
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '_' && i + 1 < name.size()) {
            out += static_cast<char>(std::toupper(static_cast<unsigned char>(name[++i])));
        } else {
            out += name[i];
        }
    }
    return out;
}

using Fault = std::optional<std::string>;

std::string where(const std::string& path) {
    return path.empty() ? "" : " at '" + path + "'";
}

Fault wrong_type(const std::string& path, const char* type, const Json& value) {
    return "Invalid value" + where(path) + " (" + type + "), " +
           value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 60);
}

Fault check_schema(const std::string& path, const Json& schema, const std::set<std::string>& keys);

Fault check_subschemas(const std::string& path, const std::string& key, const Json& value,
                       const std::set<std::string>& keys) {
    if (key == "properties" || key == "$defs") {
        if (!value.is_object()) return wrong_type(path + "." + key, "Map", value);
        for (const auto& [name, one] : value.items()) {
            if (auto fault = check_schema(path + "." + key + "[" + name + "]", one, keys))
                return fault;
        }
    } else if (key == "anyOf" || key == "oneOf" || key == "prefixItems") {
        if (!value.is_array()) return wrong_type(path + "." + key, "list", value);
        for (const auto& one : value) {
            if (auto fault = check_schema(path + "." + key, one, keys)) return fault;
        }
    } else if (key == "items") {
        return check_schema(path + ".items", value, keys);
    } else if (key == "enum") {
        for (const auto& one : value) {
            if (!one.is_string()) return wrong_type(path + ".enum", "TYPE_STRING", one);
        }
    }
    return {};
}

Fault check_schema(const std::string& path, const Json& schema, const std::set<std::string>& keys) {
    if (!schema.is_object()) return wrong_type(path, "Schema", schema);
    for (const auto& [key, value] : schema.items()) {
        if (!keys.count(key)) {
            return "Invalid JSON payload received. Unknown name \"" + key + "\"" + where(path) +
                   ": Cannot find field.";
        }
        if (auto fault = check_subschemas(path, key, value, keys)) return fault;
    }
    const auto properties = schema.value("properties", Json::object());
    for (const auto& name : schema.value("required", Json::array())) {
        if (!name.is_string() || !properties.contains(name.get<std::string>())) {
            return path + ".required: property is not defined: " + name.dump();
        }
    }
    const bool is_array =
        schema.value("type", Json()) == "array" || schema.value("type", Json()) == "ARRAY";
    if (is_array && !schema.contains("items")) return path + ".items: missing field.";
    return {};
}

Fault check_message(const std::string& path, const std::string& type, Json& value);

Fault check_value(const std::string& path, const std::string& type, Json& value) {
    if (type.size() > 2 && type.substr(type.size() - 2) == "[]") {
        if (!value.is_array()) return wrong_type(path, "list", value);
        for (std::size_t i = 0; i < value.size(); ++i) {
            const auto at = path + "[" + std::to_string(i) + "]";
            if (auto fault = check_value(at, type.substr(0, type.size() - 2), value[i]))
                return fault;
        }
        return {};
    }
    if (type == "string")
        return value.is_string() ? Fault{} : wrong_type(path, "TYPE_STRING", value);
    if (type == "int32") {
        return value.is_number_integer() ? Fault{} : wrong_type(path, "TYPE_INT32", value);
    }
    if (type == "float") return value.is_number() ? Fault{} : wrong_type(path, "TYPE_FLOAT", value);
    if (type == "bool") return value.is_boolean() ? Fault{} : wrong_type(path, "TYPE_BOOL", value);
    if (type == "struct") return value.is_object() ? Fault{} : wrong_type(path, "Struct", value);
    if (type == "schema") return check_schema(path, value, open_api_keys);
    if (type == "jsonschema") return check_schema(path, value, json_schema_keys);
    return check_message(path, type, value);
}

// Checks and rewrites the keys to camelCase, so that the rules below know one spelling.
Fault check_message(const std::string& path, const std::string& type, Json& value) {
    if (!value.is_object()) return wrong_type(path, type.c_str(), value);
    const auto& fields = messages().at(type);
    Json renamed = Json::object();
    for (auto& [key, one] : value.items()) {
        const auto name = camel(key);
        const auto field = fields.find(name);
        if (field == fields.end()) {
            return "Invalid JSON payload received. Unknown name \"" + key + "\"" + where(path) +
                   ": Cannot find field.";
        }
        const auto at = path.empty() ? name : path + "." + name;
        if (one.is_null()) continue;
        if (auto fault = check_value(at, field->second, one)) return fault;
        if (renamed.contains(name)) return "Field given twice" + where(at);
        renamed[name] = std::move(one);
    }
    value = std::move(renamed);
    return {};
}

bool is_generation_3(const std::string& model) {
    return model.rfind("gemini-3", 0) == 0;
}

Fault check_part(const Json& part, const std::string& role, bool needs_signature) {
    static const std::array payloads = {"text",        "functionCall", "functionResponse",
                                        "inlineData",  "fileData",     "toolCall",
                                        "toolResponse"};
    const auto count = std::count_if(payloads.begin(), payloads.end(),
                                     [&](const char* name) { return part.contains(name); });
    if (count != 1) return "contents.parts must have one initialized field of oneof data.";
    if (part.contains("functionCall") && role != "model") {
        return "Please ensure that function call turns have the role model.";
    }
    if (needs_signature && part.contains("functionCall") && !part.contains("thoughtSignature")) {
        return "Function call is missing a thought_signature in functionCall parts.";
    }
    return {};
}

Fault check_contents(const Json& body, const std::string& model) {
    const auto contents = body.value("contents", Json::array());
    if (contents.empty()) return "* GenerateContentRequest.contents: contents is not specified\n";
    for (const auto& content : contents) {
        const auto role = content.value("role", "");
        if (role != "user" && role != "model") return "Please use a valid role: user, model.";
        const auto parts = content.value("parts", Json::array());
        if (parts.empty()) {
            return "* GenerateContentRequest.contents[0].parts: contents.parts must not be "
                   "empty.\n";
        }
        bool is_first_call = true;
        for (const auto& part : parts) {
            if (auto fault = check_part(part, role, is_first_call && is_generation_3(model)))
                return fault;
            if (part.contains("functionCall")) is_first_call = false;
        }
    }
    if (contents.back()["role"] != "user") {
        return "Please ensure that multiturn requests end with a user role or a function response.";
    }
    if (body.contains("systemInstruction") &&
        body["systemInstruction"].value("parts", Json::array()).empty()) {
        return "* GenerateContentRequest.system_instruction.parts: must not be empty.\n";
    }
    return {};
}

Fault check_thinking(const Json& config, const std::string& model) {
    if (config.contains("thinkingBudget") && config.contains("thinkingLevel")) {
        return "You can only set only one of thinking budget and thinking level.";
    }
    if (!config.contains("thinkingLevel")) return {};
    if (!is_generation_3(model)) return "Thinking level is not supported for this model.";
    static const std::set<std::string> levels = {"MINIMAL", "LOW", "MEDIUM", "HIGH"};
    const std::string level = config["thinkingLevel"];
    if (levels.count(level)) return {};
    return "Invalid value at 'generation_config.thinking_config.thinking_level', \"" + level + "\"";
}

Fault check_range(const Json& config, const char* field, double least, double most) {
    if (!config.contains(field)) return {};
    const double value = config[field];
    if (value >= least && value <= most) return {};
    return "* GenerateContentRequest.generation_config." + std::string(field) +
           ": must be in the range [" + std::to_string(least) + ", " + std::to_string(most) +
           "].\n";
}

Fault check_generation(const Json& config, const std::string& model) {
    if (auto fault = check_range(config, "temperature", 0, 2)) return fault;
    if (auto fault = check_range(config, "topP", 0, 1)) return fault;
    if (auto fault = check_range(config, "candidateCount", 1, 8)) return fault;
    if (auto fault = check_range(config, "maxOutputTokens", 1, 65536)) return fault;
    static const std::set<std::string> types = {"text/plain", "application/json", "text/x.enum"};
    const auto mime_type = config.value("responseMimeType", "");
    if (!mime_type.empty() && !types.count(mime_type)) {
        return "* GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes "
               "are `text/plain`, `application/json`, `text/x.enum`.\n";
    }
    const bool has_open_api = config.contains("responseSchema");
    const bool has_json_schema = config.contains("responseJsonSchema");
    if (has_open_api && has_json_schema) {
        return "Only one of response_schema and response_json_schema can be set.";
    }
    if ((has_open_api || has_json_schema) && mime_type != "application/json") {
        return "* GenerateContentRequest.generation_config.response_schema: response_mime_type "
               "must "
               "be `application/json` when a response schema is set.\n";
    }
    if (config.contains("stopSequences") && config["stopSequences"].size() > 5) {
        return "The number of stop sequences must be at most 5.";
    }
    return check_thinking(config.value("thinkingConfig", Json::object()), model);
}

bool is_function_name(const std::string& name) {
    if (name.empty() || name.size() > 128) return false;
    if (!std::isalpha(static_cast<unsigned char>(name[0])) && name[0] != '_') return false;
    return name.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
               "_.:-") == std::string::npos;
}

Fault check_tools(const Json& body, const std::string& model) {
    bool has_functions = false, has_hosted = false;
    for (const auto& tool : body.value("tools", Json::array())) {
        has_hosted = has_hosted || tool.contains("googleSearch") || tool.contains("urlContext");
        for (const auto& function : tool.value("functionDeclarations", Json::array())) {
            has_functions = true;
            if (!is_function_name(function.value("name", ""))) {
                return "Invalid function name. Must start with a letter or an underscore.";
            }
            if (function.contains("parameters") && function.contains("parametersJsonSchema")) {
                return "Only one of parameters and parameters_json_schema can be set.";
            }
        }
    }
    const auto mime_type =
        body.value("generationConfig", Json::object()).value("responseMimeType", "");
    if ((has_functions || has_hosted) && mime_type == "application/json" &&
        !is_generation_3(model)) {
        return "Tool use with a response mime type: 'application/json' is unsupported";
    }
    const auto tool_config = body.value("toolConfig", Json::object());
    const auto calling = tool_config.value("functionCallingConfig", Json());
    if (has_functions && has_hosted &&
        !tool_config.value("includeServerSideToolInvocations", false)) {
        return "Built-in tools and function declarations cannot be combined in one request.";
    }
    if (calling.is_null()) return {};
    if (!has_functions) return "Function calling config is set without function_declarations.";
    static const std::set<std::string> modes = {"AUTO", "ANY", "NONE", "VALIDATED"};
    if (!modes.count(calling.value("mode", "AUTO"))) return "Invalid function calling mode.";
    if (calling.contains("allowedFunctionNames") && calling.value("mode", "AUTO") == "AUTO") {
        return "Allowed function names should only be set when the function calling mode is ANY.";
    }
    return {};
}

Fault check_safety(const Json& body) {
    static const std::set<std::string> categories = {
        "HARM_CATEGORY_HARASSMENT", "HARM_CATEGORY_HATE_SPEECH", "HARM_CATEGORY_SEXUALLY_EXPLICIT",
        "HARM_CATEGORY_DANGEROUS_CONTENT"};
    static const std::set<std::string> thresholds = {
        "BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"};
    for (const auto& setting : body.value("safetySettings", Json::array())) {
        if (!categories.count(setting.value("category", "")) ||
            !thresholds.count(setting.value("threshold", ""))) {
            return "* GenerateContentRequest.safety_settings[0]: invalid category or threshold\n";
        }
    }
    return {};
}

}  // namespace

std::string gemini_fault(Json& body, const std::string& model) {
    if (!body.is_object()) return "Invalid JSON payload received. Expected an object.";
    if (auto fault = check_message("", "request", body)) return *fault;
    if (auto fault = check_contents(body, model)) return *fault;
    if (auto fault = check_generation(body.value("generationConfig", Json::object()), model)) {
        return *fault;
    }
    if (auto fault = check_tools(body, model)) return *fault;
    if (auto fault = check_safety(body)) return *fault;
    return "";
}

}  // namespace torale::fake
