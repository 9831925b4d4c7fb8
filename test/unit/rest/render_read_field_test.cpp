#include "rest/render_read_field.hpp"

#include <gtest/gtest.h>

namespace torale::rest::testing {
namespace {

TEST(is_type_name, takes_words) {
    for (const char* text : {"text", "int4", "double precision", "timestamp with time zone",
                             "_int4", "my_type", "Mood", "a$b", " text ", "character varying"}) {
        EXPECT_TRUE(is_type_name(text)) << text;
    }
}

TEST(is_type_name, refuses_what_could_leave_a_cast) {
    for (const char* text : {"",        " ",
                             "text)",   "text) FROM secrets --",
                             "text[]",  "numeric(3,1)",
                             "a.b",     "\"a\"",
                             "'a'",     "$$",
                             "$1",      "text $$",
                             "a $b$ c", "1",
                             "int 4",   "a-b",
                             "a/*",     "a;b",
                             "a\tb",    "a\nb",
                             "te\\xt",  "größe",
                             "a,b",     "text=1",
                             "a::b"}) {
        EXPECT_FALSE(is_type_name(text)) << text;
    }
    EXPECT_FALSE(is_type_name(std::string_view("a\0b", 3)));
}

TEST(render_type_name, quotes_what_is_none) {
    SqlWriter out;
    render_type_name(out, "double precision");
    out << "|";
    render_type_name(out, "text) FROM \"x\" --");
    EXPECT_EQ(out.take().sql, R"q(double precision|"text) FROM ""x"" --")q");
}

struct Row {
    const char* column;
    const char* type;  // "" = the relation does not have it
    std::vector<JsonStep> path;
    const char* sql;
};

const std::vector<Row> rows{
    {"a", "jsonb", {}, R"q("t"."a")q"},
    {"a", "jsonb", {{false, false, "k"}}, R"q("t"."a"->$1::text)q"},
    {"a", "json", {{true, true, "-1"}}, R"q("t"."a"->>$1::int)q"},
    {"a", "text[]", {{true, true, "0"}}, R"q(to_jsonb("t"."a")->>$1::int)q"},
    {"a",
     "api.point",
     {{false, false, "x"}, {true, false, "y"}},
     R"q(to_jsonb("t"."a")->$1::text->>$2::text)q"},
    {"a", "", {{false, false, "k"}}, R"q(to_jsonb("t"."a")->$1::text)q"},
    {"a\"; --", "", {}, R"q("t"."a""; --")q"},
};

TEST(render_field, reaches_into_json_and_converts_what_is_none) {
    for (const Row& row : rows) {
        Relation relation;
        if (*row.type != '\0') {
            Column column;
            column.name = row.column;
            column.type = row.type;
            relation.columns.push_back(column);
        }
        SqlWriter out;
        render_field(out, {&relation, "t"}, {row.column, row.path});
        EXPECT_EQ(out.take().sql, row.sql);
    }
}

TEST(render_field, needs_no_relation) {
    SqlWriter out;
    render_field(out, {nullptr, "t"}, {"a", {{true, false, "k"}}});
    const Statement statement = out.take();
    EXPECT_EQ(statement.sql, R"q(to_jsonb("t"."a")->>$1::text)q");
    EXPECT_EQ(statement.parameters, (std::vector<std::optional<std::string>>{"k"}));
}

}  // namespace
}  // namespace torale::rest::testing
