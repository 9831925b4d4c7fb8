// Rights come from the database as JSON, so that one statement shape serves all requests.
#include "rest/describe.hpp"

#include "core/json.hpp"
#include "rest/openapi.hpp"

namespace torale::rest {

namespace {

std::set<Name> names_in(const core::Json& rights, const char* member, const std::string& schema) {
    std::set<Name> names;
    const auto list = rights.find(member);
    if (list == rights.end() || !list->is_array()) return names;
    for (const core::Json& name : *list)
        if (name.is_string()) names.insert({schema, name.get<std::string>()});
    return names;
}

}  // namespace

core::HttpResponse reply_description(const Ask& ask, const Schema& schema, const Answer& rights,
                                     const PublicAddress& address) {
    const core::Json known = core::parse_json(rights.body).value_or(core::Json::object());
    OpenApiOptions options;
    options.schema = ask.schema;
    options.host = address.host;
    options.scheme = address.scheme;
    options.base_path = address.base_path + "/";
    options.version = schema.version;
    options.relations = names_in(known, "relations", ask.schema);
    options.routines = names_in(known, "routines", ask.schema);
    core::HttpResponse response;
    response.headers = {{"Content-Type", "application/openapi+json; charset=utf-8"}};
    if (ask.schema_was_named) response.headers.push_back({"Content-Profile", ask.schema});
    if (!ask.is_head) response.body = render_openapi(schema, options);
    return response;
}

}  // namespace torale::rest
