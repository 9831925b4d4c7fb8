#include <gtest/gtest.h>

#include "render_read_rows.hpp"

namespace torale::rest::testing {
namespace {

struct Row {
    const char* relation;
    const char* query;
    std::vector<std::string> needed;
};

const std::vector<Row> rows{
    {"films", "", {"*"}},
    {"films", "select=id,title", {"id", "title"}},
    {"films", "select=id,t:title,id::text", {"id", "title"}},
    {"films", "select=data->a->>b", {"data"}},
    {"films",
     "select=id&title=eq.x&or=(year.eq.1,not.and(id.eq.1,tags.is.null))",
     {"id", "title", "year", "tags"}},
    {"films", "select=id&order=year,title.desc", {"id", "year", "title"}},
    {"films", "select=", {}},
    {"films", "select=count()", {}},
    {"films", "select=id.sum(),count()", {"id"}},
    // joins
    {"films", "select=title,directors(name)", {"title", "director_id"}},
    {"directors", "select=name,films()&films=is.null", {"name", "id"}},
    {"beds", "select=id,rooms(size)", {"id", "house", "room_no"}},
    {"films", "select=actors(name)", {"id"}},
    {"films", "select=...directors(name)", {"director_id"}},
    {"films", "select=directors(name)&order=directors(born)&directors.id=eq.1", {"director_id"}},
    {"film_list", "select=actors(name)", {"film"}},
    // what is no column is a computed field, and no part of all columns
    {"films", "select=full_name,id", {"full_name", "id"}},
    {"films", "select=*,full_name,id&other=eq.1", {"*", "full_name", "other"}},
    {"films", "select=full_name,*", {"*", "full_name"}},
    {"films", "select=*,directors(name)", {"*"}},
    // a function takes the row
    {"directors", "select=name,best_film(title)", {"*"}},
};

TEST(needed_columns, are_those_of_the_root_that_are_read) {
    const Schema schema = film_schema();
    ReadWishes wishes;
    wishes.aggregates_enabled = true;
    for (const Row& row : rows) {
        const Result<ReadPlan> plan = plan_of(schema, row.relation, row.query, wishes);
        ASSERT_TRUE(plan.ok()) << row.query;
        EXPECT_EQ(needed_columns(*plan), row.needed) << row.relation << "?" << row.query;
    }
}

TEST(needed_columns, are_all_of_rows_without_a_relation_when_all_are_selected) {
    ReadPlan plan;
    SelectItem star;
    star.kind = SelectItem::Kind::star;
    SelectItem named;
    named.field.name = "x";
    plan.columns = {named, star};
    EXPECT_EQ(needed_columns(plan), std::vector<std::string>{"*"});
    plan.columns = {named};
    EXPECT_EQ(needed_columns(plan), std::vector<std::string>{"x"});
}

}  // namespace
}  // namespace torale::rest::testing
