#include "rest/render.hpp"

#include <gtest/gtest.h>

#include "rendered_row.hpp"

namespace torale::rest {
namespace {

using Row = testing::RenderedRow;

class RenderedInserts : public ::testing::TestWithParam<Row> {};

TEST_P(RenderedInserts, are_one_statement) {
    testing::expect_statement(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    of_json, RenderedInserts,
    ::testing::Values(
        Row{{.method = "POST", .target = "/films", .body = R"({"id":3})"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`id` integer) "
            "RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, {inserted} FROM `_written` "
            "AS `_rows`",
            {R"({"id":3})"}},
        Row{{.method = "POST",
             .target = "/films",
             .body = R"([{"id":4},{"id":5}])",
             .prefer = "count=exact"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_recordset($1::json) AS `_payload`(`id` "
            "integer) RETURNING 1 AS `_one`) {total}, '' AS `body`, {settings}, {inserted} FROM "
            "`_written` AS `_rows`",
            {R"([{"id":4},{"id":5}])"}},
        Row{{.method = "POST",
             .target = "/films",
             .body = R"([{"id":4}])",
             .prefer = "count=planned"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_recordset($1::json) AS `_payload`(`id` "
            "integer) RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, {inserted} FROM "
            "`_written` AS `_rows`",
            {R"([{"id":4}])"}},
        Row{{.method = "POST",
             .target = "/films",
             .body = R"([{"id":4}])",
             .prefer = "count=estimated,return=minimal"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_recordset($1::json) AS `_payload`(`id` "
            "integer) RETURNING 1 AS `_one`) {total}, '' AS `body`, {settings}, {inserted} FROM "
            "`_written` AS `_rows`",
            {R"([{"id":4}])"}},
        Row{{.method = "POST",
             .target = "/films",
             .body =
                 R"({"mood":"sad","tags":["x"],"data":{"a":[1]},"raw":{"b":1},"made":"now","name":"n"})",
             .prefer = "return=representation"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`data`, `made`, `mood`, "
            "`name`, `raw`, `tags`) SELECT `_payload`.`data`, `_payload`.`made`, "
            "`_payload`.`mood`, `_payload`.`name`, `_payload`.`raw`, `_payload`.`tags` FROM "
            "pg_catalog.json_to_record($1::json) AS `_payload`(`data` jsonb, `made` timestamp with "
            "time zone, `mood` api.mood, `name` text, `raw` json, `tags` text[]) RETURNING "
            "`_target`.*) {page}, {json}, {settings}, {inserted} FROM ({read}) AS `_rows`",
            {R"({"mood":"sad","tags":["x"],"data":{"a":[1]},"raw":{"b":1},"made":"now","name":"n"})"}},
        Row{{.method = "POST",
             .target = "/films?select=id,title,shout",
             .body = R"([{"id":6}])",
             .prefer = "return=representation"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_recordset($1::json) AS `_payload`(`id` "
            "integer) RETURNING `_target`.`id`, `_target`.`title`, `_target`.`shout`) {page}, "
            "{json}, {settings}, {inserted} FROM ({read}) AS `_rows`",
            {R"([{"id":6}])"}},
        Row{{.method = "POST",
             .target = "/films?select=*,shout",
             .body = R"([{"id":6}])",
             .prefer = "return=representation"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_recordset($1::json) AS `_payload`(`id` "
            "integer) RETURNING `_target`.*, `_target`.`shout`) {page}, {json}, {settings}, "
            "{inserted} FROM ({read}) AS `_rows`",
            {R"([{"id":6}])"}},
        Row{{.method = "POST",
             .target = "/films?select=id",
             .body = R"([{"id":6}])",
             .prefer = "return=minimal"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_recordset($1::json) AS `_payload`(`id` "
            "integer) RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, {inserted} FROM "
            "`_written` AS `_rows`",
            {R"([{"id":6}])"}},
        Row{{.method = "POST",
             .target = "/casts?select=name,films(title)",
             .body = R"([{"film_id":1,"name":"n"}])",
             .prefer = "return=representation"},
            "WITH `_written` AS (INSERT INTO `api`.`casts` AS `_target`(`film_id`, `name`) SELECT "
            "`_payload`.`film_id`, `_payload`.`name` FROM pg_catalog.json_to_recordset($1::json) "
            "AS `_payload`(`film_id` integer, `name` text) RETURNING `_target`.`name`, "
            "`_target`.`film_id`) {page}, {json}, {settings}, {inserted} FROM ({read}) AS `_rows`",
            {R"([{"film_id":1,"name":"n"}])"}},
        Row{{.method = "POST",
             .target = "/films?select=id,casts(name)",
             .body = R"([{"id":1}])",
             .prefer = "return=representation"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_recordset($1::json) AS `_payload`(`id` "
            "integer) RETURNING `_target`.`id`) {page}, {json}, {settings}, {inserted} FROM "
            "({read}) AS `_rows`",
            {R"([{"id":1}])"}},
        Row{{.method = "POST",
             .target = "/films?select=id,casts!inner(name)",
             .body = R"([{"id":1}])",
             .prefer = "return=representation,count=exact"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_recordset($1::json) AS `_payload`(`id` "
            "integer) RETURNING `_target`.`id`) {total}, {json}, {settings}, {inserted} FROM "
            "({read}) AS `_rows`",
            {R"([{"id":1}])"}},
        Row{{.method = "POST",
             .target = "/films?id=eq.9&limit=1",
             .body = R"({"id":1})",
             .prefer = "return=representation"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`id` integer) "
            "RETURNING `_target`.*) {page}, {json}, {settings}, {inserted} FROM ({read}) AS "
            "`_rows`",
            {R"({"id":1})"}},
        Row{{.method = "POST",
             .target = "/films",
             .body = R"({"id":1})",
             .accept = "application/vnd.pgrst.object+json"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`id` integer) "
            "RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, {inserted} FROM `_written` "
            "AS `_rows`",
            {R"({"id":1})"}},
        Row{{.method = "POST",
             .target = "/films",
             .body = R"({"id":1})",
             .prefer = "return=representation",
             .accept = "application/vnd.pgrst.object+json"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`id` integer) "
            "RETURNING `_target`.*) {page}, coalesce((pg_catalog.json_agg(`_rows`.*) "
            "OPERATOR(pg_catalog.->) 0)::text, 'null') AS `body`, {settings}, {inserted} FROM "
            "({read}) AS `_rows`",
            {R"({"id":1})"}},
        Row{{.method = "POST",
             .target = "/films",
             .body = R"({"id":1})",
             .prefer = "return=representation",
             .accept = "text/csv"},
            R"(WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT `_payload`.`id` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`id` integer) RETURNING `_target`.*), `_page` AS ({read}) {page}, coalesce((SELECT pg_catalog.string_agg(CASE WHEN `_name` OPERATOR(pg_catalog.~) '[`,\n\r]' THEN '`' || pg_catalog.replace(`_name`, '`', '``') || '`' ELSE `_name` END, ',') FROM (SELECT pg_catalog.json_object_keys(pg_catalog.row_to_json(`_first`.*)) AS `_name` FROM (SELECT * FROM `_page` LIMIT 1) AS `_first`) AS `_names`) || E'\n' || pg_catalog.string_agg(pg_catalog.substr(ROW(`_rows`.*)::text, 2, pg_catalog.length(ROW(`_rows`.*)::text) - 2), E'\n'), '') AS `body`, {settings}, {inserted} FROM `_page` AS `_rows`)",
            {R"({"id":1})"}},
        Row{{.method = "POST",
             .target = "/films",
             .body = R"({"id":1})",
             .prefer = "return=representation",
             .accept = "application/vnd.pgrst.array+json;nulls=stripped"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`id` integer) "
            "RETURNING `_target`.*) {page}, "
            "coalesce(pg_catalog.json_strip_nulls(pg_catalog.json_agg(`_rows`.*))::text, '[]') AS "
            "`body`, {settings}, {inserted} FROM ({read}) AS `_rows`",
            {R"({"id":1})"}}));

INSTANTIATE_TEST_SUITE_P(
    of_other_bodies, RenderedInserts,
    ::testing::Values(
        Row{{.method = "POST", .target = "/films", .body = "[]", .prefer = "return=representation"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target` SELECT FROM "
            "pg_catalog.json_array_elements($1::json) RETURNING `_target`.*) {page}, {json}, "
            "{settings}, {inserted} FROM ({read}) AS `_rows`",
            {"[]"}},
        Row{{.method = "POST", .target = "/films", .body = "7", .prefer = "return=representation"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target` SELECT FROM "
            "pg_catalog.json_array_elements($1::json) RETURNING `_target`.*) {page}, {json}, "
            "{settings}, {inserted} FROM ({read}) AS `_rows`",
            {"[]"}},
        Row{{.method = "POST", .target = "/logs", .body = "{}", .prefer = "return=representation"},
            "WITH `_written` AS (INSERT INTO `api`.`logs` AS `_target` SELECT RETURNING "
            "`_target`.*) {page}, {json}, {settings}, {inserted} FROM ({read}) AS `_rows`",
            {}},
        Row{{.method = "POST", .target = "/logs", .body = "[{},{}]"},
            "WITH `_written` AS (INSERT INTO `api`.`logs` AS `_target` SELECT FROM "
            "pg_catalog.json_array_elements($1::json) RETURNING 1 AS `_one`) {page}, '' AS `body`, "
            "{settings}, {inserted} FROM `_written` AS `_rows`",
            {"[{},{}]"}},
        Row{{.method = "POST",
             .target = "/films?columns=title,id,title",
             .body = R"([{"id":9},{"x":1}])"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`, `title`) SELECT "
            "`_payload`.`id`, `_payload`.`title` FROM pg_catalog.json_to_recordset($1::json) AS "
            "`_payload`(`id` integer, `title` text) RETURNING 1 AS `_one`) {page}, '' AS `body`, "
            "{settings}, {inserted} FROM `_written` AS `_rows`",
            {R"([{"id":9},{"x":1}])"}},
        Row{{.method = "POST", .target = "/films?columns=id", .body = R"({"id":9)"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`id` integer) "
            "RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, {inserted} FROM `_written` "
            "AS `_rows`",
            {R"({"id":9)"}},
        Row{{.method = "POST",
             .target = "/films",
             .body = R"([{"id":7}])",
             .prefer = "missing=default"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_recordset($1::json) AS `_payload`(`id` "
            "integer) RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, {inserted} FROM "
            "`_written` AS `_rows`",
            {R"([{"id":7}])"}},
        Row{{.method = "POST",
             .target = "/films",
             .body = R"({"id":8,"mood":null})",
             .prefer = "missing=default"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`, `mood`) SELECT "
            "`_payload`.`id`, CASE WHEN (`_element`.`value` OPERATOR(pg_catalog.->) $1::text) IS "
            "NULL THEN 'ok'::api.mood ELSE `_payload`.`mood` END AS `mood` FROM (SELECT $2::json "
            "AS `value`) AS `_element`, LATERAL pg_catalog.json_to_record(`_element`.`value`) AS "
            "`_payload`(`id` integer, `mood` api.mood) RETURNING 1 AS `_one`) {page}, '' AS "
            "`body`, {settings}, {inserted} FROM `_written` AS `_rows`",
            {"mood", R"({"id":8,"mood":null})"}},
        Row{{.method = "POST",
             .target = "/films?columns=id,title,mood",
             .body = R"([{"id":9}])",
             .prefer = "missing=default"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`, `mood`, `title`) "
            "SELECT `_payload`.`id`, CASE WHEN (`_element`.`value` OPERATOR(pg_catalog.->) "
            "$1::text) IS NULL THEN 'ok'::api.mood ELSE `_payload`.`mood` END AS `mood`, CASE WHEN "
            "(`_element`.`value` OPERATOR(pg_catalog.->) $2::text) IS NULL THEN 'untitled'::text "
            "ELSE `_payload`.`title` END AS `title` FROM pg_catalog.json_array_elements($3::json) "
            "AS `_element`(`value`), LATERAL pg_catalog.json_to_record(`_element`.`value`) AS "
            "`_payload`(`id` integer, `mood` api.mood, `title` text) RETURNING 1 AS `_one`) "
            "{page}, '' AS `body`, {settings}, {inserted} FROM `_written` AS `_rows`",
            {"mood", "title", R"([{"id":9}])"}},
        Row{{.method = "POST",
             .target = "/films?columns=id,mood",
             .body = R"([{"id":9}])",
             .prefer = "missing=null"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`, `mood`) SELECT "
            "`_payload`.`id`, `_payload`.`mood` FROM pg_catalog.json_to_recordset($1::json) AS "
            "`_payload`(`id` integer, `mood` api.mood) RETURNING 1 AS `_one`) {page}, '' AS "
            "`body`, {settings}, {inserted} FROM `_written` AS `_rows`",
            {R"([{"id":9}])"}},
        Row{{.method = "POST",
             .target = "/logs",
             .body = R"({"msg":"a"})",
             .prefer = "return=headers-only"},
            "WITH `_written` AS (INSERT INTO `api`.`logs` AS `_target`(`msg`) SELECT "
            "`_payload`.`msg` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`msg` text) "
            "RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, {inserted} FROM `_written` "
            "AS `_rows`",
            {R"({"msg":"a"})"}},
        Row{{.method = "POST",
             .target = "/films",
             .body = R"({"id":12})",
             .prefer = "return=headers-only"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`id` integer) "
            "RETURNING `_target`.`id`) {page}, '' AS `body`, {settings}, (SELECT "
            "pg_catalog.row_to_json(`_key`.*)::text FROM (SELECT `id` FROM `_written` LIMIT 1) AS "
            "`_key`) AS `location`, (SELECT pg_catalog.count(*) FROM `_written`) AS `inserted` "
            "FROM `_written` AS `_rows`",
            {R"({"id":12})"}},
        Row{{.method = "POST",
             .target = "/pairs",
             .body = R"({"a":1,"b":"x"})",
             .prefer = "return=headers-only"},
            "WITH `_written` AS (INSERT INTO `api`.`pairs` AS `_target`(`a`, `b`) SELECT "
            "`_payload`.`a`, `_payload`.`b` FROM pg_catalog.json_to_record($1::json) AS "
            "`_payload`(`a` integer, `b` text) RETURNING `_target`.`a`, `_target`.`b`) {page}, '' "
            "AS `body`, {settings}, (SELECT pg_catalog.row_to_json(`_key`.*)::text FROM (SELECT "
            "`a`, `b` FROM `_written` LIMIT 1) AS `_key`) AS `location`, (SELECT "
            "pg_catalog.count(*) FROM `_written`) AS `inserted` FROM `_written` AS `_rows`",
            {R"({"a":1,"b":"x"})"}},
        Row{{.method = "POST",
             .target = "/films",
             .body = "id,title\n30,\"a,b\"\n31,NULL\n",
             .prefer = "return=representation",
             .accept = "text/csv",
             .content_type = "text/csv"},
            R"(WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`, `title`) SELECT `_payload`.`id`, `_payload`.`title` FROM pg_catalog.json_to_recordset($1::json) AS `_payload`(`id` integer, `title` text) RETURNING `_target`.*), `_page` AS ({read}) {page}, coalesce((SELECT pg_catalog.string_agg(CASE WHEN `_name` OPERATOR(pg_catalog.~) '[`,\n\r]' THEN '`' || pg_catalog.replace(`_name`, '`', '``') || '`' ELSE `_name` END, ',') FROM (SELECT pg_catalog.json_object_keys(pg_catalog.row_to_json(`_first`.*)) AS `_name` FROM (SELECT * FROM `_page` LIMIT 1) AS `_first`) AS `_names`) || E'\n' || pg_catalog.string_agg(pg_catalog.substr(ROW(`_rows`.*)::text, 2, pg_catalog.length(ROW(`_rows`.*)::text) - 2), E'\n'), '') AS `body`, {settings}, {inserted} FROM `_page` AS `_rows`)",
            {R"([{"id":"30","title":"a,b"},{"id":"31","title":null}])"}},
        Row{{.method = "POST",
             .target = "/films",
             .body = "id=32&title=form+title",
             .content_type = "application/x-www-form-urlencoded"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`, `title`) SELECT "
            "`_payload`.`id`, `_payload`.`title` FROM pg_catalog.json_to_record($1::json) AS "
            "`_payload`(`id` integer, `title` text) RETURNING 1 AS `_one`) {page}, '' AS `body`, "
            "{settings}, {inserted} FROM `_written` AS `_rows`",
            {R"({"id":"32","title":"form title"})"}},
        Row{{.method = "POST",
             .target = "/Odd%20%22T%22",
             .body = R"({"The Id":1,"a\"b":"x'; DROP TABLE films; --"})",
             .prefer = "return=representation"},
            "WITH `_written` AS (INSERT INTO `api`.`Odd ``T``` AS `_target`(`The Id`, `a``b`) "
            "SELECT `_payload`.`The Id`, `_payload`.`a``b` FROM "
            "pg_catalog.json_to_record($1::json) AS `_payload`(`The Id` integer, `a``b` text) "
            "RETURNING `_target`.*) {page}, {json}, {settings}, {inserted} FROM ({read}) AS "
            "`_rows`",
            {R"({"The Id":1,"a\"b":"x'; DROP TABLE films; --"})"}},
        Row{{.method = "POST", .target = "/film_view", .body = R"({"id":1})"},
            "WITH `_written` AS (INSERT INTO `api`.`film_view` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`id` integer) "
            "RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, {inserted} FROM `_written` "
            "AS `_rows`",
            {R"({"id":1})"}}));

}  // namespace
}  // namespace torale::rest
