// Anthropic's Messages API as strict as the real one, with a scripted model behind it:
// POST /v1/messages. Scripts as in speech.hpp.
#pragma once
#include "fake/speech.hpp"

namespace torale::fake {

class Anthropic {
public:
    Anthropic() { load(Json::object(), {}); }
    void load(const Json& json, const std::filesystem::path& folder);
    Reply answer(const Request& request, std::uint64_t n, std::string& verdict);

private:
    Reply speak(const Json& body, std::uint64_t n, const Request& request);

    Script script_;
};

// What is wrong with the body, "" when nothing is.
std::string anthropic_fault(const Json& body);

}  // namespace torale::fake
