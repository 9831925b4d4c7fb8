#include <gtest/gtest.h>

#include "render_read_rows.hpp"

namespace torale::rest::testing {
namespace {

const std::vector<SqlRow> conditions{
    // operators
    {"films", "id=eq.1", R"q("t"."id" = $1)q", {"1"}},
    {"films", "id=neq.1", R"q("t"."id" <> $1)q", {"1"}},
    {"films", "id=gt.1", R"q("t"."id" > $1)q", {"1"}},
    {"films", "id=gte.1", R"q("t"."id" >= $1)q", {"1"}},
    {"films", "id=lt.1", R"q("t"."id" < $1)q", {"1"}},
    {"films", "id=lte.1", R"q("t"."id" <= $1)q", {"1"}},
    {"films", "title=like.*a_b*", R"q("t"."title" LIKE $1)q", {"%a_b%"}},
    {"films", "title=ilike.A*", R"q("t"."title" ILIKE $1)q", {"A%"}},
    {"films", "title=match.^a", R"q("t"."title" ~ $1)q", {"^a"}},
    {"films", "title=imatch.^a", R"q("t"."title" ~* $1)q", {"^a"}},
    {"films", "year=isdistinct.3", R"q("t"."year" IS DISTINCT FROM $1)q", {"3"}},
    {"films", "tags=cs.{a,b}", R"q("t"."tags" @> $1)q", {"{a,b}"}},
    {"films", "data=cs.{\"a\":1}", R"q("t"."data" @> $1)q", {"{\"a\":1}"}},
    {"films", "tags=cd.{a}", R"q("t"."tags" <@ $1)q", {"{a}"}},
    {"films", "tags=ov.{a}", R"q("t"."tags" && $1)q", {"{a}"}},
    {"films", "shown=ov.[1,5)", R"q("t"."shown" && $1)q", {"[1,5)"}},
    {"films", "shown=sl.[1,5)", R"q("t"."shown" << $1)q", {"[1,5)"}},
    {"films", "shown=sr.[1,5)", R"q("t"."shown" >> $1)q", {"[1,5)"}},
    {"films", "shown=nxr.[1,5)", R"q("t"."shown" &< $1)q", {"[1,5)"}},
    {"films", "shown=nxl.[1,5)", R"q("t"."shown" &> $1)q", {"[1,5)"}},
    {"films", "shown=adj.[1,5)", R"q("t"."shown" -|- $1)q", {"[1,5)"}},
    // negation
    {"films", "id=not.eq.1", R"q(NOT ("t"."id" = $1))q", {"1"}},
    {"films", "title=not.like.a*", R"q(NOT ("t"."title" LIKE $1))q", {"a%"}},
    {"films", "title=not.is.null", R"q(NOT ("t"."title" IS NULL))q", {}},
    {"films", "tags=not.cs.{a}", R"q(NOT ("t"."tags" @> $1))q", {"{a}"}},
    // is
    {"films", "title=is.null", R"q("t"."title" IS NULL)q", {}},
    {"films", "title=is.not_null", R"q("t"."title" IS NOT NULL)q", {}},
    {"films", "title=is.TRUE", R"q("t"."title" IS TRUE)q", {}},
    {"films", "title=is.false", R"q("t"."title" IS FALSE)q", {}},
    {"films", "title=is.unknown", R"q("t"."title" IS UNKNOWN)q", {}},
    // in: an array literal of quoted elements
    {"films", "id=in.(1,2,3)", R"q("t"."id" = ANY($1))q", {"{\"1\",\"2\",\"3\"}"}},
    {"films", "id=not.in.(1)", R"q(NOT ("t"."id" = ANY($1)))q", {"{\"1\"}"}},
    {"films", "id=in.()", R"q("t"."id" = ANY($1))q", {"{}"}},
    {"films", "id=in.(\"\")", R"q("t"."id" = ANY($1))q", {"{}"}},
    {"films",
     "title=in.(null,NULL,a b)",
     R"q("t"."title" = ANY($1))q",
     {"{\"null\",\"NULL\",\"a b\"}"}},
    {"films",
     "title=in.(\"a,b\",\"c)d\",e\"f,g\\h)",
     R"q("t"."title" = ANY($1))q",
     {"{\"a,b\",\"c)d\",\"e\\\"f\",\"g\\\\h\"}"}},
    {"films",
     "title=in.(\"quo\\\"te\",\"back\\\\slash\")",
     R"q("t"."title" = ANY($1))q",
     {"{\"quo\\\"te\",\"back\\\\slash\"}"}},
    {"films", "title=in.({x},',--)", R"q("t"."title" = ANY($1))q", {"{\"{x}\",\"'\",\"--\"}"}},
    // any and all: the client's array literal
    {"films", "id=eq(any).{1,2}", R"q("t"."id" = ANY($1))q", {"{1,2}"}},
    {"films", "title=like(all).{a*,*b}", R"q("t"."title" LIKE ALL($1))q", {"{a%,%b}"}},
    {"films", "title=ilike(any).{a*}", R"q("t"."title" ILIKE ANY($1))q", {"{a%}"}},
    {"films", "year=gt(all).{1,2}", R"q("t"."year" > ALL($1))q", {"{1,2}"}},
    {"films", "title=match(any).{^a,b$}", R"q("t"."title" ~ ANY($1))q", {"{^a,b$}"}},
    {"films", "year=not.lte(any).{1}", R"q(NOT ("t"."year" <= ANY($1)))q", {"{1}"}},
    // values go through as they are
    {"films", "title=eq.", R"q("t"."title" = $1)q", {""}},
    {"films", "title=eq.a.b,c)", R"q("t"."title" = $1)q", {"a.b,c)"}},
    {"films",
     "title=eq.'; DROP TABLE films; --",
     R"q("t"."title" = $1)q",
     {"'; DROP TABLE films; --"}},
    {"films", "title=eq.$1 \"x\" \\", R"q("t"."title" = $1)q", {"$1 \"x\" \\"}},
    {"films", "title=eq.null", R"q("t"."title" = $1)q", {"null"}},
    // full text
    {"films",
     "title=fts.cat%26rat",
     R"q(to_tsvector("t"."title") @@ to_tsquery($1))q",
     {"cat&rat"}},
    {"films",
     "title=plfts.fat cat",
     R"q(to_tsvector("t"."title") @@ plainto_tsquery($1))q",
     {"fat cat"}},
    {"films",
     "title=phfts(english).fat cat",
     R"q(to_tsvector($1::regconfig, "t"."title") @@ phraseto_tsquery($2::regconfig, $3))q",
     {"english", "english", "fat cat"}},
    {"films",
     "title=wfts(german).fat or -cat",
     R"q(to_tsvector($1::regconfig, "t"."title") @@ websearch_to_tsquery($2::regconfig, $3))q",
     {"german", "german", "fat or -cat"}},
    {"films", "words=fts.cat", R"q("t"."words" @@ to_tsquery($1))q", {"cat"}},
    {"films",
     "words=wfts(english).cat",
     R"q("t"."words" @@ websearch_to_tsquery($1::regconfig, $2))q",
     {"english", "cat"}},
    {"films", "data=fts.cat", R"q(to_tsvector("t"."data") @@ to_tsquery($1))q", {"cat"}},
    {"films",
     "data->>x=fts(simple).cat",
     R"q(to_tsvector($1::regconfig, "t"."data"->>$2::text) @@ to_tsquery($3::regconfig, $4))q",
     {"simple", "x", "simple", "cat"}},
    {"films",
     "title=not.fts.cat",
     R"q(NOT (to_tsvector("t"."title") @@ to_tsquery($1)))q",
     {"cat"}},
    // json: a key is text, an index a number; what is not json is converted
    {"films", "data->a=eq.1", R"q("t"."data"->$1::text = $2)q", {"a", "1"}},
    {"films", "data->>a=gt.20", R"q("t"."data"->>$1::text > $2)q", {"a", "20"}},
    {"films", "data->a->>b=is.null", R"q("t"."data"->$1::text->>$2::text IS NULL)q", {"a", "b"}},
    {"films", "data->0=eq.1", R"q("t"."data"->$1::int = $2)q", {"0", "1"}},
    {"films",
     "data->-1->>x=in.(1,2)",
     R"q("t"."data"->$1::int->>$2::text = ANY($3))q",
     {"-1", "x", "{\"1\",\"2\"}"}},
    {"films",
     "data->\"a b\"->>'c'=eq.1",
     R"q("t"."data"->$1::text->>$2::text = $3)q",
     {"a b", "'c'", "1"}},
    {"films", "tags->>0=eq.a", R"q(to_jsonb("t"."tags")->>$1::int = $2)q", {"0", "a"}},
    {"films", "title->a=eq.1", R"q(to_jsonb("t"."title")->$1::text = $2)q", {"a", "1"}},
    // computed fields and unknown columns pass through, quoted
    {"films", "full_name=eq.x", R"q("t"."full_name" = $1)q", {"x"}},
    {"films", "\"no\\\" such\"=eq.x", R"q("t"."no"" such" = $1)q", {"x"}},
    {"films", "\"a.b\"=like.x", R"q("t"."a.b" LIKE $1)q", {"x"}},
    {"Odd \"Table\".x",
     "The Id=eq.1&\"a\\\"b\"=neq.x&parent-id=is.null",
     R"q("t"."The Id" = $1 AND "t"."a""b" <> $2 AND "t"."parent-id" IS NULL)q",
     {"1", "x"}},
    // trees
    {"films", "or=(id.eq.1,id.eq.2)", R"q(("t"."id" = $1 OR "t"."id" = $2))q", {"1", "2"}},
    {"films", "and=(id.eq.1,title.is.null)", R"q(("t"."id" = $1 AND "t"."title" IS NULL))q", {"1"}},
    {"films", "not.or=(id.eq.1,id.eq.2)", R"q(NOT ("t"."id" = $1 OR "t"."id" = $2))q", {"1", "2"}},
    {"films",
     "or=(id.eq.1,and(year.gt.2,not.or(title.is.null,id.in.(1,2))))",
     R"q(("t"."id" = $1 OR ("t"."year" > $2 AND NOT ("t"."title" IS NULL OR "t"."id" =
         ANY($3)))))q",
     {"1", "2", "{\"1\",\"2\"}"}},
    {"films",
     "or=(title.not.eq.a,not.and(id.eq.1,year.eq.2))",
     R"q((NOT ("t"."title" = $1) OR NOT ("t"."id" = $2 AND "t"."year" = $3)))q",
     {"a", "1", "2"}},
    {"films",
     "or=(title.eq.\"a,b)\",tags.cs.{a,b},shown.ov.\"[1,5)\")",
     R"q(("t"."title" = $1 OR "t"."tags" @> $2 OR "t"."shown" && $3))q",
     {"a,b)", "{a,b}", "[1,5)"}},
    {"films",
     "or=(id.eq.1)&or=(id.eq.2)&id=gt.0",
     R"q(("t"."id" = $1) AND ("t"."id" = $2) AND "t"."id" > $3)q",
     {"1", "2", "0"}},
    {"films",
     "or=(title.wfts(english).a,data->>x.eq.1)",
     R"q((to_tsvector($1::regconfig, "t"."title") @@ websearch_to_tsquery($2::regconfig, $3)
         OR "t"."data"->>$4::text = $5))q",
     {"english", "english", "a", "x", "1"}},
};

