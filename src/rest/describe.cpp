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

std::string host_of(const core::HttpRequest& request) {
    return std::string(core::find_header(request.headers, "Host").value_or("localhost"));
}

}  // namespace

Statement render_rights(const std::string& schema) {
    SqlWriter out;
    out << "SELECT NULL::bigint, 0::bigint, pg_catalog.json_build_object("
           "'relations', (SELECT pg_catalog.json_agg(c.relname) FROM pg_catalog.pg_class c"
           " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
           " WHERE n.nspname = ";
    out.parameter(schema);
    out << " AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')"
           " AND c.relkind IN ('r', 'v', 'm', 'f', 'p')"
           " AND (pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE')"
           " OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE'))),"
           " 'routines', (SELECT pg_catalog.json_agg(DISTINCT p.proname::text)"
           " FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
           " WHERE n.nspname = ";
    out.parameter(schema);
    out << " AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')"
           " AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE')))::text,"
           " NULL::text, NULL::text, NULL::text, 0::bigint";
    return out.take();
}

core::HttpResponse reply_description(const core::HttpRequest& request, const Ask& ask,
                                     const Schema& schema, const Answer& rights, bool is_https) {
    const core::Json known = core::parse_json(rights.body).value_or(core::Json::object());
    OpenApiOptions options;
    options.schema = ask.schema;
    options.host = host_of(request);
    options.scheme = is_https ? "https" : "http";
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
