// Plan → Statement: the only place where SQL is written. The main statement returns one row of
// the columns of Answer. Pure.
#pragma once
#include "rest/plan.hpp"
#include "rest/statement.hpp"

namespace torale::rest {

Statement render(const Plan& plan);
// What EXPLAIN counts for count=planned and estimated: rows of this statement.
Statement render_count(const Plan& plan);

// "coalesce(json_agg(t), '[]')::text" and its relatives over rows of the alias `_rows`.
void render_body(SqlWriter& out, const Plan& plan);

void render_relation_read(SqlWriter& out, const Plan& plan);
void render_write(SqlWriter& out, const Plan& plan);
void render_call(SqlWriter& out, const Plan& plan);

}  // namespace torale::rest
