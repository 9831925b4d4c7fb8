// The statements of the server's own pages: the root and the streams of events.
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

}  // namespace torale::rest
