#include <gtest/gtest.h>

#include "render_read_rows.hpp"

namespace torale::rest::testing {
namespace {

const std::vector<SqlRow> lists{
    // select lists: bare names stay, everything else is named
    {"films", "", R"q(SELECT "t0".* FROM "api"."films" AS "t0")q", {}},
    {"films", "select=*", R"q(SELECT "t0".* FROM "api"."films" AS "t0")q", {}},
    {"films",
     "select=id,title",
     R"q(SELECT "t0"."id", "t0"."title" FROM "api"."films" AS "t0")q",
     {}},
    {"films", "select=*,id", R"q(SELECT "t0".*, "t0"."id" FROM "api"."films" AS "t0")q", {}},
    {"films",
     "select=t:title,\"y z\":year",
     R"q(SELECT "t0"."title" AS "t", "t0"."year" AS "y z" FROM "api"."films" AS "t0")q",
     {}},
    {"films",
     "select=id::text,n:id::double precision",
     R"q(SELECT CAST("t0"."id" AS text) AS "id", CAST("t0"."id" AS double precision) AS "n"
         FROM "api"."films" AS "t0")q",
     {}},
    {"films",
     "select=data->a,data->>a,data->a->0,data->3,x:data->b",
     R"q(SELECT "t0"."data"->$1::text AS "a", "t0"."data"->>$2::text AS "a",
         "t0"."data"->$3::text->$4::int AS "a", "t0"."data"->$5::int AS "data",
         "t0"."data"->$6::text AS "x" FROM "api"."films" AS "t0")q",
     {"a", "a", "a", "0", "3", "b"}},
    {"films",
     "select=tags->0,title->>a::text",
     R"q(SELECT to_jsonb("t0"."tags")->$1::int AS "tags",
         CAST(to_jsonb("t0"."title")->>$2::text AS text) AS "a" FROM "api"."films" AS "t0")q",
     {"0", "a"}},
    {"films",
     "select=full_name,id",
     R"q(SELECT "t0"."full_name", "t0"."id" FROM "api"."films" AS "t0")q",
     {}},
    {"films", "select=", R"q(SELECT FROM "api"."films" AS "t0")q", {}},
    {"films", "select=id,id", R"q(SELECT "t0"."id", "t0"."id" FROM "api"."films" AS "t0")q", {}},
    {"Odd \"Table\".x",
     "select=The Id,\"a\\\"b\",parent-id",
     R"q(SELECT "t0"."The Id", "t0"."a""b", "t0"."parent-id" FROM "api"."Odd ""Table"".x" AS
         "t0")q",
     {}},
    // order and range
    {"films", "order=id", R"q(SELECT "t0".* FROM "api"."films" AS "t0" ORDER BY "t0"."id")q", {}},
    {"films",
     "order=year.desc.nullslast,title.asc,data->>a.nullsfirst",
     R"q(SELECT "t0".* FROM "api"."films" AS "t0" ORDER BY "t0"."year" DESC NULLS LAST,
         "t0"."title" ASC, "t0"."data"->>$1::text NULLS FIRST)q",
     {"a"}},
    {"films",
     "order=full_name.desc&select=id",
     R"q(SELECT "t0"."id" FROM "api"."films" AS "t0" ORDER BY "t0"."full_name" DESC)q",
     {}},
    {"films", "limit=10", R"q(SELECT "t0".* FROM "api"."films" AS "t0" LIMIT 10)q", {}},
    {"films",
     "limit=10&offset=20",
     R"q(SELECT "t0".* FROM "api"."films" AS "t0" LIMIT 10 OFFSET $1)q",
     {"20"}},
    {"films", "limit=0", R"q(SELECT "t0".* FROM "api"."films" AS "t0" LIMIT 0)q", {}},
    {"films", "offset=5", R"q(SELECT "t0".* FROM "api"."films" AS "t0" OFFSET $1)q", {"5"}},
};

TEST(render_read, writes_select_lists_orders_and_ranges) {
    expect_sql(lists, render_read);
}

