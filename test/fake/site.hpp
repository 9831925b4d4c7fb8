// Web sites that torale polls: GET /site/…, and the /robots.txt of them all.
#pragma once
#include "fake/script.hpp"

namespace torale::fake {

// Rules match on the path with its query. Beside what any reply may have, "etag" and
// "last_modified" are sent as headers, and a request that brings one of them back is answered
// with 304. "redirect" is a status of 302 with that Location. What no rule names is 404.
class Site {
public:
    void load(const Json& json, const std::filesystem::path& folder);
    Reply answer(const Request& request, std::uint64_t n, std::string& verdict);

private:
    Script script_;
};

}  // namespace torale::fake
