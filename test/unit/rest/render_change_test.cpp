#include "rest/render.hpp"

#include <gtest/gtest.h>

#include "rendered_row.hpp"

namespace torale::rest {
namespace {

using Row = testing::RenderedRow;

class RenderedChanges : public ::testing::TestWithParam<Row> {};

TEST_P(RenderedChanges, are_one_statement) {
    testing::expect_statement(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    by_patch, RenderedChanges,
    ::testing::Values(
        Row{{.method = "PATCH",
             .target = "/films?id=eq.1",
             .body = R"({"year":1991,"tags":["q"]})",
             .prefer = "return=representation"},
            "WITH `_written` AS (UPDATE `api`.`films` AS `_target` SET `tags` = `_payload`.`tags`, "
            "`year` = `_payload`.`year` FROM (SELECT `_payload`.`tags`, `_payload`.`year` FROM "
            "pg_catalog.json_to_record($1::json) AS `_payload`(`tags` text[], `year` integer) "
            "LIMIT 1) AS `_payload` WHERE {where} RETURNING `_target`.*) {page}, {json}, "
            "{settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"year":1991,"tags":["q"]})", "1"}},
        Row{{.method = "PATCH",
             .target = "/films?id=eq.1&year=gt.3",
             .body = R"({"year":1992})",
             .prefer = "count=exact"},
            "WITH `_written` AS (UPDATE `api`.`films` AS `_target` SET `year` = `_payload`.`year` "
            "FROM (SELECT `_payload`.`year` FROM pg_catalog.json_to_record($1::json) AS "
            "`_payload`(`year` integer) LIMIT 1) AS `_payload` WHERE {where} RETURNING 1 AS "
            "`_one`) {total}, '' AS `body`, {settings}, {kept} FROM `_written` AS `_rows`",
            {R"({"year":1992})", "1", "3"}},
        Row{{.method = "PATCH",
             .target = "/films?id=eq.1",
             .body = R"({"year":1992})",
             .prefer = "handling=strict, max-affected=1"},
            "WITH `_written` AS (UPDATE `api`.`films` AS `_target` SET `year` = `_payload`.`year` "
            "FROM (SELECT `_payload`.`year` FROM pg_catalog.json_to_record($1::json) AS "
            "`_payload`(`year` integer) LIMIT 1) AS `_payload` WHERE {where} RETURNING 1 AS "
            "`_one`) {page}, '' AS `body`, {settings}, {kept} FROM `_written` AS `_rows`",
            {R"({"year":1992})", "1"}},
        Row{{.method = "PATCH",
             .target = "/films?id=eq.1",
             .body = R"([{"year":1993},{"year":1994}])"},
            "WITH `_written` AS (UPDATE `api`.`films` AS `_target` SET `year` = `_payload`.`year` "
            "FROM (SELECT `_payload`.`year` FROM pg_catalog.json_to_recordset($1::json) AS "
            "`_payload`(`year` integer) LIMIT 1) AS `_payload` WHERE {where} RETURNING 1 AS "
            "`_one`) {page}, '' AS `body`, {settings}, {kept} FROM `_written` AS `_rows`",
            {R"([{"year":1993},{"year":1994}])", "1"}},
        Row{{.method = "PATCH",
             .target = "/films?id=eq.1",
             .body = "{}",
             .prefer = "return=representation"},
            "WITH `_written` AS (SELECT `_target`.* FROM `api`.`films` AS `_target` WHERE false) "
            "{page}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.method = "PATCH",
             .target = "/films?id=eq.1&select=id,title",
             .body = "[]",
             .prefer = "return=representation"},
            "WITH `_written` AS (SELECT `_target`.`id`, `_target`.`title` FROM `api`.`films` AS "
            "`_target` WHERE false) {page}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.method = "PATCH", .target = "/films?id=eq.1", .body = "[]", .prefer = "count=exact"},
            "WITH `_written` AS (SELECT 1 AS `_one` WHERE false) {total}, '' AS `body`, "
            "{settings}, {kept} FROM `_written` AS `_rows`",
            {}},
        Row{{.method = "PATCH",
             .target = "/films?id=eq.1&columns=mood,year",
             .body = R"({"year":1})",
             .prefer = "missing=default"},
            "WITH `_written` AS (UPDATE `api`.`films` AS `_target` SET `mood` = `_payload`.`mood`, "
            "`year` = `_payload`.`year` FROM (SELECT CASE WHEN (`_element`.`value` "
            "OPERATOR(pg_catalog.->) $1::text) IS NULL THEN 'ok'::api.mood ELSE `_payload`.`mood` "
            "END AS `mood`, `_payload`.`year` FROM (SELECT $2::json AS `value`) AS `_element`, "
            "LATERAL pg_catalog.json_to_record(`_element`.`value`) AS `_payload`(`mood` api.mood, "
            "`year` integer) LIMIT 1) AS `_payload` WHERE {where} RETURNING 1 AS `_one`) {page}, "
            "'' AS `body`, {settings}, {kept} FROM `_written` AS `_rows`",
            {"mood", R"({"year":1})", "1"}},
        Row{{.method = "PATCH", .target = "/films", .body = R"({"year":2000})"},
            "WITH `_written` AS (UPDATE `api`.`films` AS `_target` SET `year` = `_payload`.`year` "
            "FROM (SELECT `_payload`.`year` FROM pg_catalog.json_to_record($1::json) AS "
            "`_payload`(`year` integer) LIMIT 1) AS `_payload` RETURNING 1 AS `_one`) {page}, '' "
            "AS `body`, {settings}, {kept} FROM `_written` AS `_rows`",
            {R"({"year":2000})"}},
        Row{{.method = "PATCH",
             .target = "/films",
             .body = R"({"year":2000})",
             .prefer = "handling=strict, max-affected=1, return=representation"},
            "WITH `_written` AS (UPDATE `api`.`films` AS `_target` SET `year` = `_payload`.`year` "
            "FROM (SELECT `_payload`.`year` FROM pg_catalog.json_to_record($1::json) AS "
            "`_payload`(`year` integer) LIMIT 1) AS `_payload` RETURNING `_target`.*) SELECT "
            "null::bigint AS `total`, (SELECT pg_catalog.count(*) FROM `_written`) AS `count`, "
            "{json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"year":2000})"}},
        Row{{.method = "PATCH",
             .target = "/films?select=id,casts(name)&id=in.(1,2)&casts.name=eq.x&order=id.desc",
             .body = R"({"year":1})",
             .prefer = "return=representation"},
            "WITH `_written` AS (UPDATE `api`.`films` AS `_target` SET `year` = `_payload`.`year` "
            "FROM (SELECT `_payload`.`year` FROM pg_catalog.json_to_record($1::json) AS "
            "`_payload`(`year` integer) LIMIT 1) AS `_payload` WHERE {where} RETURNING "
            "`_target`.`id`) {page}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"year":1})", R"({"1","2"})", "x"}},
        Row{{.method = "PATCH",
             .target = "/films?or=(id.eq.1,not.and(year.is.null,title.like.*x*))",
             .body = R"({"year":1})",
             .prefer = "return=headers-only"},
            "WITH `_written` AS (UPDATE `api`.`films` AS `_target` SET `year` = `_payload`.`year` "
            "FROM (SELECT `_payload`.`year` FROM pg_catalog.json_to_record($1::json) AS "
            "`_payload`(`year` integer) LIMIT 1) AS `_payload` WHERE {where} RETURNING 1 AS "
            "`_one`) {page}, '' AS `body`, {settings}, {kept} FROM `_written` AS `_rows`",
            {R"({"year":1})", "1", "%x%"}},
        Row{{.method = "PATCH",
             .target = "/films?limit=1&offset=3&id=gt.1",
             .body = R"({"year":1})",
             .prefer = "return=representation"},
            "WITH `_written` AS (UPDATE `api`.`films` AS `_target` SET `year` = `_payload`.`year` "
            "FROM (SELECT `_payload`.`year` FROM pg_catalog.json_to_record($1::json) AS "
            "`_payload`(`year` integer) LIMIT 1) AS `_payload` WHERE {where} RETURNING "
            "`_target`.*) {page}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"year":1})", "1"}},
        Row{{.method = "PATCH",
             .target = "/films?id=gt.1&select=id",
             .body = R"({"year":1})",
             .prefer = "return=representation,handling=strict,max-affected=2"},
            "WITH `_written` AS (UPDATE `api`.`films` AS `_target` SET `year` = `_payload`.`year` "
            "FROM (SELECT `_payload`.`year` FROM pg_catalog.json_to_record($1::json) AS "
            "`_payload`(`year` integer) LIMIT 1) AS `_payload` WHERE {where} RETURNING "
            "`_target`.`id`) SELECT null::bigint AS `total`, (SELECT pg_catalog.count(*) FROM "
            "`_written`) AS `count`, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"year":1})", "1"}}));