const std::vector<SqlRow> spreads{
    // spreads
    {"films",
     "select=title,...directors(director:name,born)",
     R"q(SELECT "t0"."title", "e1"."c0" AS "director", "e1"."c1" AS "born" FROM "api"."films"
         AS "t0" LEFT JOIN LATERAL (SELECT "t1"."name" AS "c0", "t1"."born" AS "c1" FROM
         "api"."directors" AS "t1" WHERE "t1"."id" = "t0"."director_id") AS "e1" ON true)q",
     {}},
    {"films",
     "select=...directors(*)",
     R"q(SELECT "e1"."c0" AS "id", "e1"."c1" AS "name", "e1"."c2" AS "born" FROM
         "api"."films" AS "t0" LEFT JOIN LATERAL (SELECT "t1"."id" AS "c0", "t1"."name" AS
         "c1", "t1"."born" AS "c2" FROM "api"."directors" AS "t1" WHERE "t1"."id" =
         "t0"."director_id") AS "e1" ON true)q",
     {}},
    {"films",
     "select=...directors(name,films(title))",
     R"q(SELECT "e1"."c0" AS "name", "e1"."c1" AS "films" FROM "api"."films" AS "t0" LEFT
         JOIN LATERAL (SELECT "t1"."name" AS "c0", (SELECT coalesce(json_agg("r2".*), '[]')
         FROM (SELECT "t2"."title" FROM "api"."films" AS "t2" WHERE "t2"."director_id" =
         "t1"."id") AS "r2") AS "c1" FROM "api"."directors" AS "t1" WHERE "t1"."id" =
         "t0"."director_id") AS "e1" ON true)q",
     {}},
    {"scripts",
     "select=body,...films(title,...directors(name))",
     R"q(SELECT "t0"."body", "e1"."c0" AS "title", "e1"."c1" AS "name" FROM "api"."scripts"
         AS "t0" LEFT JOIN LATERAL (SELECT "t1"."title" AS "c0", "e2"."c0" AS "c1" FROM
         "api"."films" AS "t1" LEFT JOIN LATERAL (SELECT "t2"."name" AS "c0" FROM
         "api"."directors" AS "t2" WHERE "t2"."id" = "t1"."director_id") AS "e2" ON true
         WHERE "t1"."id" = "t0"."film_id") AS "e1" ON true)q",
     {}},
    {"directors",
     "select=name,...films(title,t:year)&films.order=year",
     R"q(SELECT "t0"."name", coalesce("e1"."c0", '[]') AS "title", coalesce("e1"."c1", '[]')
         AS "t" FROM "api"."directors" AS "t0" LEFT JOIN LATERAL (SELECT json_agg("r1"."c0")
         AS "c0", json_agg("r1"."c1") AS "c1" FROM (SELECT "t1"."title" AS "c0", "t1"."year"
         AS "c1" FROM "api"."films" AS "t1" WHERE "t1"."director_id" = "t0"."id" ORDER BY
         "t1"."year") AS "r1") AS "e1" ON true)q",
     {}},
    {"directors",
     "select=name,...films(title,...scripts(body),roles(part))",
     R"q(SELECT "t0"."name", coalesce("e1"."c0", '[]') AS "title", coalesce("e1"."c1", '[]')
         AS "body", coalesce("e1"."c2", '[]') AS "roles" FROM "api"."directors" AS "t0" LEFT
         JOIN LATERAL (SELECT json_agg("r1"."c0") AS "c0", json_agg("r1"."c1") AS "c1",
         json_agg("r1"."c2") AS "c2" FROM (SELECT "t1"."title" AS "c0", "e2"."c0" AS "c1",
         (SELECT coalesce(json_agg("r3".*), '[]') FROM (SELECT "t3"."part" FROM "api"."roles"
         AS "t3" WHERE "t3"."film_id" = "t1"."id") AS "r3") AS "c2" FROM "api"."films" AS
         "t1" LEFT JOIN LATERAL (SELECT "t2"."body" AS "c0" FROM "api"."scripts" AS "t2"
         WHERE "t2"."film_id" = "t1"."id") AS "e2" ON true WHERE "t1"."director_id" =
         "t0"."id") AS "r1") AS "e1" ON true)q",
     {}},
    {"films",
     "select=title,...directors()",
     R"q(SELECT "t0"."title" FROM "api"."films" AS "t0")q",
     {}},
};

