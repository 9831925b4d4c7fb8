// Calls, ids, results: the part of a conversation that is the same on every wire.
#include "providers/turns.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace torale::providers {

namespace {

constexpr std::size_t arguments_bytes_max = 64 << 10;
constexpr std::size_t arguments_depth_max = 16;

bool has_id(const std::vector<ToolCall>& calls, std::size_t count, const std::string& id) {
    return std::any_of(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(count),
                       [&id](const ToolCall& call) { return call.id == id; });
}

bool may_have_calls(Finish finish) {
    return finish == Finish::stop || finish == Finish::tool_calls || finish == Finish::unknown;
}

}  // namespace

std::vector<Tool> tools_of(const Prompt& prompt, bool with_answer) {
    std::vector<Tool> tools = prompt.tools;
    if (!with_answer) return tools;
    tools.push_back(answer_tool);
    tools.back().parameters = prompt.output_schema;
    return tools;
}

bool takes_arguments(const Tool& tool) {
    if (tool.parameters == nullptr) return false;
    const auto properties = tool.parameters->find("properties");
    return properties != tool.parameters->end() && !properties->empty();
}

void read_arguments(const core::Json& value, ToolCall& call) {
    if (value.is_object()) {
        call.arguments = value;
        return;
    }
    if (value.is_null()) return;
    if (!value.is_string()) {
        call.arguments_error = "the arguments are no JSON object";
        return;
    }
    const std::string& text = value.get_ref<const std::string&>();
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) return;
    auto read = core::parse_json(text, arguments_depth_max, arguments_bytes_max);
    if (!read) {
        call.arguments_error = "the arguments are not JSON";
    } else if (!read->is_object()) {
        call.arguments_error = "the arguments are no JSON object";
    } else {
        call.arguments = std::move(*read);
    }
}

void give_ids(std::vector<ToolCall>& calls) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if (!calls[i].id.empty() && !has_id(calls, i, calls[i].id)) continue;
        std::string id = "call_" + std::to_string(i + 1);
        while (has_id(calls, calls.size(), id)) id += "_";
        calls[i].id = std::move(id);
    }
}

void take_calls(LlmReply& reply, std::vector<ToolCall> calls) {
    if (calls.empty() || !may_have_calls(reply.finish)) return;
    const auto answer = std::find_if(calls.begin(), calls.end(), [](const ToolCall& call) {
        return call.name == answer_tool.name;
    });
    if (answer == calls.end()) {
        give_ids(calls);
        reply.finish = Finish::tool_calls;
        reply.tool_calls = std::move(calls);
        return;
    }
    reply.finish = answer->arguments_error.empty() ? Finish::stop : Finish::malformed;
    reply.text = answer->arguments_error.empty() ? core::write_json(answer->arguments) : "";
}

Answers answers_to(const std::vector<ToolCall>& calls, const Exchange& exchange) {
    Answers answers;
    bool is_told = false;
    for (const ToolCall& call : calls) {
        const auto found =
            std::find_if(exchange.results.begin(), exchange.results.end(),
                         [&call](const ToolResult& result) { return result.call_id == call.id; });
        if (found != exchange.results.end()) {
            answers.results.push_back(*found);
            continue;
        }
        is_told = true;
        answers.results.push_back(
            {.call_id = call.id,
             .name = call.name,
             .content = exchange.remark.empty() ? "not carried out" : exchange.remark,
             .is_error = true});
    }
    if (!is_told) answers.remark = exchange.remark;
    return answers;
}

core::Json close_schema(const core::Json& schema, bool all_required) {
    if (schema.is_array()) {
        core::Json closed = core::Json::array();
        for (const core::Json& one : schema) closed.push_back(close_schema(one, all_required));
        return closed;
    }
    if (!schema.is_object()) return schema;
    core::Json closed = schema;
    for (const char* inner : {"items", "anyOf"}) {
        if (closed.contains(inner)) closed[inner] = close_schema(closed[inner], all_required);
    }
    if (closed.value("type", core::Json()) != "object") return closed;
    core::Json required = closed.value("required", core::Json::array());
    core::Json& properties = closed["properties"];
    if (!properties.is_object()) properties = core::Json::object();
    for (auto& [name, property] : properties.items()) {
        property = close_schema(property, all_required);
        if (!all_required) continue;
        if (std::find(required.begin(), required.end(), name) != required.end()) continue;
        required.push_back(name);
        property = {{"anyOf", core::Json::array({property, {{"type", "null"}}})}};
    }
    closed["required"] = std::move(required);
    closed["additionalProperties"] = false;
    return closed;
}

std::string tell_exchange(const Exchange& exchange) {
    std::string text;
    for (const ToolResult& result : exchange.results) {
        text += text.empty() ? "Called before, with these results:" : "";
        text += "\n\n" + result.name + (result.is_error ? " (failed)" : "") + ":\n";
        text += result.content;
    }
    if (!exchange.remark.empty()) text += (text.empty() ? "" : "\n\n") + exchange.remark;
    return text;
}

LlmReply overflow_reply(std::string raw) {
    LlmReply reply;
    reply.finish = Finish::context_overflow;
    reply.finish_raw = std::move(raw);
    return reply;
}

bool names_context_limit(std::string_view message) {
    constexpr std::array<std::string_view, 4> phrases{
        "maximum context length", "prompt is too long", "input token count exceeds",
        "exceeds the available context size"};
    return std::any_of(phrases.begin(), phrases.end(), [message](std::string_view phrase) {
        return message.find(phrase) != std::string_view::npos;
    });
}

double price_of(const Provider& provider, double tokens_in, double tokens_out) {
    return provider.price_per_call + tokens_in * provider.price_in_per_mtok / 1e6 +
           tokens_out * provider.price_out_per_mtok / 1e6;
}

}  // namespace torale::providers
