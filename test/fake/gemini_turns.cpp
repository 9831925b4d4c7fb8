// Provider reference §8: the responses to a turn of calls stand together in the next content, as
// many as the calls, in their order and under their names and ids.
#include "fake/gemini.hpp"

namespace torale::fake {
namespace {

std::vector<Json> payloads(const Json& content, const char* name) {
    std::vector<Json> found;
    for (const auto& part : content.value("parts", Json::array())) {
        if (part.contains(name)) found.push_back(part[name]);
    }
    return found;
}

std::string answers_fault(const std::vector<Json>& calls, const std::vector<Json>& responses) {
    if (calls.size() != responses.size()) {
        return calls.empty()
                   ? "Please ensure that function response turn comes immediately after a function "
                     "call turn."
                   : "Please ensure that the number of function response parts is equal to the "
                     "number of function call parts of the function call turn.";
    }
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if (calls[i].value("name", "") != responses[i].value("name", "")) {
            return "Function response name does not match the function call.";
        }
        if (calls[i].value("id", "") != responses[i].value("id", "")) {
            return "Function response id does not match the function call.";
        }
        if (!responses[i].value("response", Json()).is_object()) {
            return "Function response must be an object.";
        }
    }
    return "";
}

}  // namespace

std::string gemini_turns_fault(const Json& contents) {
    std::vector<Json> open;
    for (const auto& content : contents) {
        const bool is_user = content.value("role", "") == "user";
        const auto responses = payloads(content, "functionResponse");
        if (!is_user && !responses.empty()) return "Function responses have the role user.";
        if (auto fault = answers_fault(open, responses); !fault.empty()) return fault;
        open = payloads(content, "functionCall");
    }
    return "";
}

}  // namespace torale::fake
