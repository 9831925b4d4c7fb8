// Who may ask, what the script answers, and how the answer looks on the wire.
#include "fake/gemini.hpp"

#include <algorithm>

namespace torale::fake {
namespace {

constexpr auto replace = Json::error_handler_t::replace;

Json usage(const std::string& text) {
    const auto tokens = text.size() / 4 + 1;
    return {{"promptTokenCount", "{{tokens}}"},
            {"candidatesTokenCount", tokens},
            {"thoughtsTokenCount", 12},
            {"totalTokenCount", "{{tokens+" + std::to_string(tokens + 12) + "}}"},
            {"promptTokensDetails",
             Json::array({{{"modality", "TEXT"}, {"tokenCount", "{{tokens}}"}}})},
            {"serviceTier", "standard"}};
}

// Token counts are numbers on the wire; the placeholder is a string until here.
std::string unquote_counts(std::string body) {
    const std::string opening = "\"{{tokens";
    for (auto at = body.find(opening); at != std::string::npos; at = body.find(opening, at)) {
        const auto end = body.find("}}\"", at);
        body.erase(end + 2, 1);
        body.erase(at, 1);
    }
    return body;
}

Json response(const std::string& text, const std::string& finish, const Json& parts) {
    Json candidate = {
        {"content", {{"parts", parts}, {"role", "model"}}}, {"finishReason", finish}, {"index", 0}};
    return {{"candidates", Json::array({candidate})},
            {"usageMetadata", usage(text)},
            {"modelVersion", "gemini-fake"},
            {"responseId", "r{{n}}"}};
}

Json empty_response(const std::string& finish) {
    const auto content = finish == "SAFETY" ? Json::object() : Json{{"role", "model"}};
    auto reply = response("", finish, Json::array());
    reply["candidates"][0]["content"] = content;
    reply["usageMetadata"] = {{"promptTokenCount", "{{tokens}}"},
                              {"totalTokenCount", "{{tokens}}"}};
    return reply;
}

std::string heard_in(const Json& content) {
    std::string heard;
    for (const auto& part : content.value("parts", Json::array())) {
        if (part.contains("text")) heard += part["text"].get<std::string>() + "\n";
        if (!part.contains("functionResponse")) continue;
        const auto response = part["functionResponse"].value("response", Json::object());
        for (const auto& value : response) {
            heard += value.is_string() ? value.get<std::string>() + "\n" : value.dump() + "\n";
        }
    }
    return heard;
}

// All that the model reads: what tools answered is part of it.
std::string prompt_text(const Json& body) {
    std::string text;
    if (body.contains("systemInstruction")) text += heard_in(body["systemInstruction"]);
    for (const auto& content : body["contents"]) text += heard_in(content);
    return text;
}

bool has_calls(const Json& content) {
    for (const auto& part : content.value("parts", Json::array())) {
        if (part.contains("functionCall")) return true;
    }
    return false;
}

// The instructions are left out of what is heard: they may mention "source 1" as an example.
Conversation conversation_of(const Json& body) {
    Conversation talk;
    for (const auto& content : body["contents"]) {
        if (content.value("role", "user") == "model") {
            talk.turns += has_calls(content);
        } else {
            talk.heard += heard_in(content);
        }
    }
    for (const auto& tool : body.value("tools", Json::array())) {
        for (const auto& function : tool.value("functionDeclarations", Json::array())) {
            talk.tools.push_back(function["name"]);
        }
    }
    const auto calling =
        body.value("toolConfig", Json::object()).value("functionCallingConfig", Json::object());
    talk.must_answer =
        calling.value("mode", "") == "NONE" || calling.contains("allowedFunctionNames");
    return talk;
}

// 3.x signs the first call of a turn and numbers most; 2.x does neither.
Json call_parts(const Speech& speech, bool is_generation_3, std::uint64_t n) {
    Json parts = Json::array();
    for (const auto& call : speech.calls) {
        const auto args = call.args.is_string() ? Json::array({call.args}) : call.args;
        Json part = {{"functionCall", {{"name", call.name}, {"args", args}}}};
        if (is_generation_3 && !speech.without_ids) {
            part["functionCall"]["id"] =
                "f" + std::to_string(n) + "-" + std::to_string(parts.size());
        }
        if (is_generation_3 && parts.empty()) part["thoughtSignature"] = "AAEC";
        parts.push_back(std::move(part));
    }
    return parts;
}

// Raw bodies aside, what can only be said by who has read the request.
bool needs_reading(const Json& spec, std::string_view body) {
    if (spec.contains("body") || spec.contains("body_file")) return false;
    return spec.contains("judge") || spec.contains("forge") || spec.contains("tools") ||
           body.find("\"functionDeclarations\"") != std::string_view::npos;
}

}  // namespace

Answer wrap_judgement(const std::string& text, const std::string& mode, const std::string& finish) {
    Json reply;
    if (mode == "max_tokens")
        reply = empty_response("MAX_TOKENS");
    else if (mode == "safety")
        reply = empty_response("SAFETY");
    else if (mode == "refusal")
        reply = empty_response("SAFETY");
    else if (mode == "malformed")
        reply = empty_response("MALFORMED_FUNCTION_CALL");
    else if (mode == "recitation")
        reply = empty_response("RECITATION");
    else if (mode == "prompt_blocked") {
        reply = {{"promptFeedback", {{"blockReason", "PROHIBITED_CONTENT"}}},
                 {"usageMetadata",
                  {{"promptTokenCount", "{{tokens}}"}, {"totalTokenCount", "{{tokens}}"}}},
                 {"modelVersion", "gemini-fake"}};
    } else if (mode == "thought_parts") {
        reply = response(
            text, finish,
            Json::array({{{"text", "Weighing {it}."}, {"thought", true}},
                         {{"text", text.substr(0, text.size() / 2)}},
                         {{"text", text.substr(text.size() / 2)}, {"thoughtSignature", "AAEC"}}}));
    } else {
        const auto said = dressed(text, mode);
        reply = response(said, mode == "truncated_answer" ? "MAX_TOKENS" : finish,
                         Json::array({{{"text", said}}}));
    }
    return spoil(unquote_counts(reply.dump(-1, ' ', false, replace)), mode);
}

void Gemini::load(const Json& json, const std::filesystem::path& folder) {
    script_ = Script(json, folder, [](Scripted& scripted) {
        const auto& spec = scripted.spec;
        if (scripted.body || needs_reading(spec, "")) return;
        if (scripted.delivery.status != 200) return;
        const auto text = spec.contains("verdict") ? spec["verdict"].dump(-1, ' ', false, replace)
                                                   : spec.value("text", default_verdict());
        const auto answer =
            wrap_judgement(text, spec.value("mode", ""), spec.value("finish", "STOP"));
        scripted.body = Template(answer.body, spec.contains("verdict") ? 2 : 1);
        scripted.delivery.content_type = answer.content_type;
    });
    models_ = script_.json().value(
        "models",
        std::vector<std::string>{
            "gemini-2.5-flash-lite", "gemini-2.5-flash", "gemini-2.5-pro", "gemini-3-flash-preview",
            "gemini-3.1-flash-lite", "gemini-3.1-flash-lite-preview", "gemini-3.1-pro-preview",
            "gemini-3.5-flash", "gemini-3.5-flash-lite", "gemini-3.6-flash", "gemini-3.7-flash"});
    default_body_ = Template(wrap_judgement(default_verdict(), "", "STOP").body, 1);
}

bool Gemini::knows(std::string_view model) const {
    return std::find(models_.begin(), models_.end(), model) != models_.end();
}

Reply Gemini::refuse(int status, const std::string& name, const std::string& message,
                     const Request& request) const {
    Json error = {{"code", status}, {"message", message}, {"status", name}};
    if (message.rfind("API key not valid", 0) == 0) {
        error["details"] = Json::array({{{"@type", "type.googleapis.com/google.rpc.ErrorInfo"},
                                         {"reason", "API_KEY_INVALID"},
                                         {"domain", "googleapis.com"}}});
    }
    Delivery delivery;
    delivery.status = status;
    return render_reply(delivery, Json{{"error", error}}.dump(-1, ' ', false, replace),
                        request.keep_alive);
}

Reply Gemini::answer(const Request& request, std::string_view model, std::uint64_t n,
                     std::string& verdict) {
    verdict = "refused";
    const auto key = request.header("x-goog-api-key");
    if (key.empty()) {
        return refuse(403, "PERMISSION_DENIED",
                      "Method doesn't allow unregistered callers (callers without established "
                      "identity). Please use API Key or other form of API consumer identity to "
                      "call this API.",
                      request);
    }
    if (!script_.accepts_key(key, "") || key.substr(0, 3) == "bad") {
        return refuse(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
                      request);
    }
    if (!knows(model)) {
        return refuse(
            404, "NOT_FOUND",
            "models/" + std::string(model) +
                " is not found for API version v1beta, or "
                "is not supported for generateContent. Call ListModels to see the list of "
                "available models and their supported methods.",
            request);
    }
    if (!script_.is_strict()) {
        verdict = "unchecked";
        return speak(request.body, Json(), model, n, request);
    }
    auto body = Json::parse(request.body, nullptr, false);
    if (request.header("content-type").substr(0, 16) != "application/json" || body.is_discarded()) {
        return refuse(400, "INVALID_ARGUMENT", "Invalid JSON payload received.", request);
    }
    auto fault = gemini_fault(body, std::string(model));
    if (fault.empty()) fault = gemini_turns_fault(body["contents"]);
    if (!fault.empty()) return refuse(400, "INVALID_ARGUMENT", fault, request);
    verdict = "ok";
    return speak(prompt_text(body), body, model, n, request);
}

std::string Gemini::speak_turn(const Json& spec, const Json& body, std::string_view model,
                               const Values& values) const {
    const auto speech = next_speech(spec, conversation_of(body), values);
    const auto finish = speech.finish.empty() ? "STOP" : speech.finish;
    if (speech.calls.empty()) {
        return Template(wrap_judgement(speech.text, speech.mode, finish).body, 1).render(values);
    }
    const auto parts = call_parts(speech, model.substr(0, 8) == "gemini-3", values.n);
    const auto reply = unquote_counts(response("", finish, parts).dump(-1, ' ', false, replace));
    return Template(spoil(reply, speech.mode).body, 1).render(values);
}

// `body` is null when it was not parsed: then only a model that must read it parses it.
Reply Gemini::speak(std::string_view prompt, const Json& body, std::string_view model,
                    std::uint64_t n, const Request& request) {
    Values values{.text = prompt, .n = n, .captures = {}};
    const auto* scripted = script_.pick(prompt, values.captures);
    auto delivery = scripted ? scripted->delivery : script_.defaults();
    const auto spec = scripted ? scripted->spec : Json::object();
    std::string text;
    if (delivery.status == 200 && needs_reading(spec, request.body)) {
        text = speak_turn(spec, body.is_null() ? Json::parse(request.body) : body, model, values);
        if (spec.value("mode", "") == "html") delivery.content_type = "text/html";
    } else if (!scripted || scripted->body) {
        text = (scripted ? *scripted->body : default_body_).render(values);
    }
    if (const auto at = text.find("gemini-fake"); at != std::string::npos) {
        text.replace(at, 11, model);
    }
    return render_reply(delivery, std::move(text), request.keep_alive);
}

}  // namespace torale::fake
