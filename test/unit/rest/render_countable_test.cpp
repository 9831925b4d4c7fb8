#include <gtest/gtest.h>

#include "render_read_rows.hpp"

namespace torale::rest::testing {
namespace {

const std::vector<SqlRow> inner_embeds{
    {"films",
     "select=title,directors!inner(name)&directors.name=eq.Lynch",
     R"q(SELECT "t0"."title", row_to_json("e1".*) AS "directors" FROM "api"."films" AS "t0"
         INNER JOIN LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE
         "t1"."id" = "t0"."director_id" AND "t1"."name" = $1) AS "e1" ON true)q",
     {"Lynch"}},
    {"directors",
     "select=name,films!inner(title)&films.year=gt.2000",
     R"q(SELECT "t0"."name", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."title" FROM "api"."films" AS "t1" WHERE "t1"."director_id" = "t0"."id" AND
         "t1"."year" > $1) AS "r1") AS "films" FROM "api"."directors" AS "t0" WHERE EXISTS
         (SELECT 1 FROM "api"."films" AS "t2" WHERE "t2"."director_id" = "t0"."id" AND
         "t2"."year" > $2))q",
     {"2000", "2000"}},
    {"films",
     "select=title,actors!inner(name)",
     R"q(SELECT "t0"."title", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."name" FROM "api"."actors" AS "t1" INNER JOIN "api"."roles" AS "j1" ON
         "t1"."id" = "j1"."actor_id" WHERE "j1"."film_id" = "t0"."id") AS "r1") AS "actors"
         FROM "api"."films" AS "t0" WHERE EXISTS (SELECT 1 FROM "api"."actors" AS "t2" INNER
         JOIN "api"."roles" AS "j2" ON "t2"."id" = "j2"."actor_id" WHERE "j2"."film_id" =
         "t0"."id"))q",
     {}},
    {"films",
     "select=title,directors!inner()&directors.name=eq.x",
     R"q(SELECT "t0"."title" FROM "api"."films" AS "t0" WHERE EXISTS (SELECT 1 FROM
         "api"."directors" AS "t2" WHERE "t2"."id" = "t0"."director_id" AND "t2"."name" = $1))q",
     {"x"}},
    {"directors",
     "select=name,films!inner()&films.id=eq.1",
     R"q(SELECT "t0"."name" FROM "api"."directors" AS "t0" WHERE EXISTS (SELECT 1 FROM
         "api"."films" AS "t2" WHERE "t2"."director_id" = "t0"."id" AND "t2"."id" = $1))q",
     {"1"}},
    {"directors",
     "select=name,films!inner(title,scripts!inner(body))",
     R"q(SELECT "t0"."name", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."title", row_to_json("e2".*) AS "scripts" FROM "api"."films" AS "t1" INNER JOIN
         LATERAL (SELECT "t2"."body" FROM "api"."scripts" AS "t2" WHERE "t2"."film_id" =
         "t1"."id") AS "e2" ON true WHERE "t1"."director_id" = "t0"."id") AS "r1") AS "films"
         FROM "api"."directors" AS "t0" WHERE EXISTS (SELECT 1 FROM "api"."films" AS "t3"
         WHERE "t3"."director_id" = "t0"."id" AND EXISTS (SELECT 1 FROM "api"."scripts" AS
         "t4" WHERE "t4"."film_id" = "t3"."id")))q",
     {}},
    {"directors",
     "select=name,films!inner(title)&films.limit=0",
     R"q(SELECT "t0"."name", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."title" FROM "api"."films" AS "t1" WHERE "t1"."director_id" = "t0"."id" LIMIT
         0) AS "r1") AS "films" FROM "api"."directors" AS "t0" WHERE EXISTS (SELECT 1 FROM
         "api"."films" AS "t2" WHERE "t2"."director_id" = "t0"."id" LIMIT 0))q",
     {}},
    {"directors",
     "select=name,films!inner(title)&films.offset=3&films.limit=2",
     R"q(SELECT "t0"."name", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."title" FROM "api"."films" AS "t1" WHERE "t1"."director_id" = "t0"."id" LIMIT 2
         OFFSET $1) AS "r1") AS "films" FROM "api"."directors" AS "t0" WHERE EXISTS (SELECT 1
         FROM "api"."films" AS "t2" WHERE "t2"."director_id" = "t0"."id" LIMIT 2 OFFSET $2))q",
     {"3", "3"}},
    {"directors",
     "select=name,...films!inner(title)",
     R"q(SELECT "t0"."name", coalesce("e1"."c0", '[]') AS "title" FROM "api"."directors" AS
         "t0" INNER JOIN LATERAL (SELECT json_agg("r1"."c0") AS "c0" FROM (SELECT
         "t1"."title" AS "c0" FROM "api"."films" AS "t1" WHERE "t1"."director_id" =
         "t0"."id") AS "r1") AS "e1" ON "e1"."c0" IS NOT NULL)q",
     {}},
    {"films",
     "select=title,...directors!inner(name)",
     R"q(SELECT "t0"."title", "e1"."c0" AS "name" FROM "api"."films" AS "t0" INNER JOIN
         LATERAL (SELECT "t1"."name" AS "c0" FROM "api"."directors" AS "t1" WHERE "t1"."id" =
         "t0"."director_id") AS "e1" ON true)q",
     {}},
    {"films",
     "select=title,directors!left(name)",
     R"q(SELECT "t0"."title", row_to_json("e1".*) AS "directors" FROM "api"."films" AS "t0"
         LEFT JOIN LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE "t1"."id"
         = "t0"."director_id") AS "e1" ON true)q",
     {}},
    {"directors",
     "select=best_film!inner(title),colleagues!inner(name)",
     R"q(SELECT row_to_json("e1".*) AS "best_film", (SELECT coalesce(json_agg("r2".*), '[]')
         FROM (SELECT "t2"."name" FROM "api"."colleagues"("t0".*) AS "t2") AS "r2") AS
         "colleagues" FROM "api"."directors" AS "t0" INNER JOIN LATERAL (SELECT "t1"."title"
         FROM "api"."best_film"("t0".*) AS "t1" WHERE NOT ("t1".* IS NULL)) AS "e1" ON true
         WHERE EXISTS (SELECT 1 FROM "api"."colleagues"("t0".*) AS "t3"))q",
     {}},
};

