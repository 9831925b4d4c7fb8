#include <gtest/gtest.h>

#include "render_read_rows.hpp"

namespace torale::rest::testing {
namespace {

const std::vector<SqlRow> embeds{
    // to-one embeds are joined
    {"films",
     "select=*,directors(name)",
     R"q(SELECT "t0".*, row_to_json("e1".*) AS "directors" FROM "api"."films" AS "t0" LEFT
         JOIN LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE "t1"."id" =
         "t0"."director_id") AS "e1" ON true)q",
     {}},
    {"films",
     "select=title,d:directors(*)",
     R"q(SELECT "t0"."title", row_to_json("e1".*) AS "d" FROM "api"."films" AS "t0" LEFT JOIN
         LATERAL (SELECT "t1".* FROM "api"."directors" AS "t1" WHERE "t1"."id" =
         "t0"."director_id") AS "e1" ON true)q",
     {}},
    {"films",
     "select=director_id(name)",
     R"q(SELECT row_to_json("e1".*) AS "director_id" FROM "api"."films" AS "t0" LEFT JOIN
         LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE "t1"."id" =
         "t0"."director_id") AS "e1" ON true)q",
     {}},
    {"films",
     "select=films_director_id_fkey(name)",
     R"q(SELECT row_to_json("e1".*) AS "films_director_id_fkey" FROM "api"."films" AS "t0"
         LEFT JOIN LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE "t1"."id"
         = "t0"."director_id") AS "e1" ON true)q",
     {}},
    {"scripts",
     "select=films(title)",
     R"q(SELECT row_to_json("e1".*) AS "films" FROM "api"."scripts" AS "t0" LEFT JOIN LATERAL
         (SELECT "t1"."title" FROM "api"."films" AS "t1" WHERE "t1"."id" = "t0"."film_id") AS
         "e1" ON true)q",
     {}},
    {"films",
     "select=scripts(body)",
     R"q(SELECT row_to_json("e1".*) AS "scripts" FROM "api"."films" AS "t0" LEFT JOIN LATERAL
         (SELECT "t1"."body" FROM "api"."scripts" AS "t1" WHERE "t1"."film_id" = "t0"."id")
         AS "e1" ON true)q",
     {}},
    {"beds",
     "select=id,rooms(size)",
     R"q(SELECT "t0"."id", row_to_json("e1".*) AS "rooms" FROM "api"."beds" AS "t0" LEFT JOIN
         LATERAL (SELECT "t1"."size" FROM "api"."rooms" AS "t1" WHERE "t1"."house" =
         "t0"."house" AND "t1"."no" = "t0"."room_no") AS "e1" ON true)q",
     {}},
    {"film_list",
     "select=title,directors(name)",
     R"q(SELECT "t0"."title", row_to_json("e1".*) AS "directors" FROM "api"."film_list" AS
         "t0" LEFT JOIN LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE
         "t1"."id" = "t0"."made_by") AS "e1" ON true)q",
     {}},
    {"short_list",
     "select=film,directors(name)",
     R"q(SELECT "t0"."film", row_to_json("e1".*) AS "directors" FROM "api"."short_list" AS
         "t0" LEFT JOIN LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE
         "t1"."id" = "t0"."by") AS "e1" ON true)q",
     {}},
    {"Odd \"Table\".x",
     "select=parent-id(city)",
     R"q(SELECT row_to_json("e1".*) AS "parent-id" FROM "api"."Odd ""Table"".x" AS "t0" LEFT
         JOIN LATERAL (SELECT "t1"."city" FROM "api"."places" AS "t1" WHERE "t1"."id" =
         "t0"."parent-id") AS "e1" ON true)q",
     {}},
    {"films",
     "select=title,directors(n:name,born::text)&directors.name=eq.x",
     R"q(SELECT "t0"."title", row_to_json("e1".*) AS "directors" FROM "api"."films" AS "t0"
         LEFT JOIN LATERAL (SELECT "t1"."name" AS "n", CAST("t1"."born" AS text) AS "born"
         FROM "api"."directors" AS "t1" WHERE "t1"."id" = "t0"."director_id" AND "t1"."name"
         = $1) AS "e1" ON true)q",
     {"x"}},
    {"films",
     "select=directors(name)&directors.limit=1&directors.offset=1&directors.order=name",
     R"q(SELECT row_to_json("e1".*) AS "directors" FROM "api"."films" AS "t0" LEFT JOIN
         LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE "t1"."id" =
         "t0"."director_id" ORDER BY "t1"."name" LIMIT 1 OFFSET $1) AS "e1" ON true)q",
     {"1"}},
    // to-many embeds are gathered in the select list
    {"directors",
     "select=name,films(title)",
     R"q(SELECT "t0"."name", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."title" FROM "api"."films" AS "t1" WHERE "t1"."director_id" = "t0"."id") AS
         "r1") AS "films" FROM "api"."directors" AS "t0")q",
     {}},
    {"directors",
     "select=films(title)&films.year=gt.2000&films.order=year.desc,id&films.limit=2&films.offset=1",
     R"q(SELECT (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT "t1"."title" FROM
         "api"."films" AS "t1" WHERE "t1"."director_id" = "t0"."id" AND "t1"."year" > $1
         ORDER BY "t1"."year" DESC, "t1"."id" LIMIT 2 OFFSET $2) AS "r1") AS "films" FROM
         "api"."directors" AS "t0")q",
     {"2000", "1"}},
    {"directors",
     "select=f:films(*)&f.or=(id.eq.1,title.is.null)",
     R"q(SELECT (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT "t1".* FROM
         "api"."films" AS "t1" WHERE "t1"."director_id" = "t0"."id" AND ("t1"."id" = $1 OR
         "t1"."title" IS NULL)) AS "r1") AS "f" FROM "api"."directors" AS "t0")q",
     {"1"}},
    {"directors",
     "select=f:films(*)&films.id=eq.1",
     R"q(SELECT (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT "t1".* FROM
         "api"."films" AS "t1" WHERE "t1"."director_id" = "t0"."id" AND "t1"."id" = $1) AS
         "r1") AS "f" FROM "api"."directors" AS "t0")q",
     {"1"}},
    {"rooms",
     "select=beds(id)",
     R"q(SELECT (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT "t1"."id" FROM
         "api"."beds" AS "t1" WHERE "t1"."house" = "t0"."house" AND "t1"."room_no" =
         "t0"."no") AS "r1") AS "beds" FROM "api"."rooms" AS "t0")q",
     {}},
    {"films",
     "select=actors(name)",
     R"q(SELECT (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT "t1"."name" FROM
         "api"."actors" AS "t1" INNER JOIN "api"."roles" AS "j1" ON "t1"."id" =
         "j1"."actor_id" WHERE "j1"."film_id" = "t0"."id") AS "r1") AS "actors" FROM
         "api"."films" AS "t0")q",
     {}},
    {"actors",
     "select=name,roles(part,films(title)),films(title)",
     R"q(SELECT "t0"."name", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."part", row_to_json("e3".*) AS "films" FROM "api"."roles" AS "t1" LEFT JOIN
         LATERAL (SELECT "t3"."title" FROM "api"."films" AS "t3" WHERE "t3"."id" =
         "t1"."film_id") AS "e3" ON true WHERE "t1"."actor_id" = "t0"."id") AS "r1") AS
         "roles", (SELECT coalesce(json_agg("r2".*), '[]') FROM (SELECT "t2"."title" FROM
         "api"."films" AS "t2" INNER JOIN "api"."roles" AS "j2" ON "t2"."id" = "j2"."film_id"
         WHERE "j2"."actor_id" = "t0"."id") AS "r2") AS "films" FROM "api"."actors" AS "t0")q",
     {}},
    {"film_list",
     "select=actors(name)",
     R"q(SELECT (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT "t1"."name" FROM
         "api"."actors" AS "t1" INNER JOIN "api"."roles" AS "j1" ON "t1"."id" =
         "j1"."actor_id" WHERE "j1"."film_id" = "t0"."film") AS "r1") AS "actors" FROM
         "api"."film_list" AS "t0")q",
     {}},
    {"directors",
     "select=film_list(title),short_list(film)",
     R"q(SELECT (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT "t1"."title" FROM
         "api"."film_list" AS "t1" WHERE "t1"."made_by" = "t0"."id") AS "r1") AS "film_list",
         (SELECT coalesce(json_agg("r2".*), '[]') FROM (SELECT "t2"."film" FROM
         "api"."short_list" AS "t2" WHERE "t2"."by" = "t0"."id") AS "r2") AS "short_list"
         FROM "api"."directors" AS "t0")q",
     {}},
    {"films", "select=title,roles()", R"q(SELECT "t0"."title" FROM "api"."films" AS "t0")q", {}},
    // the same relation at several levels
    {"staff",
     "select=name,boss:boss_id(name,boss_id(name))",
     R"q(SELECT "t0"."name", row_to_json("e1".*) AS "boss" FROM "api"."staff" AS "t0" LEFT
         JOIN LATERAL (SELECT "t1"."name", row_to_json("e2".*) AS "boss_id" FROM
         "api"."staff" AS "t1" LEFT JOIN LATERAL (SELECT "t2"."name" FROM "api"."staff" AS
         "t2" WHERE "t2"."id" = "t1"."boss_id") AS "e2" ON true WHERE "t1"."id" =
         "t0"."boss_id") AS "e1" ON true)q",
     {}},
    {"staff",
     "select=name,staff(name,staff(name))",
     R"q(SELECT "t0"."name", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."name", (SELECT coalesce(json_agg("r2".*), '[]') FROM (SELECT "t2"."name" FROM
         "api"."staff" AS "t2" WHERE "t2"."boss_id" = "t1"."id") AS "r2") AS "staff" FROM
         "api"."staff" AS "t1" WHERE "t1"."boss_id" = "t0"."id") AS "r1") AS "staff" FROM
         "api"."staff" AS "t0")q",
     {}},
    {"films",
     "select=title,actors(name,films(title,actors(name)))",
     R"q(SELECT "t0"."title", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."name", (SELECT coalesce(json_agg("r2".*), '[]') FROM (SELECT "t2"."title",
         (SELECT coalesce(json_agg("r3".*), '[]') FROM (SELECT "t3"."name" FROM
         "api"."actors" AS "t3" INNER JOIN "api"."roles" AS "j3" ON "t3"."id" =
         "j3"."actor_id" WHERE "j3"."film_id" = "t2"."id") AS "r3") AS "actors" FROM
         "api"."films" AS "t2" INNER JOIN "api"."roles" AS "j2" ON "t2"."id" = "j2"."film_id"
         WHERE "j2"."actor_id" = "t1"."id") AS "r2") AS "films" FROM "api"."actors" AS "t1"
         INNER JOIN "api"."roles" AS "j1" ON "t1"."id" = "j1"."actor_id" WHERE "j1"."film_id"
         = "t0"."id") AS "r1") AS "actors" FROM "api"."films" AS "t0")q",
     {}},
    // hints
    {"trips",
     "select=places!from_id(city),there:places!trips_to_id_fkey(city)",
     R"q(SELECT row_to_json("e1".*) AS "places", row_to_json("e2".*) AS "there" FROM
         "api"."trips" AS "t0" LEFT JOIN LATERAL (SELECT "t1"."city" FROM "api"."places" AS
         "t1" WHERE "t1"."id" = "t0"."from_id") AS "e1" ON true LEFT JOIN LATERAL (SELECT
         "t2"."city" FROM "api"."places" AS "t2" WHERE "t2"."id" = "t0"."to_id") AS "e2" ON
         true)q",
     {}},
    {"films",
     "select=actors!roles(name)",
     R"q(SELECT (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT "t1"."name" FROM
         "api"."actors" AS "t1" INNER JOIN "api"."roles" AS "j1" ON "t1"."id" =
         "j1"."actor_id" WHERE "j1"."film_id" = "t0"."id") AS "r1") AS "actors" FROM
         "api"."films" AS "t0")q",
     {}},
    {"staff",
     "select=staff!boss_id(name)",
     R"q(SELECT (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT "t1"."name" FROM
         "api"."staff" AS "t1" WHERE "t1"."boss_id" = "t0"."id") AS "r1") AS "staff" FROM
         "api"."staff" AS "t0")q",
     {}},
    {"places",
     "select=trips!to_id(id)",
     R"q(SELECT (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT "t1"."id" FROM
         "api"."trips" AS "t1" WHERE "t1"."to_id" = "t0"."id") AS "r1") AS "trips" FROM
         "api"."places" AS "t0")q",
     {}},
    // computed relationships
    {"directors",
     "select=best_film(title)",
     R"q(SELECT row_to_json("e1".*) AS "best_film" FROM "api"."directors" AS "t0" LEFT JOIN
         LATERAL (SELECT "t1"."title" FROM "api"."best_film"("t0".*) AS "t1" WHERE NOT
         ("t1".* IS NULL)) AS "e1" ON true)q",
     {}},
    {"directors",
     "select=colleagues(name,best_film(title))&colleagues.order=name",
     R"q(SELECT (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT "t1"."name",
         row_to_json("e2".*) AS "best_film" FROM "api"."colleagues"("t0".*) AS "t1" LEFT JOIN
         LATERAL (SELECT "t2"."title" FROM "api"."best_film"("t1".*) AS "t2" WHERE NOT
         ("t2".* IS NULL)) AS "e2" ON true ORDER BY "t1"."name") AS "r1") AS "colleagues"
         FROM "api"."directors" AS "t0")q",
     {}},
};

