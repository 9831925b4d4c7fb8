// Who may ask, what the script answers, and how the answer looks on the wire.
#include "fake/openai.hpp"

#include <algorithm>

namespace torale::fake {
namespace {

constexpr auto replace = Json::error_handler_t::replace;

Reply refuse(const OpenAiFault& fault, const Request& request) {
    const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
    const Json error = {{"message", fault.message},
                        {"type", "invalid_request_error"},
                        {"param", or_null(fault.param)},
                        {"code", or_null(fault.code)}};
    Delivery delivery;
    delivery.status = fault.status;
    return render_reply(delivery, Json{{"error", error}}.dump(-1, ' ', false, replace),
                        request.keep_alive);
}

std::string content_text(const Json& content) {
    if (content.is_string()) return content;
    std::string text;
    if (!content.is_array()) return text;
    for (const auto& part : content) text += part.value("text", "");
    return text;
}

Conversation conversation_of(const Json& body) {
    Conversation talk;
    for (const auto& message : body["messages"]) {
        const auto role = message.value("role", "");
        const auto text = content_text(message.value("content", Json()));
        talk.prompt_bytes += text.size();
        talk.is_continued = role == "assistant";
        if (role == "system" || role == "developer") {
            talk.system += text;
        } else if (role == "assistant") {
            talk.turns += message.contains("tool_calls");
        } else {
            talk.heard += text + "\n";
        }
    }
    for (const auto& tool : body.value("tools", Json::array())) {
        talk.tools.push_back(tool["function"]["name"]);
    }
    const auto choice = body.value("tool_choice", Json("auto"));
    talk.must_answer = choice == "none" || choice.is_object();
    return talk;
}

Json spoken_calls(const Speech& speech, std::uint64_t n, bool as_objects) {
    Json calls = Json::array();
    for (const auto& call : speech.calls) {
        Json arguments = call.args;
        if (!as_objects && !arguments.is_string()) {
            arguments = call.args.dump(-1, ' ', false, replace);
        }
        Json one = {{"type", "function"},
                    {"function", {{"name", call.name}, {"arguments", arguments}}}};
        if (!speech.without_ids) {
            one["id"] = "call_" + std::to_string(n) + "_" + std::to_string(calls.size());
        }
        calls.push_back(std::move(one));
    }
    return calls;
}

Json message_of(const Speech& speech, std::uint64_t n, bool as_objects) {
    Json message = {{"role", "assistant"}, {"content", speech.text}, {"refusal", nullptr}};
    if (speech.mode == "refusal") {
        message["content"] = nullptr;
        message["refusal"] = "I can't help with that.";
    } else if (speech.mode == "max_tokens" || speech.mode == "malformed") {
        message["content"] = "";
    } else if (!speech.calls.empty()) {
        message["content"] = nullptr;
        message["tool_calls"] = spoken_calls(speech, n, as_objects);
    }
    return message;
}

std::string finish_of(const Speech& speech) {
    if (!speech.finish.empty()) return speech.finish;
    if (speech.mode == "max_tokens" || speech.mode == "truncated_answer") return "length";
    if (speech.mode == "safety") return "content_filter";
    if (speech.mode == "malformed") return "tool_calls";
    return speech.calls.empty() ? "stop" : "tool_calls";
}

}  // namespace

void OpenAi::load(const Json& json, const std::filesystem::path& folder) {
    script_ = Script(json, folder, [](Scripted&) {});
}

// A server that is told to know less than OpenAI's.
std::optional<OpenAiFault> OpenAi::refusal_of(const Json& body) const {
    for (const std::string field : script_.json().value("refuses", Json::array())) {
        if (!body.contains(field)) continue;
        return OpenAiFault{
            .message = "Unsupported parameter: '" + field + "' is not supported with this model.",
            .param = field,
            .code = "unsupported_parameter"};
    }
    return std::nullopt;
}

Reply OpenAi::answer(const Request& request, std::uint64_t n, std::string& verdict) {
    verdict = "refused";
    constexpr std::string_view scheme = "Bearer ";
    auto token = request.header("authorization");
    const bool is_bearer = token.substr(0, scheme.size()) == scheme;
    if (is_bearer) token.remove_prefix(scheme.size());
    const bool wants_key = script_.json().value("key", true);
    if (wants_key && (!is_bearer || !script_.accepts_key(token, "sk-"))) {
        return refuse({.status = 401,
                       .message = "Incorrect API key provided. You can find your API key at "
                                  "https://platform.openai.com/account/api-keys.",
                       .param = "",
                       .code = "invalid_api_key"},
                      request);
    }
    const auto body = Json::parse(request.body, nullptr, false);
    if (request.header("content-type").substr(0, 16) != "application/json" || body.is_discarded()) {
        return refuse({.message = "We could not parse the JSON body of your request."}, request);
    }
    if (script_.is_strict()) {
        if (const auto fault = refusal_of(body)) return refuse(*fault, request);
        if (const auto fault = openai_fault(body)) return refuse(*fault, request);
    }
    verdict = script_.is_strict() ? "ok" : "unchecked";
    return speak(body, n, request);
}

Reply OpenAi::speak(const Json& body, std::uint64_t n, const Request& request) {
    const auto talk = conversation_of(body);
    const auto whole = talk.whole();
    Values values{.text = whole, .n = n, .captures = {}};
    const auto* scripted = script_.pick(whole, values.captures);
    auto delivery = scripted ? scripted->delivery : script_.defaults();
    if (scripted && scripted->body) {
        return render_reply(delivery, scripted->body->render(values), request.keep_alive);
    }
    if (delivery.status != 200) return render_reply(delivery, "", request.keep_alive);
    const auto speech = next_speech(scripted ? scripted->spec : Json::object(), talk, values);
    const bool as_objects = script_.json().value("arguments", "") == "object";
    const auto tokens_in = whole.size() / 4, tokens_out = speech.text.size() / 4 + 12;
    const Json choice = {{"index", 0},
                         {"message", message_of(speech, n, as_objects)},
                         {"logprobs", nullptr},
                         {"finish_reason", finish_of(speech)}};
    const Json reply = {{"id", "chatcmpl-" + std::to_string(n)},
                        {"object", "chat.completion"},
                        {"created", 1760000000},
                        {"model", body["model"]},
                        {"choices", Json::array({choice})},
                        {"usage",
                         {{"prompt_tokens", tokens_in},
                          {"completion_tokens", tokens_out},
                          {"total_tokens", tokens_in + tokens_out}}}};
    const auto said = spoil(reply.dump(-1, ' ', false, replace), speech.mode);
    delivery.content_type = said.content_type;
    return render_reply(delivery, said.body, request.keep_alive);
}

}  // namespace torale::fake