INSTANTIATE_TEST_SUITE_P(
    by_put, RenderedChanges,
    ::testing::Values(
        Row{{.method = "PUT",
             .target = "/pairs?a=eq.1&b=eq.x%20y",
             .body = R"({"a":1,"b":"x y","v":9})",
             .prefer = "return=representation"},
            "WITH `_written` AS (INSERT INTO `api`.`pairs` AS `_target`(`a`, `b`, `v`) SELECT "
            "`_payload`.`a`, `_payload`.`b`, `_payload`.`v` FROM "
            "pg_catalog.json_to_record($1::json) AS `_payload`(`a` integer, `b` text, `v` integer) "
            "WHERE {payload} ON CONFLICT (`a`, `b`) DO UPDATE SET `a` = EXCLUDED.`a`, `b` = "
            "EXCLUDED.`b`, `v` = EXCLUDED.`v` {update} RETURNING `_target`.*) {page}, {json}, "
            "{settings}, {upserted} FROM ({read}) AS `_rows`",
            {R"({"a":1,"b":"x y","v":9})", "1", "x y"}},
        Row{{.method = "PUT",
             .target = "/pairs?b=eq.x&a=eq.8",
             .body = R"([{"a":8,"b":"x","v":10}])"},
            "WITH `_written` AS (INSERT INTO `api`.`pairs` AS `_target`(`a`, `b`, `v`) SELECT "
            "`_payload`.`a`, `_payload`.`b`, `_payload`.`v` FROM "
            "pg_catalog.json_to_recordset($1::json) AS `_payload`(`a` integer, `b` text, `v` "
            "integer) WHERE {payload} ON CONFLICT (`a`, `b`) DO UPDATE SET `a` = EXCLUDED.`a`, `b` "
            "= EXCLUDED.`b`, `v` = EXCLUDED.`v` {update} RETURNING 1 AS `_one`) {page}, '' AS "
            "`body`, {settings}, {upserted} FROM `_written` AS `_rows`",
            {R"([{"a":8,"b":"x","v":10}])", "x", "8"}},
        Row{{.method = "PUT", .target = "/films?id=eq.8&columns=id", .body = R"({"id":8})"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`id` integer) "
            "WHERE {payload} ON CONFLICT (`id`) DO UPDATE SET `id` = EXCLUDED.`id` {update} "
            "RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, {upserted} FROM `_written` "
            "AS `_rows`",
            {R"({"id":8})", "8"}}));

