#include "rest/read_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render_read_rows.hpp"

namespace torale::rest::testing {
namespace {

using ::testing::ElementsAre;

// "key:relation(inner parts)" of each node, "!" when inner, "..." when a spread.
std::string outline(const ReadPlan& node) {
    std::string text;
    for (const SelectItem& item : node.columns) {
        if (!text.empty()) text += ",";
        text += item.kind == SelectItem::Kind::star ? "*" : item.field.name;
    }
    for (const ReadPlan& embed : node.embeds) {
        if (!text.empty()) text += ",";
        if (embed.is_spread) text += "...";
        text += embed.key + ":" + embed.relation->name.name;
        if (embed.join == Join::inner) text += "!";
        text += "(" + outline(embed) + ")";
    }
    return text;
}

struct Row {
    const char* relation;
    const char* query;
    const char* outline;
};

const std::vector<Row> rows{
    {"films", "", "*"},
    {"films", "select=", ""},
    {"films", "select=directors(*),id", "id,directors:directors(*)"},
    {"films", "select=d:directors!inner(name)", "d:directors!(name)"},
    {"films", "select=director_id!left(name)", "director_id:directors(name)"},
    {"films", "select=...directors(name,films())", "...directors:directors(name,films:films())"},
    {"staff", "select=boss_id(boss_id(name)),staff(staff(name))",
     "boss_id:staff(boss_id:staff(name)),staff:staff(staff:staff(name))"},
    {"films", "select=actors!roles!inner(name)", "actors:actors!(name)"},
    {"directors", "select=best_film(id),c:colleagues(id)", "best_film:films(id),c:directors(id)"},
};

TEST(plan_read, makes_a_tree_of_the_select) {
    const Schema schema = film_schema();
    for (const Row& row : rows) {
        const Result<ReadPlan> plan = plan_of(schema, row.relation, row.query);
        ASSERT_TRUE(plan.ok()) << row.query << ": " << plan.error().message;
        EXPECT_EQ(outline(*plan), row.outline) << row.query;
        EXPECT_EQ(plan->relation->name.name, row.relation);
    }
}

struct Refusal {
    const char* relation;
    const char* query;
    int status;
    const char* code;
    const char* message;
    const char* details;
    const char* hint;
};

const std::vector<Refusal> refusals{
    {"films", "select=nobody(id)", 400, "PGRST200",
     "Could not find a relationship between 'films' and 'nobody' in the schema cache",
     "Searched for a foreign key relationship between 'films' and 'nobody' in the schema 'api', "
     "but no matches were found.",
     ""},
    {"films", "select=directors(zzz(id))", 400, "PGRST200",
     "Could not find a relationship between 'directors' and 'zzz' in the schema cache",
     "Searched for a foreign key relationship between 'directors' and 'zzz' in the schema "
     "'api', but no matches were found.",
     ""},
    {"films", "select=directors!nope(id)", 400, "PGRST200",
     "Could not find a relationship between 'films' and 'directors' in the schema cache",
     "Searched for a foreign key relationship between 'films' and 'directors' using the hint "
     "'nope' in the schema 'api', but no matches were found.",
     ""},
    {"films", "select=id.sum()", 400, "PGRST123", "Use of aggregate functions is not allowed", "",
     ""},
    {"films", "select=directors(films(count()))", 400, "PGRST123",
     "Use of aggregate functions is not allowed", "", ""},
    {"films", "nope.title=eq.1", 400, "PGRST108",
     "'nope' is not an embedded resource in this request", "",
     "Verify that 'nope' is included in the 'select' query parameter."},
    {"films", "select=directors(id)&directors.films.id=eq.1", 400, "PGRST108",
     "'films' is not an embedded resource in this request", "",
     "Verify that 'films' is included in the 'select' query parameter."},
    {"films", "directors.order=id", 400, "PGRST108",
     "'directors' is not an embedded resource in this request", "",
     "Verify that 'directors' is included in the 'select' query parameter."},
    {"films", "directors.limit=1", 400, "PGRST108",
     "'directors' is not an embedded resource in this request", "",
     "Verify that 'directors' is included in the 'select' query parameter."},
    {"films", "directors.or=(id.eq.1,id.eq.2)", 400, "PGRST108",
     "'directors' is not an embedded resource in this request", "",
     "Verify that 'directors' is included in the 'select' query parameter."},
    {"films", "order=directors(name)", 400, "PGRST108",
     "'directors' is not an embedded resource in this request", "",
     "Verify that 'directors' is included in the 'select' query parameter."},
    {"directors", "select=films(id)&order=films(title)", 400, "PGRST118",
     "A related order on 'films' is not possible",
     "'directors' and 'films' do not form a many-to-one or one-to-one relationship", ""},
    {"films", "select=a:actors(id)&order=a(name)", 400, "PGRST118",
     "A related order on 'a' is not possible",
     "'films' and 'a' do not form a many-to-one or one-to-one relationship", ""},
    {"films", "limit=-1", 416, "PGRST103", "Requested range not satisfiable",
     "Limit should be greater than or equal to zero.", ""},
};

TEST(plan_read, refuses_in_the_words_of_postgrest) {
    const Schema schema = film_schema();
    for (const Refusal& row : refusals) {
        const Result<ReadPlan> plan = plan_of(schema, row.relation, row.query);
        ASSERT_FALSE(plan.ok()) << row.query;
        const Failure& failure = plan.error();
        EXPECT_EQ(failure.status, row.status) << row.query;
        EXPECT_EQ(failure.code, row.code) << row.query;
        EXPECT_EQ(failure.message, row.message) << row.query;
        EXPECT_EQ(failure.details, row.details) << row.query;
        EXPECT_EQ(failure.hint, row.hint) << row.query;
    }
}

TEST(plan_read, refuses_ambiguous_embeds) {
    const Result<ReadPlan> plan = plan_of(film_schema(), "trips", "select=places(city)");
    ASSERT_FALSE(plan.ok());
    EXPECT_EQ(plan.error().code, "PGRST201");
    EXPECT_EQ(plan.error().status, 300);
}

TEST(plan_read, refuses_aggregates_in_spreads_of_many) {
    const Schema schema = film_schema();
    ReadWishes wishes;
    wishes.aggregates_enabled = true;
    for (const char* query : {"select=...films(year.max())", "select=...films(...scripts(count()))",
                              "select=best_film(...actors(id.max()))"}) {
        const Result<ReadPlan> plan = plan_of(schema, "directors", query, wishes);
        ASSERT_FALSE(plan.ok()) << query;
        EXPECT_EQ(plan.error().code, "PGRST127");
        EXPECT_EQ(plan.error().message, "Feature not implemented");
        EXPECT_EQ(plan.error().details,
                  "Aggregates are not implemented for one-to-many or many-to-many spreads.");
    }
    EXPECT_TRUE(plan_of(schema, "directors", "select=...films(roles(count()))", wishes).ok());
}

TEST(plan_read, refuses_casts_to_what_is_no_name) {
    const Schema schema = film_schema();
    Query query;
    query.select.resize(1);
    query.select[0].field.name = "id";
    for (std::string SelectItem::*cast : {&SelectItem::cast, &SelectItem::aggregate_cast}) {
        for (const char* type : {"$$", "text) FROM x --", "1"}) {
            Query wrong = query;
            wrong.select[0].*cast = type;
            const auto plan =
                plan_read(schema, schema.find_relation({"api", "films"}), "api", wrong, {});
            ASSERT_FALSE(plan.ok()) << type;
            EXPECT_EQ(plan.error().code, "PGRST100");
        }
    }
}

TEST(plan_read, embeds_nothing_in_rows_without_a_relation) {
    const Schema schema = film_schema();
    Query query;
    query.select.resize(1);
    query.select[0].kind = SelectItem::Kind::embed;
    query.select[0].target = "films";
    ReadWishes wishes;
    wishes.origin_name = "my_function";
    const Result<ReadPlan> plan = plan_read(schema, nullptr, "api", query, wishes);
    ASSERT_FALSE(plan.ok());
    EXPECT_EQ(plan.error().message,
              "Could not find a relationship between 'my_function' and 'films' in the schema "
              "cache");
    query.select[0].kind = SelectItem::Kind::star;
    EXPECT_TRUE(plan_read(schema, nullptr, "api", query, wishes).ok());
}

TEST(plan_read, bounds_what_one_request_may_embed) {
    const Schema schema = film_schema();
    std::string select = "select=id";
    for (int i = 0; i < 40; i++) select += ",d" + std::to_string(i) + ":directors()";
    EXPECT_TRUE(plan_of(schema, "films", select).ok());
    std::string order = "&order=d0(name)";
    for (int i = 1; i < 30; i++) order += ",d0(name)";
    const Result<ReadPlan> plan = plan_of(schema, "films", select + order);
    ASSERT_FALSE(plan.ok());
    EXPECT_EQ(plan.error().code, "PGRST100");
    EXPECT_EQ(plan.error().status, 400);
}

}  // namespace
}  // namespace torale::rest::testing
