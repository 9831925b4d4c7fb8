// What SqlWriter quotes cannot leave its quotes.
#include "rest/statement.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

std::string identifier(std::string_view name) {
    SqlWriter out;
    out.identifier(name);
    return out.take().sql;
}

TEST(SqlWriter, quotes_identifiers) {
    EXPECT_EQ(identifier("tasks"), "\"tasks\"");
    EXPECT_EQ(identifier("a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(identifier("a\"; DROP TABLE x; --"), "\"a\"\"; DROP TABLE x; --\"");
    EXPECT_EQ(identifier(std::string_view("a\0b\"", 4)), "\"a\"");
}

TEST(SqlWriter, numbers_parameters_in_order_and_keeps_their_values_out_of_the_text) {
    SqlWriter out;
    out << "SELECT ";
    out.parameter("'; DROP TABLE x").parameter(std::nullopt);
    const Statement statement = out.take();
    EXPECT_EQ(statement.sql, "SELECT $1$2");
    ASSERT_EQ(statement.parameters.size(), 2u);
    EXPECT_EQ(statement.parameters[0], "'; DROP TABLE x");
    EXPECT_EQ(statement.parameters[1], std::nullopt);
}

TEST(SqlWriter, doubles_quotes_of_literals) {
    SqlWriter out;
    out.literal("it's");
    EXPECT_EQ(out.take().sql, "'it''s'");
}

TEST(SqlWriter, writes_qualified_names) {
    SqlWriter out;
    out.name("s.1", "t");
    EXPECT_EQ(out.take().sql, "\"s.1\".\"t\"");
}

}  // namespace
}  // namespace torale::rest