void render_root_conditions(SqlWriter& out, const ReadPlan& plan) {
    render_conditions(out, plan.relation, "t", plan.conditions);
}

TEST(render_conditions, writes_every_operator_with_its_value_as_a_parameter) {
    expect_sql(conditions, render_root_conditions);
}

TEST(render_conditions, says_true_when_there_are_none) {
    SqlWriter out;
    render_conditions(out, nullptr, "t", {});
    EXPECT_EQ(out.take().sql, "true");
}

TEST(render_conditions, gives_empty_trees_their_neutral_value) {
    Condition all;
    all.kind = Condition::Kind::all;
    Condition none;
    none.kind = Condition::Kind::any;
    none.is_negated = true;
    SqlWriter out;
    render_conditions(out, nullptr, "t", {all, none});
    EXPECT_EQ(out.take().sql, "(true) AND NOT (false)");
}

TEST(render_conditions, quotes_the_alias_and_converts_what_it_does_not_know) {
    Condition condition;
    condition.filter.field = {"x", {{false, true, "0"}}};
    condition.filter.value = "1";
    SqlWriter out;
    render_conditions(out, nullptr, "a\"b", {condition});
    EXPECT_EQ(out.take().sql, R"q(to_jsonb("a""b"."x")->$1::int = $2)q");
}

}  // namespace
}  // namespace torale::rest::testing
