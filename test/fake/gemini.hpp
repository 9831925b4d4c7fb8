// Gemini's generateContent as strict as the real one, with a scripted judge behind it.
#pragma once
#include "fake/script.hpp"

namespace torale::fake {

class Gemini {
public:
    Gemini() { load(Json::object(), {}); }
    // Beside body and body_file a reply may be:
    //   {"verdict": {…}}   this judgement, wrapped as the model's answer
    //   {"text": "…", "finish": "STOP"}
    //   {"judge": "quote-first-source"}, {"judge": "quote-containing", "needle": "…"}
    //   {"forge": "url" | "quote" | "source"}   claims what the sources do not say
    // each with "mode": fenced, prose, think, thought_parts, truncated_answer, max_tokens, safety,
    // recitation, prompt_blocked, garbage, truncated, invalid_utf8, html.
    void load(const Json& json, const std::filesystem::path& folder);
    Reply answer(const Request& request, std::string_view model, std::uint64_t n,
                 std::string& verdict);

private:
    Reply refuse(int status, const std::string& name, const std::string& message,
                 const Request& request) const;
    Reply speak(std::string_view prompt, const Json& body, std::string_view model, std::uint64_t n,
                const Request& request);
    bool knows(std::string_view model) const;

    Script script_;
    std::vector<std::string> models_;
    Template default_body_;
};

// What is wrong with the body, "" when nothing is. Rewrites its keys to camelCase.
std::string gemini_fault(Json& body, const std::string& model);

// The answer around the judgement, in one of the modes of Gemini::load.
struct Answer {
    std::string body;
    std::string content_type = "application/json";
};
Answer wrap_judgement(const std::string& text, const std::string& mode, const std::string& finish);

// A judgement made from the numbered sources of a prompt, as "judge" or "forge" of `spec` says.
Json judge_prompt(std::string_view prompt, const Json& spec);

}  // namespace torale::fake
