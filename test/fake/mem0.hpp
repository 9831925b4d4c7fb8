// mem0's platform API, version 3, as strict as the real one: POST /v3/memories/add/ and
// /v3/memories/search/. It keeps what is added, apart by user and app, until it is reset.
//
// Scripts match on the query, or on the text of a note. A reply may say {"results": [{…}, …]}
// (search) instead of what is kept. Beside "rules":
//   "lag": 2     the next two searches after an add do not find it yet
#pragma once
#include "fake/script.hpp"

namespace torale::fake {

class Mem0 {
public:
    Mem0() { load(Json::object(), {}); }
    void load(const Json& json, const std::filesystem::path& folder);
    Reply answer(const Request& request, std::uint64_t n, std::string& verdict);
    void forget() { kept_.clear(); }

private:
    struct Kept {
        Json memory;
        std::int64_t lag = 0;
    };
    Json add(const Json& body, std::uint64_t n);
    Json search(const Json& body);

    Script script_;
    std::vector<Kept> kept_;
};

// {status, body} of a refusal; null when the body is faultless.
Json mem0_fault(const Json& body, bool is_search);

}  // namespace torale::fake
