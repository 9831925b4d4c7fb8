// Which turn of the script is due, and what it says.
#include "fake/speech.hpp"

#include <algorithm>

namespace torale::fake {
namespace {

constexpr auto replace = Json::error_handler_t::replace;

// Placeholders inside arguments stand in JSON strings.
Json fill_in(const Json& args, const Values& values) {
    if (args.is_string()) return args;
    return Json::parse(Template(args.dump(-1, ' ', false, replace), 1).render(values));
}

std::vector<SpokenCall> calls_of(const Json& turn, const Values& values) {
    std::vector<SpokenCall> calls;
    for (const auto& call : turn) {
        calls.push_back({call.at("name"), fill_in(call.value("args", Json::object()), values)});
    }
    return calls;
}

std::string answer_text(const Json& spec, const Conversation& conversation, const Values& values) {
    if (spec.contains("verdict")) {
        return Template(spec["verdict"].dump(-1, ' ', false, replace), 1).render(values);
    }
    if (spec.contains("text")) return Template(spec["text"].get<std::string>(), 0).render(values);
    if (spec.contains("judge") || spec.contains("forge") || spec.contains("tools")) {
        return judge_prompt(conversation.heard, spec).dump(-1, ' ', false, replace);
    }
    return default_verdict();
}

}  // namespace

bool Conversation::knows(std::string_view tool) const {
    return std::find(tools.begin(), tools.end(), tool) != tools.end();
}

Speech next_speech(const Json& spec, const Conversation& conversation, const Values& values) {
    Speech speech;
    speech.without_ids = spec.value("without_ids", false);
    const auto turns = spec.value("tools", Json::array());
    const auto others = conversation.tools.size() - conversation.knows("final_answer");
    const bool may_call = others > 0 && !conversation.must_answer;
    const bool is_due = conversation.turns < turns.size() || spec.value("endless", false);
    if (!turns.empty() && ((may_call && is_due) || spec.value("stubborn", false))) {
        const auto index = std::min<std::size_t>(conversation.turns, turns.size() - 1);
        speech.calls = calls_of(turns[index], values);
        return speech;
    }
    speech.mode = spec.value("mode", "");
    speech.finish = spec.value("finish", "");
    if (speech.mode == "pause_turn" && conversation.is_continued) speech.mode.clear();
    speech.text = dressed(answer_text(spec, conversation, values), speech.mode);
    const auto parsed = Json::parse(speech.text, nullptr, false);
    if (conversation.knows("final_answer") && parsed.is_object()) {
        speech.calls = {{"final_answer", parsed}};
        speech.text.clear();
    }
    return speech;
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

Answer spoil(std::string body, const std::string& mode) {
    if (mode == "html") return {"<!DOCTYPE html><title>Sign in</title>\n", "text/html"};
    if (mode == "truncated") body.resize(body.size() / 2);
    if (mode == "invalid_utf8") {
        // Behind the first member's name, inside some string of the body.
        const auto at = body.find(":\"");
        if (at != std::string::npos) body.insert(at + 2, "caf\xe9 \xff");
    }
    return {std::move(body), "application/json"};
}

}  // namespace torale::fake
