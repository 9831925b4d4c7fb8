// Perplexity's search API as strict as the real one: POST /search.
#pragma once
#include "fake/script.hpp"

namespace torale::fake {

class Perplexity {
public:
    Perplexity() { load(Json::object(), {}); }
    void load(const Json& json, const std::filesystem::path& folder);
    // `verdict` says for the record what was made of the request.
    Reply answer(const Request& request, std::uint64_t n, std::string& verdict);

private:
    Reply speak(std::string_view query, std::size_t results_max, std::uint64_t n,
                const Request& request);

    Script script_;
    std::vector<Template> default_items_;
};

// The FastAPI error list of a faulty body; null when it is faultless.
Json perplexity_faults(const Json& body);

}  // namespace torale::fake