TEST(render_read, lifts_what_spreads_select) {
    expect_sql(spreads, render_read);
}

const std::vector<SqlRow> aggregates{
    // aggregates
    {"films", "select=count()", R"q(SELECT count(*) AS "count" FROM "api"."films" AS "t0")q", {}},
    {"films", "select=n:count()", R"q(SELECT count(*) AS "n" FROM "api"."films" AS "t0")q", {}},
    {"films",
     "select=year,id.count(),x:id.max()",
     R"q(SELECT "t0"."year", count("t0"."id") AS "count", max("t0"."id") AS "x" FROM
         "api"."films" AS "t0" GROUP BY 1)q",
     {}},
    {"films",
     "select=year::text,data->n.sum(),data->>m.min()",
     R"q(SELECT CAST("t0"."year" AS text) AS "year", sum("t0"."data"->$1::text) AS "sum",
         min("t0"."data"->>$2::text) AS "min" FROM "api"."films" AS "t0" GROUP BY 1)q",
     {"n", "m"}},
    {"films",
     "select=id::numeric.avg()::text",
     R"q(SELECT CAST(avg(CAST("t0"."id" AS numeric)) AS text) AS "avg" FROM "api"."films" AS
         "t0")q",
     {}},
    {"films",
     "select=*,count()",
     R"q(SELECT "t0"."id", "t0"."title", "t0"."year", "t0"."director_id", "t0"."data",
         "t0"."tags", "t0"."words", "t0"."shown", count(*) AS "count" FROM "api"."films" AS
         "t0" GROUP BY 1, 2, 3, 4, 5, 6, 7, 8)q",
     {}},
    {"films",
     "select=directors(name),count()",
     R"q(SELECT count(*) AS "count", row_to_json("e1".*)::jsonb AS "directors" FROM
         "api"."films" AS "t0" LEFT JOIN LATERAL (SELECT "t1"."name" FROM "api"."directors"
         AS "t1" WHERE "t1"."id" = "t0"."director_id") AS "e1" ON true GROUP BY 2)q",
     {}},
    {"directors",
     "select=name,films(year.sum(),title)",
     R"q(SELECT "t0"."name", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         sum("t1"."year") AS "sum", "t1"."title" FROM "api"."films" AS "t1" WHERE
         "t1"."director_id" = "t0"."id" GROUP BY 2) AS "r1") AS "films" FROM
         "api"."directors" AS "t0")q",
     {}},
    {"films",
     "select=year.max(),...directors(name)",
     R"q(SELECT max("t0"."year") AS "max", "e1"."c0" AS "name" FROM "api"."films" AS "t0"
         LEFT JOIN LATERAL (SELECT "t1"."name" AS "c0" FROM "api"."directors" AS "t1" WHERE
         "t1"."id" = "t0"."director_id") AS "e1" ON true GROUP BY 2)q",
     {}},
    {"films",
     "select=title.count(),...directors(name,born.max(),count())",
     R"q(SELECT count("t0"."title") AS "count", "e1"."c0" AS "name", max("e1"."c1") AS "max",
         count("e1"."c2") AS "count" FROM "api"."films" AS "t0" LEFT JOIN LATERAL (SELECT
         "t1"."name" AS "c0", "t1"."born" AS "c1", 1 AS "c2" FROM "api"."directors" AS "t1"
         WHERE "t1"."id" = "t0"."director_id") AS "e1" ON true GROUP BY 2)q",
     {}},
    {"scripts",
     "select=...films(year.sum(),...directors(name))",
     R"q(SELECT sum("e1"."c0") AS "sum", "e1"."c1" AS "name" FROM "api"."scripts" AS "t0"
         LEFT JOIN LATERAL (SELECT "t1"."year" AS "c0", "e2"."c0" AS "c1" FROM "api"."films"
         AS "t1" LEFT JOIN LATERAL (SELECT "t2"."name" AS "c0" FROM "api"."directors" AS "t2"
         WHERE "t2"."id" = "t1"."director_id") AS "e2" ON true WHERE "t1"."id" =
         "t0"."film_id") AS "e1" ON true GROUP BY 2)q",
     {}},
};

