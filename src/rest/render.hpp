// Plan → Statement: the only place where SQL is written. The main statement returns one row of
// the columns of Answer. Pure.
#pragma once
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "rest/plan.hpp"
#include "rest/statement.hpp"

namespace torale::rest {

Statement render(const Plan& plan);
// What EXPLAIN counts for count=planned and estimated: rows of this statement.
Statement render_count(const Plan& plan);

// Its answer's body lists relations and routines of the schema on which the role has rights.
Statement render_rights(const std::string& schema);
// Its answer's body lists what torale.events() has since then, after the id given ("" = none).
Statement render_events(core::Time since, const std::string& after, int limit);

// "schema.function" or "function" without arguments; one row, whatever it returns.
Statement render_bare_call(const std::string& function);
// The value of search_path: the request's schema first.
std::string render_search_path(const std::string& schema, const std::vector<std::string>& extra);

// "coalesce(json_agg(t), '[]')::text" and its relatives over rows of the alias `_rows`.
void render_body(SqlWriter& out, const Plan& plan);

void render_relation_read(SqlWriter& out, const Plan& plan);
void render_write(SqlWriter& out, const Plan& plan);
void render_call(SqlWriter& out, const Plan& plan);

}  // namespace torale::rest