TEST(render_countable, keeps_only_rows_that_have_an_inner_embed) {
    expect_sql(inner_embeds, render_read);
}

const std::vector<SqlRow> tests_for_null{
    {"directors",
     "select=name,films()&films=is.null",
     R"q(SELECT "t0"."name" FROM "api"."directors" AS "t0" WHERE NOT EXISTS (SELECT 1 FROM
         "api"."films" AS "t2" WHERE "t2"."director_id" = "t0"."id"))q",
     {}},
    {"directors",
     "select=name,films()&films=not.is.null",
     R"q(SELECT "t0"."name" FROM "api"."directors" AS "t0" WHERE EXISTS (SELECT 1 FROM
         "api"."films" AS "t2" WHERE "t2"."director_id" = "t0"."id"))q",
     {}},
    {"directors",
     "select=name,f:films(title)&f=is.null",
     R"q(SELECT "t0"."name", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."title" FROM "api"."films" AS "t1" WHERE "t1"."director_id" = "t0"."id") AS
         "r1") AS "f" FROM "api"."directors" AS "t0" WHERE NOT EXISTS (SELECT 1 FROM
         "api"."films" AS "t2" WHERE "t2"."director_id" = "t0"."id"))q",
     {}},
    {"directors",
     "select=name,f:films(title)&films=not.is.null",
     R"q(SELECT "t0"."name", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."title" FROM "api"."films" AS "t1" WHERE "t1"."director_id" = "t0"."id") AS
         "r1") AS "f" FROM "api"."directors" AS "t0" WHERE EXISTS (SELECT 1 FROM
         "api"."films" AS "t2" WHERE "t2"."director_id" = "t0"."id"))q",
     {}},
    {"directors",
     "select=name,films()&or=(films.is.null,name.eq.x)",
     R"q(SELECT "t0"."name" FROM "api"."directors" AS "t0" WHERE (NOT EXISTS (SELECT 1 FROM
         "api"."films" AS "t2" WHERE "t2"."director_id" = "t0"."id") OR "t0"."name" = $1))q",
     {"x"}},
    {"directors",
     "select=name,films()&not.and=(films.not.is.null,name.eq.x)",
     R"q(SELECT "t0"."name" FROM "api"."directors" AS "t0" WHERE NOT (EXISTS (SELECT 1 FROM
         "api"."films" AS "t2" WHERE "t2"."director_id" = "t0"."id") AND "t0"."name" = $1))q",
     {"x"}},
    {"films",
     "select=title,directors(name)&directors=is.null",
     R"q(SELECT "t0"."title", row_to_json("e1".*) AS "directors" FROM "api"."films" AS "t0"
         LEFT JOIN LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE "t1"."id"
         = "t0"."director_id") AS "e1" ON true WHERE NOT EXISTS (SELECT 1 FROM
         "api"."directors" AS "t2" WHERE "t2"."id" = "t0"."director_id"))q",
     {}},
    {"films",
     "select=title,actors()&actors=not.is.null&actors.name=eq.x",
     R"q(SELECT "t0"."title" FROM "api"."films" AS "t0" WHERE EXISTS (SELECT 1 FROM
         "api"."actors" AS "t2" INNER JOIN "api"."roles" AS "j2" ON "t2"."id" =
         "j2"."actor_id" WHERE "j2"."film_id" = "t0"."id" AND "t2"."name" = $1))q",
     {"x"}},
    {"films",
     "select=title,directors(name,films())&directors.films=is.null",
     R"q(SELECT "t0"."title", row_to_json("e1".*) AS "directors" FROM "api"."films" AS "t0"
         LEFT JOIN LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE "t1"."id"
         = "t0"."director_id" AND NOT EXISTS (SELECT 1 FROM "api"."films" AS "t3" WHERE
         "t3"."director_id" = "t1"."id")) AS "e1" ON true)q",
     {}},
    {"directors",
     "select=name,films(scripts())&films=not.is.null&films.scripts=is.null",
     R"q(SELECT "t0"."name" FROM "api"."directors" AS "t0" WHERE EXISTS (SELECT 1 FROM
         "api"."films" AS "t2" WHERE "t2"."director_id" = "t0"."id" AND NOT EXISTS (SELECT 1
         FROM "api"."scripts" AS "t3" WHERE "t3"."film_id" = "t2"."id")))q",
     {}},
    {"films",
     "director_id=is.null",
     R"q(SELECT "t0".* FROM "api"."films" AS "t0" WHERE "t0"."director_id" IS NULL)q",
     {}},
    {"films",
     "select=director_id(name)&director_id=eq.3",
     R"q(SELECT row_to_json("e1".*) AS "director_id" FROM "api"."films" AS "t0" LEFT JOIN
         LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE "t1"."id" =
         "t0"."director_id") AS "e1" ON true WHERE "t0"."director_id" = $1)q",
     {"3"}},
};