TEST(render_read_from, follows_relationships) {
    expect_sql(embeds, render_read);
}

const std::vector<SqlRow> related_orders{
    {"films",
     "select=title,directors(name)&order=directors(name).desc.nullslast,title",
     R"q(SELECT "t0"."title", row_to_json("e1".*) AS "directors" FROM "api"."films" AS "t0"
         LEFT JOIN LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE "t1"."id"
         = "t0"."director_id") AS "e1" ON true ORDER BY (SELECT "t2"."name" FROM
         "api"."directors" AS "t2" WHERE "t2"."id" = "t0"."director_id" LIMIT 1) DESC NULLS
         LAST, "t0"."title")q",
     {}},
    {"films",
     "select=title,directors()&order=directors(born)",
     R"q(SELECT "t0"."title" FROM "api"."films" AS "t0" ORDER BY (SELECT "t2"."born" FROM
         "api"."directors" AS "t2" WHERE "t2"."id" = "t0"."director_id" LIMIT 1))q",
     {}},
    {"films",
     "select=title,d:directors(name)&order=d(name)&d.name=neq.x",
     R"q(SELECT "t0"."title", row_to_json("e1".*) AS "d" FROM "api"."films" AS "t0" LEFT JOIN
         LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE "t1"."id" =
         "t0"."director_id" AND "t1"."name" <> $1) AS "e1" ON true ORDER BY (SELECT
         "t2"."name" FROM "api"."directors" AS "t2" WHERE "t2"."id" = "t0"."director_id" AND
         "t2"."name" <> $2 LIMIT 1))q",
     {"x", "x"}},
    {"films",
     "select=title,d:directors(name)&order=directors(name)",
     R"q(SELECT "t0"."title", row_to_json("e1".*) AS "d" FROM "api"."films" AS "t0" LEFT JOIN
         LATERAL (SELECT "t1"."name" FROM "api"."directors" AS "t1" WHERE "t1"."id" =
         "t0"."director_id") AS "e1" ON true ORDER BY (SELECT "t2"."name" FROM
         "api"."directors" AS "t2" WHERE "t2"."id" = "t0"."director_id" LIMIT 1))q",
     {}},
    {"films",
     "select=title,...directors(born)&order=directors(name)",
     R"q(SELECT "t0"."title", "e1"."c0" AS "born" FROM "api"."films" AS "t0" LEFT JOIN
         LATERAL (SELECT "t1"."born" AS "c0" FROM "api"."directors" AS "t1" WHERE "t1"."id" =
         "t0"."director_id") AS "e1" ON true ORDER BY (SELECT "t2"."name" FROM
         "api"."directors" AS "t2" WHERE "t2"."id" = "t0"."director_id" LIMIT 1))q",
     {}},
    {"actors",
     "select=name,roles(part,films(title))&roles.order=films(title)",
     R"q(SELECT "t0"."name", (SELECT coalesce(json_agg("r1".*), '[]') FROM (SELECT
         "t1"."part", row_to_json("e2".*) AS "films" FROM "api"."roles" AS "t1" LEFT JOIN
         LATERAL (SELECT "t2"."title" FROM "api"."films" AS "t2" WHERE "t2"."id" =
         "t1"."film_id") AS "e2" ON true WHERE "t1"."actor_id" = "t0"."id" ORDER BY (SELECT
         "t3"."title" FROM "api"."films" AS "t3" WHERE "t3"."id" = "t1"."film_id" LIMIT 1))
         AS "r1") AS "roles" FROM "api"."actors" AS "t0")q",
     {}},
    {"scripts",
     "select=films(directors())&films.order=directors(name)",
     R"q(SELECT FROM "api"."scripts" AS "t0")q",
     {}},
    {"beds",
     "select=id,rooms(house)&order=rooms(size)",
     R"q(SELECT "t0"."id", row_to_json("e1".*) AS "rooms" FROM "api"."beds" AS "t0" LEFT JOIN
         LATERAL (SELECT "t1"."house" FROM "api"."rooms" AS "t1" WHERE "t1"."house" =
         "t0"."house" AND "t1"."no" = "t0"."room_no") AS "e1" ON true ORDER BY (SELECT
         "t2"."size" FROM "api"."rooms" AS "t2" WHERE "t2"."house" = "t0"."house" AND
         "t2"."no" = "t0"."room_no" LIMIT 1))q",
     {}},
};

TEST(render_read_from, orders_by_columns_of_an_embed) {
    expect_sql(related_orders, render_read);
}

}  // namespace
}  // namespace torale::rest::testing
