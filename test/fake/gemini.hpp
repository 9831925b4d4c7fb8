// Gemini's generateContent as strict as the real one, with a scripted judge behind it.
#pragma once
#include "fake/speech.hpp"

namespace torale::fake {

class Gemini {
public:
    Gemini() { load(Json::object(), {}); }
    // Scripts as in speech.hpp, with more modes: thought_parts, safety, recitation,
    // prompt_blocked. What needs no look at the conversation is wrapped once, when it is loaded.
    void load(const Json& json, const std::filesystem::path& folder);
    Reply answer(const Request& request, std::string_view model, std::uint64_t n,
                 std::string& verdict);

private:
    Reply refuse(int status, const std::string& name, const std::string& message,
                 const Request& request) const;
    Reply speak(std::string_view prompt, const Json& body, std::string_view model, std::uint64_t n,
                const Request& request);
    std::string speak_turn(const Json& spec, const Json& body, std::string_view model,
                           const Values& values) const;
    bool knows(std::string_view model) const;

    Script script_;
    std::vector<std::string> models_;
    Template default_body_;
};

// What is wrong with the body, "" when nothing is. Rewrites its keys to camelCase.
std::string gemini_fault(Json& body, const std::string& model);

// Whether each turn of function calls is answered in full by the next content; "" when it is.
std::string gemini_turns_fault(const Json& contents);

// The answer around the judgement, in one of the modes of Gemini::load.
Answer wrap_judgement(const std::string& text, const std::string& mode, const std::string& finish);

}  // namespace torale::fake