TEST(render_read, groups_by_what_is_no_aggregate) {
    expect_sql(aggregates, render_read);
}

const std::vector<SqlRow> from_cte{
    {"films",
     "",
     R"q(SELECT "t0"."id", "t0"."title", "t0"."year", "t0"."director_id", "t0"."data",
         "t0"."tags", "t0"."words", "t0"."shown" FROM "_written" AS "t0")q",
     {}},
    {"films",
     "select=id,full_name",
     R"q(SELECT "t0"."id", "t0"."full_name" FROM "_written" AS "t0")q",
     {}},
    {"films",
     "select=title,directors(name)&id=eq.1&order=id&limit=3",
     R"q(SELECT "t0"."title", row_to_json("e1".*) AS "directors" FROM "_written" AS "t0" LEFT
         JOIN LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE "t1"."id" =
         "t0"."director_id") AS "e1" ON true WHERE "t0"."id" = $1 ORDER BY "t0"."id" LIMIT 3)q",
     {"1"}},
    {"directors",
     "select=name,films(title)",
     R"q(SELECT "t0"."name", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."title" FROM "api"."films" AS "t1" WHERE "t1"."director_id" = "t0"."id") AS
         "r1") AS "films" FROM "_written" AS "t0")q",
     {}},
    {"directors",
     "select=best_film(title)",
     R"q(SELECT row_to_json("e1".*) AS "best_film" FROM "_written" AS "t0" LEFT JOIN LATERAL
         (SELECT "t1"."title" FROM "api"."best_film"(ROW("t0"."id", "t0"."name",
         "t0"."born")::"api"."directors") AS "t1" WHERE NOT ("t1".* IS NULL)) AS "e1" ON true)q",
     {}},
    {"directors",
     "select=colleagues!inner(best_film(title))",
     R"q(SELECT (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT row_to_json("e2".*) AS
         "best_film" FROM "api"."colleagues"(ROW("t0"."id", "t0"."name",
         "t0"."born")::"api"."directors") AS "t1" LEFT JOIN LATERAL (SELECT "t2"."title" FROM
         "api"."best_film"("t1".*) AS "t2" WHERE NOT ("t2".* IS NULL)) AS "e2" ON true) AS
         "r1") AS "colleagues" FROM "_written" AS "t0" WHERE EXISTS (SELECT 1 FROM
         "api"."colleagues"(ROW("t0"."id", "t0"."name", "t0"."born")::"api"."directors") AS
         "t3"))q",
     {}},
    {"staff",
     "select=name,staff(name)",
     R"q(SELECT "t0"."name", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."name" FROM "api"."staff" AS "t1" WHERE "t1"."boss_id" = "t0"."id") AS "r1") AS
         "staff" FROM "_written" AS "t0")q",
     {}},
    {"films",
     "select=actors(name),count()",
     R"q(SELECT count(*) AS "count", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."name" FROM "api"."actors" AS "t1" INNER JOIN "api"."roles" AS "j1" ON
         "t1"."id" = "j1"."actor_id" WHERE "j1"."film_id" = "t0"."id") AS "r1")::jsonb AS
         "actors" FROM "_written" AS "t0" GROUP BY 2)q",
     {}},
};

TEST(render_read, reads_the_root_from_a_cte) {
    expect_sql(from_cte, render_read, "_written");
}

TEST(render_read, knows_nothing_of_the_columns_of_rows_without_a_relation) {
    ReadPlan plan;
    plan.from_cte = "_called";
    SelectItem star;
    star.kind = SelectItem::Kind::star;
    SelectItem path;
    path.field = {"x", {{true, false, "a"}}};
    plan.columns = {star, path};
    SqlWriter out;
    render_read(out, plan);
    EXPECT_EQ(out.take().sql,
              R"q(SELECT "t0".*, to_jsonb("t0"."x")->>$1::text AS "a" FROM "_called" AS "t0")q");
}

}  // namespace
}  // namespace torale::rest::testing
