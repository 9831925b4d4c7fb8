// What the statements of reads, writes and calls have in common: the row of Answer.
#pragma once
#include <string>

#include "rest/plan.hpp"
#include "rest/statement.hpp"

namespace torale::rest {

// SQL of ours, without values.
struct AnswerColumns {
    std::string total = "null::bigint";
    std::string count = "pg_catalog.count(*)";
    std::string location = "null::text";
    std::string inserted = "0::bigint";
};

// Whether the body is made of rows at all: not for HEAD, void and writes without representation.
bool wants_body(const Plan& plan);

// Total of rows that are read: CTEs first, each begun with `separator`, which is left as the next
// one needs it; then the expression that reads it.
std::string render_total(SqlWriter& out, const Plan& plan, std::string_view& separator);

// "SELECT … FROM …" over the rows of plan.read; a CTE for them when they are needed twice.
void render_page(SqlWriter& out, const Plan& plan, const AnswerColumns& columns,
                 std::string_view separator);

// The select list of Answer, aggregated over rows of the alias "_rows".
void render_answer(SqlWriter& out, const Plan& plan, const AnswerColumns& columns);

}  // namespace torale::rest
