// Who may ask, what the script answers, and how the answer looks on the wire.
#include "fake/anthropic.hpp"

namespace torale::fake {
namespace {

constexpr auto replace = Json::error_handler_t::replace;

Reply refuse(int status, const char* type, const std::string& message, const Request& request) {
    const Json body = {{"type", "error"},
                       {"error", {{"type", type}, {"message", message}}},
                       {"request_id", "req_fake"}};
    Delivery delivery;
    delivery.status = status;
    return render_reply(delivery, body.dump(-1, ' ', false, replace), request.keep_alive);
}

std::string text_of(const Json& content) {
    if (content.is_string()) return content;
    std::string text;
    if (!content.is_array()) return text;
    for (const auto& block : content) {
        const auto type = block.value("type", "");
        if (type == "text") text += block["text"].get<std::string>() + "\n";
        if (type == "tool_result") text += text_of(block.value("content", Json())) + "\n";
    }
    return text;
}

bool has_calls(const Json& content) {
    if (!content.is_array()) return false;
    for (const auto& block : content) {
        if (block.value("type", "") == "tool_use") return true;
    }
    return false;
}

Conversation conversation_of(const Json& body) {
    Conversation talk;
    talk.system = text_of(body.value("system", Json()));
    for (const auto& message : body["messages"]) {
        const auto text = text_of(message["content"]);
        talk.prompt_bytes += text.size();
        talk.is_continued = message["role"] == "assistant";
        if (talk.is_continued) {
            talk.turns += has_calls(message["content"]);
        } else {
            talk.heard += text + "\n";
        }
    }
    for (const auto& tool : body.value("tools", Json::array())) talk.tools.push_back(tool["name"]);
    const auto choice = body.value("tool_choice", Json::object()).value("type", "auto");
    talk.must_answer = choice == "none" || choice == "tool";
    return talk;
}

Json content_of(const Speech& speech, std::uint64_t n) {
    Json content = Json::array();
    if (speech.mode == "refusal" || speech.mode == "max_tokens") return content;
    if (speech.mode == "thought_parts" || !speech.calls.empty()) {
        content.push_back(
            {{"type", "thinking"}, {"thinking", "Weighing {it}."}, {"signature", "EqQBCgIYAhIM"}});
    }
    if (speech.mode == "pause_turn") {
        content.push_back({{"type", "text"}, {"text", "Going on."}});
        return content;
    }
    for (const auto& call : speech.calls) {
        content.push_back(
            {{"type", "tool_use"},
             {"id", "toolu_" + std::to_string(n) + "_" + std::to_string(content.size())},
             {"name", call.name},
             {"input", call.args}});
    }
    if (speech.calls.empty()) content.push_back({{"type", "text"}, {"text", speech.text}});
    return content;
}

std::string finish_of(const Speech& speech) {
    if (!speech.finish.empty()) return speech.finish;
    if (speech.mode == "max_tokens" || speech.mode == "truncated_answer") return "max_tokens";
    if (speech.mode == "refusal" || speech.mode == "safety") return "refusal";
    if (speech.mode == "pause_turn") return "pause_turn";
    if (speech.mode == "malformed") return "tool_use";
    return speech.calls.empty() ? "end_turn" : "tool_use";
}

}  // namespace

void Anthropic::load(const Json& json, const std::filesystem::path& folder) {
    script_ = Script(json, folder, [](Scripted&) {});
}

Reply Anthropic::answer(const Request& request, std::uint64_t n, std::string& verdict) {
    verdict = "refused";
    const auto key = request.header("x-api-key");
    if (key.empty()) {
        return refuse(401, "authentication_error", "x-api-key header is required", request);
    }
    if (!script_.accepts_key(key, "") || key.substr(0, 3) == "bad") {
        return refuse(401, "authentication_error", "invalid x-api-key", request);
    }
    if (request.header("anthropic-version") != "2023-06-01") {
        return refuse(400, "invalid_request_error", "anthropic-version: header is required",
                      request);
    }
    const auto body = Json::parse(request.body, nullptr, false);
    if (request.header("content-type").substr(0, 16) != "application/json" || body.is_discarded()) {
        return refuse(400, "invalid_request_error", "The request body is not valid JSON", request);
    }
    if (script_.is_strict()) {
        if (const auto fault = anthropic_fault(body); !fault.empty()) {
            return refuse(400, "invalid_request_error", fault, request);
        }
    }
    verdict = script_.is_strict() ? "ok" : "unchecked";
    return speak(body, n, request);
}

Reply Anthropic::speak(const Json& body, std::uint64_t n, const Request& request) {
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
    const Json reply = {{"id", "msg_" + std::to_string(n)},
                        {"type", "message"},
                        {"role", "assistant"},
                        {"model", body["model"]},
                        {"content", content_of(speech, n)},
                        {"stop_reason", finish_of(speech)},
                        {"stop_sequence", nullptr},
                        {"usage",
                         {{"input_tokens", whole.size() / 4},
                          {"cache_creation_input_tokens", 0},
                          {"cache_read_input_tokens", 0},
                          {"output_tokens", speech.text.size() / 4 + 12},
                          {"service_tier", "standard"}}}};
    const auto said = spoil(reply.dump(-1, ' ', false, replace), speech.mode);
    delivery.content_type = said.content_type;
    return render_reply(delivery, said.body, request.keep_alive);
}

}  // namespace torale::fake
