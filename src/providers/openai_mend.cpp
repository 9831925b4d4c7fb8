// What to leave out when a server complains of an optional field.
#include <algorithm>
#include <array>

#include "providers/openai.hpp"
#include "providers/reading.hpp"

namespace torale::providers::openai {

namespace {

constexpr std::array<std::string_view, 8> optional_fields{
    "max_completion_tokens", "max_tokens",  "temperature",         "reasoning_effort",
    "response_format",       "tool_choice", "parallel_tool_calls", "messages"};

// A server without codes names the field in its words, in quotes of any kind.
bool quotes(std::string_view message, std::string_view field) {
    for (std::size_t at = message.find(field); at != std::string_view::npos;
         at = message.find(field, at + 1)) {
        const std::size_t end = at + field.size();
        const bool opens =
            at > 0 && std::string_view("'\"`").find(message[at - 1]) != std::string_view::npos;
        const bool closes = end < message.size() &&
                            std::string_view("'\"`.[").find(message[end]) != std::string_view::npos;
        if (opens && closes) return true;
    }
    return false;
}

std::string_view field_of(const core::Json& error) {
    const std::string param = text_of(error, "param");
    const std::string message = text_of(error, "message");
    const auto found =
        std::find_if(optional_fields.begin(), optional_fields.end(), [&](std::string_view field) {
            return param.empty() ? quotes(message, field) : param.starts_with(field);
        });
    return found == optional_fields.end() ? std::string_view() : *found;
}

// Codes of other troubles; the two below are what a refused field is called.
bool is_about_a_field(const core::Json& error) {
    const std::string code = text_of(error, "code");
    return code != "context_length_exceeded" && code != "model_not_found" &&
           code != "invalid_api_key" && code != "content_filter";
}

core::Json without_format(const Provider& provider) {
    const std::string way = structured_by(provider);
    if (way == "json_schema") return {{"structured", "json_object"}};
    if (way == "json_object") return {{"structured", "none"}};
    return nullptr;
}

core::Json patch_for(const Provider& provider, std::string_view field) {
    const bool is_set = provider.options.contains(std::string(field));
    if (field == "max_tokens" && max_tokens_field(provider) == field) {
        return {{"max_tokens_field", "max_completion_tokens"}};
    }
    if (field == "max_completion_tokens" && max_tokens_field(provider) == field) {
        return {{"max_tokens_field", "max_tokens"}};
    }
    if (field == "response_format") return without_format(provider);
    if (field == "tool_choice") {
        const core::Json& known = member_of(provider.options, "tool_choice");
        if (known.is_boolean() && !known.get<bool>()) return nullptr;
        return {{"tool_choice", false}};
    }
    const bool is_plain =
        field == "temperature" || field == "reasoning_effort" || field == "parallel_tool_calls";
    if (is_plain && is_set) return {{field, nullptr}};
    if (field == "messages" && text_of(provider.options, "system_role") == "developer") {
        return {{"system_role", "system"}};
    }
    return nullptr;
}

}  // namespace

std::optional<core::Json> mend_options(const Provider& provider, const core::Reply& reply) {
    if (reply.fault || (reply.status != 400 && reply.status != 422)) return std::nullopt;
    const auto body = read_body(reply);
    const core::Json error = body ? error_in(*body) : core::Json();
    if (error.is_null() || !is_about_a_field(error)) return std::nullopt;
    core::Json patch = patch_for(provider, field_of(error));
    if (patch.is_null()) return std::nullopt;
    return patch;
}

}  // namespace torale::providers::openai
