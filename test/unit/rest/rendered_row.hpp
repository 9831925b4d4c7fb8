// A request over write_schema() and the one statement it must become: one row of a table.
#pragma once
#include "ask_maker.hpp"
#include "sql_template.hpp"

namespace torale::rest::testing {

struct RenderedRow {
    Sent sent;
    std::string sql;  // see sql_template.hpp
    Values parameters;
    std::int64_t max_rows = 0;
};

inline void PrintTo(const RenderedRow& row, std::ostream* out) {
    PrintTo(row.sent, out);
    if (row.max_rows != 0) *out << " of at most " << row.max_rows << " rows";
}

inline void expect_statement(const RenderedRow& row) {
    const Schema schema = write_schema();
    const Result<Plan> plan = plan_request(schema, ask_of(row.sent), {.max_rows = row.max_rows});
    ASSERT_TRUE(plan) << plan.error().message;
    const Statement statement = render(*plan);
    EXPECT_EQ(statement.sql, expand(row.sql, *plan));
    EXPECT_EQ(statement.parameters, row.parameters);
}

}  // namespace torale::rest::testing
