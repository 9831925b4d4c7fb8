// Chat completions as strict as OpenAI's, with a scripted model
// behind them: POST /v1/chat/completions. Scripts as in speech.hpp, and beside "rules":
//   "key": false     nobody asks for a key (Ollama)
//   "refuses": ["max_tokens", "response_format", …]   fields that this model does not take: 400
//   "arguments": "object"   tool arguments are an object instead of text
#pragma once
#include "fake/speech.hpp"

namespace torale::fake {

struct OpenAiFault {
    int status = 400;
    std::string message{};
    std::string param{};
    std::string code{};
};

class OpenAi {
public:
    OpenAi() { load(Json::object(), {}); }
    void load(const Json& json, const std::filesystem::path& folder);
    Reply answer(const Request& request, std::uint64_t n, std::string& verdict);

private:
    Reply speak(const Json& body, std::uint64_t n, const Request& request);
    std::optional<OpenAiFault> refusal_of(const Json& body) const;

    Script script_;
};

// What is wrong with the body; nothing when it is faultless.
std::optional<OpenAiFault> openai_fault(const Json& body);

}  // namespace torale::fake
