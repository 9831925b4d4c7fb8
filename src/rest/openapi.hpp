// Schema → the OpenAPI 2.0 document of the root. Pure.
#pragma once
#include <set>
#include <string>

#include "rest/schema.hpp"

namespace torale::rest {

struct OpenApiOptions {
    std::string schema;  // the profile
    std::string host;    // host:port as the client named it
    std::string base_path = "/";
    std::string scheme = "http";
    std::string version;  // of torale
    // What the role may touch; only these are listed.
    std::set<Name> relations;
    std::set<Name> routines;
};
std::string render_openapi(const Schema& schema, const OpenApiOptions& options);

}  // namespace torale::rest