TEST(render_countable, tests_whether_an_embed_is_there) {
    expect_sql(tests_for_null, render_read);
}

const std::vector<SqlRow> counted{
    {"films", "limit=10&offset=5&order=id", R"q(SELECT 1 FROM "api"."films" AS "t0")q", {}},
    {"films",
     "id=gt.1&or=(year.eq.1,year.eq.2)",
     R"q(SELECT 1 FROM "api"."films" AS "t0" WHERE "t0"."id" > $1 AND ("t0"."year" = $2 OR
         "t0"."year" = $3))q",
     {"1", "1", "2"}},
    {"films",
     "select=title,directors(name)&directors.name=eq.x",
     R"q(SELECT 1 FROM "api"."films" AS "t0")q",
     {}},
    {"films",
     "select=directors!inner(name)&directors.name=eq.x&year=eq.1",
     R"q(SELECT 1 FROM "api"."films" AS "t0" WHERE "t0"."year" = $1 AND EXISTS (SELECT 1 FROM
         "api"."directors" AS "t1" WHERE "t1"."id" = "t0"."director_id" AND "t1"."name" = $2))q",
     {"1", "x"}},
    {"directors",
     "select=films!inner(title,scripts!inner(body))",
     R"q(SELECT 1 FROM "api"."directors" AS "t0" WHERE EXISTS (SELECT 1 FROM "api"."films" AS
         "t1" WHERE "t1"."director_id" = "t0"."id" AND EXISTS (SELECT 1 FROM "api"."scripts"
         AS "t2" WHERE "t2"."film_id" = "t1"."id")))q",
     {}},
    {"films",
     "select=actors!inner(name)",
     R"q(SELECT 1 FROM "api"."films" AS "t0" WHERE EXISTS (SELECT 1 FROM "api"."actors" AS
         "t1" INNER JOIN "api"."roles" AS "j1" ON "t1"."id" = "j1"."actor_id" WHERE
         "j1"."film_id" = "t0"."id"))q",
     {}},
    {"directors",
     "select=name,films()&films=is.null",
     R"q(SELECT 1 FROM "api"."directors" AS "t0" WHERE NOT EXISTS (SELECT 1 FROM
         "api"."films" AS "t1" WHERE "t1"."director_id" = "t0"."id"))q",
     {}},
    {"films",
     "select=title,...directors!inner(name)",
     R"q(SELECT 1 FROM "api"."films" AS "t0" WHERE EXISTS (SELECT 1 FROM "api"."directors" AS
         "t1" WHERE "t1"."id" = "t0"."director_id"))q",
     {}},
    {"films", "select=year,count()", R"q(SELECT 1 FROM "api"."films" AS "t0")q", {}},
};

TEST(render_countable, counts_without_range_but_with_inner_embeds) {
    expect_sql(counted, render_countable);
}

}  // namespace
}  // namespace torale::rest::testing
