// The statements of the server itself: the root, the streams of events, the function before a
// request.
#include "rest/render.hpp"

namespace torale::rest {

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

Statement render_events(core::Time since, const std::string& after, int limit) {
    SqlWriter out;
    out << "SELECT NULL::bigint, pg_catalog.count(*),"
           " coalesce(pg_catalog.json_agg(e ORDER BY e.id)::text, '[]'),"
           " NULL::text, NULL::text, NULL::text, 0::bigint FROM torale.events(";
    out.parameter(core::write_time(since));
    out << "::timestamptz, ";
    out.parameter(after.empty() ? std::nullopt : std::optional<std::string>(after));
    out << "::text, ";
    out.number(limit);
    out << ") e";
    return out.take();
}

Statement render_bare_call(const std::string& function) {
    const std::size_t dot = function.find('.');
    SqlWriter out;
    out << "SELECT pg_catalog.count(*) FROM ";
    if (dot == std::string::npos)
        out.identifier(function);
    else
        out.name(function.substr(0, dot), function.substr(dot + 1));
    out << "()";
    return out.take();
}

std::string render_search_path(const std::string& schema, const std::vector<std::string>& extra) {
    SqlWriter out;
    out.identifier(schema);
    for (const std::string& one : extra) (out << ", ").identifier(one);
    return out.take().sql;
}

}  // namespace torale::rest