INSTANTIATE_TEST_SUITE_P(
    by_delete, RenderedChanges,
    ::testing::Values(
        Row{{.method = "DELETE",
             .target = "/films?id=eq.20",
             .prefer = "return=representation,count=exact"},
            "WITH `_written` AS (DELETE FROM `api`.`films` AS `_target` WHERE {where} RETURNING "
            "`_target`.*) {total}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"20"}},
        Row{{.method = "DELETE", .target = "/films?id=eq.12&select=id"},
            "WITH `_written` AS (DELETE FROM `api`.`films` AS `_target` WHERE {where} RETURNING 1 "
            "AS `_one`) {page}, '' AS `body`, {settings}, {kept} FROM `_written` AS `_rows`",
            {"12"}},
        Row{{.method = "DELETE", .target = "/films", .body = "{ignored"},
            "WITH `_written` AS (DELETE FROM `api`.`films` AS `_target` RETURNING 1 AS `_one`) "
            "{page}, '' AS `body`, {settings}, {kept} FROM `_written` AS `_rows`",
            {}},
        Row{{.method = "DELETE",
             .target = "/films?select=title&id=eq.1",
             .prefer = "return=representation",
             .accept = "application/vnd.pgrst.object+json"},
            "WITH `_written` AS (DELETE FROM `api`.`films` AS `_target` WHERE {where} RETURNING "
            "`_target`.`title`) {page}, coalesce((pg_catalog.json_agg(`_rows`.*) "
            "OPERATOR(pg_catalog.->) 0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) "
            "AS `_rows`",
            {"1"}},
        // The count is what makes one row of however many were written.
        Row{{.method = "DELETE",
             .target = "/films?id=lt.4",
             .prefer = "handling=strict,max-affected=3"},
            "WITH `_written` AS (DELETE FROM `api`.`films` AS `_target` WHERE {where} RETURNING 1 "
            "AS `_one`) {page}, '' AS `body`, {settings}, {kept} FROM `_written` AS `_rows`",
            {"4"}}));

}  // namespace
}  // namespace torale::rest
