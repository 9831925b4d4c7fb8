// Rows → the body's text, by one aggregate over the alias "_rows".
#include "rest/plan_parts.hpp"
#include "rest/render.hpp"
#include "rest/render_parts.hpp"

namespace torale::rest {

namespace {

bool is_single(const Plan& plan) {
    if (plan.media == Media::object || plan.media == Media::object_stripped) return true;
    return plan.call && !plan.call->routine->returns_set;
}

// "_rows".* is the row even where a column is called _rows, too.
void render_json(SqlWriter& out, const Plan& plan) {
    const bool has_plain_values = plan.call && !plan.call->routine->returns_composite;
    const bool is_stripped =
        plan.media == Media::object_stripped || plan.media == Media::array_stripped;
    const bool is_one = is_single(plan);
    out << "coalesce(";
    if (is_stripped) out << "pg_catalog.json_strip_nulls(";
    if (is_one) out << "(";
    out << "pg_catalog.json_agg(\"_rows\".";
    if (has_plain_values) {
        out.identifier(scalar_column);
    } else {
        out << "*";
    }
    out << ")";
    if (is_one) out << " OPERATOR(pg_catalog.->) 0)";
    if (is_stripped) out << ")";
    out << "::text, " << (is_one ? "'null'" : "'[]'") << ")";
}

// PostgreSQL's composite text without its parentheses. Names are those of the first row: without
// rows there is no header, as PostgREST has it.
void render_csv(SqlWriter& out) {
    out << "coalesce((SELECT pg_catalog.string_agg(CASE WHEN \"_name\" OPERATOR(pg_catalog.~) "
           "'[\",\\n\\r]' THEN '\"' || pg_catalog.replace(\"_name\", '\"', '\"\"') || '\"' ELSE "
           "\"_name\" END, ',') FROM (SELECT pg_catalog.json_object_keys("
           "pg_catalog.row_to_json(\"_first\".*)) AS \"_name\" FROM (SELECT * FROM \"_page\" "
           "LIMIT 1) AS \"_first\") AS \"_names\") || E'\\n' || pg_catalog.string_agg("
           "pg_catalog.substr(ROW(\"_rows\".*)::text, 2, "
           "pg_catalog.length(ROW(\"_rows\".*)::text) - 2), E'\\n'), '')";
}

}  // namespace

bool wants_body(const Plan& plan) {
    if (plan.is_head) return false;
    if (plan.write) return plan.write->returns_rows;
    return !plan.call || !plan.call->routine->returns_void;
}

void render_body(SqlWriter& out, const Plan& plan) {
    if (!wants_body(plan)) {
        out << "''";
    } else if (plan.media == Media::csv) {
        render_csv(out);
    } else {
        render_json(out, plan);
    }
}

}  // namespace torale::rest
