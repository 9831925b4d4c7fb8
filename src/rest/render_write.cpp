// INSERT, UPDATE and DELETE in a CTE, and the answer over what they return.
#include <algorithm>
#include <set>

#include "rest/plan_parts.hpp"
#include "rest/render.hpp"
#include "rest/render_parts.hpp"

namespace torale::rest {

namespace {

using Columns = std::vector<std::string>;

constexpr std::string_view payload_alias = "_payload";
constexpr std::string_view target_alias = "_target";

// Rows that an upsert found and updated, counted by a setting of the transaction: xmax is not to
// be had from views and partitioned tables, nor with privileges on columns alone.
constexpr std::string_view count_updated =
    " WHERE pg_catalog.set_config('request.rows_updated', "
    "(coalesce(nullif(pg_catalog.current_setting('request.rows_updated', true), ''), "
    "'0')::bigint + 1)::text, true) IS NOT NULL";
constexpr std::string_view count_written = "(SELECT pg_catalog.count(*) FROM \"_written\")";
constexpr std::string_view rows_updated =
    "coalesce(nullif(pg_catalog.current_setting('request.rows_updated', true), ''), "
    "'0')::bigint";

void render_list(SqlWriter& out, const Columns& columns, std::string_view alias) {
    std::string_view separator;
    for (const std::string& column : columns) {
        out << separator;
        if (alias.empty()) {
            out.identifier(column);
        } else {
            out.name(alias, column);
        }
        separator = ", ";
    }
}

bool has_default(const WritePlan& write, const std::string& column) {
    const Column* known = write.relation->find(column);
    return write.uses_defaults && known && !known->default_expression.empty();
}

void render_record(SqlWriter& out, const WritePlan& write) {
    (out << " AS ").identifier(payload_alias) << "(";
    std::string_view separator;
    for (const std::string& column : write.columns) {
        (out << separator).identifier(column) << " " << write.relation->find(column)->type;
        separator = ", ";
    }
    out << ")";
}

// With defaults each element is looked at: what it lacks is not null but the column's default,
// evaluated for that row alone.
void render_elements(SqlWriter& out, const Plan& plan) {
    out << " FROM ";
    if (plan.payload.is_array) {
        out << "pg_catalog.json_array_elements(";
        out.parameter(plan.payload.text) << "::json) AS \"_element\"(\"value\")";
    } else {
        out << "(SELECT ";
        out.parameter(plan.payload.text) << "::json AS \"value\") AS \"_element\"";
    }
    out << ", LATERAL pg_catalog.json_to_record(\"_element\".\"value\")";
}

// SELECT of the payload's rows, with the columns to write in their order.
void render_payload(SqlWriter& out, const Plan& plan) {
    const WritePlan& write = *plan.write;
    bool looks_at_elements = false;
    std::string_view separator;
    out << "SELECT ";
    for (const std::string& column : write.columns) {
        out << separator;
        separator = ", ";
        if (!has_default(write, column)) {
            out.name(payload_alias, column);
            continue;
        }
        looks_at_elements = true;
        out << "CASE WHEN (\"_element\".\"value\" OPERATOR(pg_catalog.->) ";
        out.parameter(column) << "::text) IS NULL THEN "
                              << write.relation->find(column)->default_expression << " ELSE ";
        out.name(payload_alias, column) << " END AS ";
        out.identifier(column);
    }
    if (looks_at_elements) {
        render_elements(out, plan);
    } else {
        out << (plan.payload.is_array ? " FROM pg_catalog.json_to_recordset("
                                      : " FROM pg_catalog.json_to_record(");
        out.parameter(plan.payload.text) << "::json)";
    }
    render_record(out, write);
}

// Rows of defaults alone, as many as the payload has.
void render_empty_rows(SqlWriter& out, const Plan& plan) {
    if (!plan.payload.is_array) {
        out << " SELECT";
        return;
    }
    out << " SELECT FROM pg_catalog.json_array_elements(";
    out.parameter(plan.payload.text) << "::json)";
}

void render_target(SqlWriter& out, const WritePlan& write) {
    out.name(write.relation->name.schema, write.relation->name.name) << " AS ";
    out.identifier(target_alias);
}

void render_conflict(SqlWriter& out, const WritePlan& write) {
    if (write.conflict_columns.empty()) return;
    out << " ON CONFLICT (";
    render_list(out, write.conflict_columns, "");
    if (!write.updates_on_conflict) {
        out << ") DO NOTHING";
        return;
    }
    out << ") DO UPDATE SET ";
    std::string_view separator;
    for (const std::string& column : write.columns) {
        (out << separator).identifier(column) << " = EXCLUDED.";
        out.identifier(column);
        separator = ", ";
    }
    out << count_updated;
}

void render_insert(SqlWriter& out, const Plan& plan) {
    const WritePlan& write = *plan.write;
    out << "INSERT INTO ";
    render_target(out, write);
    if (write.columns.empty()) {
        render_empty_rows(out, plan);
    } else {
        out << "(";
        render_list(out, write.columns, "");
        out << ") ";
        render_payload(out, plan);
        if (!write.conditions.empty()) {  // PUT: only the row that the URL names
            out << " WHERE ";
            render_conditions(out, write.relation, payload_alias, write.conditions);
        }
    }
    render_conflict(out, write);
}

void render_where(SqlWriter& out, const WritePlan& write) {
    if (write.conditions.empty()) return;  // pg-safeupdate wants to see that there is none
    out << " WHERE ";
    render_conditions(out, write.relation, target_alias, write.conditions);
}

void render_update(SqlWriter& out, const Plan& plan) {
    const WritePlan& write = *plan.write;
    out << "UPDATE ";
    render_target(out, write);
    out << " SET ";
    std::string_view separator;
    for (const std::string& column : write.columns) {
        (out << separator).identifier(column) << " = ";
        out.name(payload_alias, column);
        separator = ", ";
    }
    out << " FROM (";
    render_payload(out, plan);
    (out << " LIMIT 1) AS ").identifier(payload_alias);
    render_where(out, write);
}

void render_delete(SqlWriter& out, const WritePlan& write) {
    out << "DELETE FROM ";
    render_target(out, write);
    render_where(out, write);
}

// No more than is read of it, so that privileges on columns are enough. A computed field is a
// function of the row and must be called here: the CTE's rows are of no relation's type.
void render_returned(SqlWriter& out, const Plan& plan) {
    const WritePlan& write = *plan.write;
    Columns columns = write.location_columns;
    bool has_all = false;
    if (write.returns_rows) {
        for (const std::string& column : needed_columns(plan.read)) {
            if (column == "*") {
                has_all = true;
            } else {
                columns.push_back(column);
            }
        }
    }
    std::set<std::string> seen;
    std::erase_if(columns, [&](const std::string& column) {
        return (has_all && write.relation->find(column)) || !seen.insert(column).second;
    });
    if (has_all) out.identifier(target_alias) << (columns.empty() ? ".*" : ".*, ");
    if (!has_all && columns.empty()) out << "1 AS \"_one\"";
    render_list(out, columns, target_alias);
}

void render_nothing(SqlWriter& out, const Plan& plan) {
    out << "SELECT ";
    render_returned(out, plan);
    if (plan.write->returns_rows) {
        out << " FROM ";
        render_target(out, *plan.write);
    }
    out << " WHERE false";
}

void render_written(SqlWriter& out, const Plan& plan) {
    const WritePlan& write = *plan.write;
    (out << "WITH ").identifier(written_cte) << " AS (";
    if (plan.action == Action::update && write.columns.empty()) {
        render_nothing(out, plan);
        out << ")";
        return;
    }
    if (plan.action == Action::remove) {
        render_delete(out, write);
    } else if (plan.action == Action::update) {
        render_update(out, plan);
    } else {
        render_insert(out, plan);
    }
    out << " RETURNING ";
    render_returned(out, plan);
    out << ")";
}

std::string location_expression(const WritePlan& write) {
    if (write.location_columns.empty()) return AnswerColumns{}.location;
    SqlWriter out;
    out << "(SELECT pg_catalog.row_to_json(\"_key\".*)::text FROM (SELECT ";
    render_list(out, write.location_columns, "");
    (out << " FROM ").identifier(written_cte) << " LIMIT 1) AS \"_key\")";
    return out.take().sql;
}

std::string inserted_expression(const Plan& plan) {
    if (plan.action != Action::insert && plan.action != Action::upsert_one) {
        return AnswerColumns{}.inserted;
    }
    const std::string written{count_written};
    if (!plan.write->updates_on_conflict) return written;
    return written + " - " + std::string(rows_updated);
}

}  // namespace

void render_write(SqlWriter& out, const Plan& plan) {
    render_written(out, plan);
    AnswerColumns columns;
    // An inner embed may hide rows of the representation, but not from max-affected. Without one
    // the count is what makes the statement return one row.
    if (plan.affected_max && plan.write->returns_rows) columns.count = std::string(count_written);
    if (plan.count == Count::exact) columns.total = columns.count;
    columns.location = location_expression(*plan.write);
    columns.inserted = inserted_expression(plan);
    if (plan.write->returns_rows) {
        render_page(out, plan, columns, ", ");
        return;
    }
    out << " ";
    render_answer(out, plan, columns);
    (out << " FROM ").identifier(written_cte) << " AS \"_rows\"";
}

}  // namespace torale::rest
