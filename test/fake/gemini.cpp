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

std::string dressed(const std::string& text, const std::string& mode) {
    if (mode == "fenced") return "```json\n" + text + "\n```";
    if (mode == "prose") return "Here is my judgement.\n\n" + text + "\n\nAnything else?";
    if (mode == "think") return "<think>\nIs {\"verdict\":\"met\"} right?\n</think>\n" + text;
    if (mode == "garbage") return "}{ lorem ]] ipsum";
    if (mode == "truncated_answer") return text.substr(0, text.size() / 2);
    return text;
}

const std::string& default_verdict() {
    static const std::string text =
        R"({"verdict":"not_met","evidence":"No source says so.","citations":[],"confidence":70,)"
        R"("next_run":null,"notification":null,"topic":"nothing yet","memories":[]})";
    return text;
}

std::string prompt_text(const Json& body) {
    std::string text;
    const auto append = [&](const Json& content) {
        for (const auto& part : content.value("parts", Json::array())) {
            if (!part.contains("text")) continue;
            text += part["text"].get_ref<const std::string&>();
            text += '\n';
        }
    };
    if (body.contains("systemInstruction")) append(body["systemInstruction"]);
    for (const auto& content : body["contents"]) append(content);
    return text;
}

// What the judge may quote: the conversation, without the instructions, which may mention
// "source 1" as an example.
std::string user_text(const Json& body) {
    auto without_system = body;
    without_system.erase("systemInstruction");
    return prompt_text(without_system);
}

}  // namespace

Answer wrap_judgement(const std::string& text, const std::string& mode, const std::string& finish) {
    if (mode == "html") return {"<!DOCTYPE html><title>Sign in</title>\n", "text/html"};
    Json reply;
    if (mode == "max_tokens")
        reply = empty_response("MAX_TOKENS");
    else if (mode == "safety")
        reply = empty_response("SAFETY");
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
    auto body = unquote_counts(reply.dump(-1, ' ', false, replace));
    if (mode == "truncated") body.resize(body.size() / 2);
    if (mode == "invalid_utf8") body.replace(body.find("gemini-fake"), 11, "caf\xe9 \xff");
    return {body, "application/json"};
}

void Gemini::load(const Json& json, const std::filesystem::path& folder) {
    script_ = Script(json, folder, [](Scripted& scripted) {
        const auto& spec = scripted.spec;
        if (scripted.body || spec.contains("judge") || spec.contains("forge")) return;
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
    if (const auto fault = gemini_fault(body, std::string(model)); !fault.empty()) {
        return refuse(400, "INVALID_ARGUMENT", fault, request);
    }
    verdict = "ok";
    return speak(prompt_text(body), body, model, n, request);
}

// `body` is null when it was not parsed: then only a judge, who must read the prompt, parses it.
Reply Gemini::speak(std::string_view prompt, const Json& body, std::string_view model,
                    std::uint64_t n, const Request& request) {
    Values values{.text = prompt, .n = n, .captures = {}};
    const auto* scripted = script_.pick(prompt, values.captures);
    auto delivery = scripted ? scripted->delivery : script_.defaults();
    std::string text;
    if (!scripted || scripted->body) {
        text = (scripted ? *scripted->body : default_body_).render(values);
    } else if (delivery.status == 200) {
        const auto judged = judge_prompt(
            user_text(body.is_null() ? Json::parse(request.body) : body), scripted->spec);
        const auto said = wrap_judgement(judged.dump(-1, ' ', false, replace),
                                         scripted->spec.value("mode", ""), "STOP");
        delivery.content_type = said.content_type;
        text = Template(said.body, 1).render(values);
    }
    if (const auto at = text.find("gemini-fake"); at != std::string::npos) {
        text.replace(at, 11, model);
    }
    return render_reply(delivery, std::move(text), request.keep_alive);
}

}  // namespace torale::fake
