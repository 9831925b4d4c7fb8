// A query string over the film schema and the SQL it must become: one row of a table.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "film_schema.hpp"
#include "rest/query_string.hpp"
#include "rest/read_plan.hpp"

namespace torale::rest::testing {

struct SqlRow {
    const char* relation;
    const char* query;
    const char* sql;  // a line break and the blanks after it stand for one blank
    std::vector<std::string> parameters;
};

inline std::string on_one_line(std::string_view text) {
    std::string line;
    bool is_indent = false;
    for (const char letter : text) {
        if (letter == '\n') line += ' ';
        is_indent = letter == '\n' || (is_indent && letter == ' ');
        if (!is_indent) line += letter;
    }
    return line;
}

inline Result<ReadPlan> plan_of(const Schema& schema, const std::string& relation,
                                const std::string& query, const ReadWishes& wishes = {}) {
    const Result<Query> parsed = parse_query_string(query, ParameterUse::filters);
    if (!parsed) return parsed.error();
    return plan_read(schema, schema.find_relation({"api", relation}), "api", *parsed, wishes);
}

using Render = void (*)(SqlWriter&, const ReadPlan&);

inline void expect_sql(const std::vector<SqlRow>& rows, Render render,
                       const std::string& from_cte = "") {
    const Schema schema = film_schema();
    ReadWishes wishes;
    wishes.aggregates_enabled = true;
    for (const SqlRow& row : rows) {
        const std::string name = std::string(row.relation) + "?" + row.query;
        Result<ReadPlan> plan = plan_of(schema, row.relation, row.query, wishes);
        ASSERT_TRUE(plan.ok()) << name << ": " << plan.error().message;
        plan->from_cte = from_cte;
        SqlWriter out;
        render(out, *plan);
        const Statement statement = out.take();
        std::vector<std::string> parameters;
        for (const auto& parameter : statement.parameters) parameters.push_back(parameter.value());
        EXPECT_EQ(statement.sql, on_one_line(row.sql)) << name;
        EXPECT_EQ(parameters, row.parameters) << name;
    }
}

}  // namespace torale::rest::testing
