#include "rest/render.hpp"

#include <gtest/gtest.h>

#include "rendered_row.hpp"

namespace torale::rest {
namespace {

using Row = testing::RenderedRow;

class RenderedUpserts : public ::testing::TestWithParam<Row> {};

TEST_P(RenderedUpserts, are_one_statement) {
    testing::expect_statement(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    that_may_conflict, RenderedUpserts,
    ::testing::Values(
        Row{{.method = "POST",
             .target = "/pairs",
             .body = R"([{"a":1,"b":"x","v":4}])",
             .prefer = "resolution=merge-duplicates,return=representation"},
            "WITH `_written` AS (INSERT INTO `api`.`pairs` AS `_target`(`a`, `b`, `v`) SELECT "
            "`_payload`.`a`, `_payload`.`b`, `_payload`.`v` FROM "
            "pg_catalog.json_to_recordset($1::json) AS `_payload`(`a` integer, `b` text, `v` "
            "integer) ON CONFLICT (`a`, `b`) DO UPDATE SET `a` = EXCLUDED.`a`, `b` = EXCLUDED.`b`, "
            "`v` = EXCLUDED.`v` {update} RETURNING `_target`.*) {page}, {json}, {settings}, "
            "{upserted} FROM ({read}) AS `_rows`",
            {R"([{"a":1,"b":"x","v":4}])"}},
        Row{{.method = "POST",
             .target = "/pairs",
             .body = R"([{"a":1,"b":"x","v":5}])",
             .prefer = "resolution=merge-duplicates"},
            "WITH `_written` AS (INSERT INTO `api`.`pairs` AS `_target`(`a`, `b`, `v`) SELECT "
            "`_payload`.`a`, `_payload`.`b`, `_payload`.`v` FROM "
            "pg_catalog.json_to_recordset($1::json) AS `_payload`(`a` integer, `b` text, `v` "
            "integer) ON CONFLICT (`a`, `b`) DO UPDATE SET `a` = EXCLUDED.`a`, `b` = EXCLUDED.`b`, "
            "`v` = EXCLUDED.`v` {update} RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, "
            "{upserted} FROM `_written` AS `_rows`",
            {R"([{"a":1,"b":"x","v":5}])"}},
        Row{{.method = "POST",
             .target = "/pairs",
             .body = R"([{"a":1,"b":"x"}])",
             .prefer = "resolution=ignore-duplicates,return=representation"},
            "WITH `_written` AS (INSERT INTO `api`.`pairs` AS `_target`(`a`, `b`) SELECT "
            "`_payload`.`a`, `_payload`.`b` FROM pg_catalog.json_to_recordset($1::json) AS "
            "`_payload`(`a` integer, `b` text) ON CONFLICT (`a`, `b`) DO NOTHING RETURNING "
            "`_target`.*) {page}, {json}, {settings}, {inserted} FROM ({read}) AS `_rows`",
            {R"([{"a":1,"b":"x"}])"}},
        Row{{.method = "POST",
             .target = "/films?on_conflict=id",
             .body = R"([{"id":1}])",
             .prefer = "resolution=merge-duplicates"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_recordset($1::json) AS `_payload`(`id` "
            "integer) ON CONFLICT (`id`) DO UPDATE SET `id` = EXCLUDED.`id` {update} RETURNING 1 "
            "AS `_one`) {page}, '' AS `body`, {settings}, {upserted} FROM `_written` AS `_rows`",
            {R"([{"id":1}])"}},
        Row{{.method = "POST",
             .target = "/films?on_conflict=title,year",
             .body = R"({"title":"t","year":1})",
             .prefer = "resolution=merge-duplicates"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`title`, `year`) SELECT "
            "`_payload`.`title`, `_payload`.`year` FROM pg_catalog.json_to_record($1::json) AS "
            "`_payload`(`title` text, `year` integer) ON CONFLICT (`title`, `year`) DO UPDATE SET "
            "`title` = EXCLUDED.`title`, `year` = EXCLUDED.`year` {update} RETURNING 1 AS `_one`) "
            "{page}, '' AS `body`, {settings}, {upserted} FROM `_written` AS `_rows`",
            {R"({"title":"t","year":1})"}},
        Row{{.method = "POST", .target = "/films?on_conflict=title", .body = R"({"title":"t"})"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`title`) SELECT "
            "`_payload`.`title` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`title` "
            "text) RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, {inserted} FROM "
            "`_written` AS `_rows`",
            {R"({"title":"t"})"}},
        Row{{.method = "POST",
             .target = "/films?on_conflict=%22x%5C%22);DROP%20TABLE%20films;--%22",
             .body = R"({"id":1})",
             .prefer = "resolution=merge-duplicates"},
            "WITH `_written` AS (INSERT INTO `api`.`films` AS `_target`(`id`) SELECT "
            "`_payload`.`id` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`id` integer) "
            "ON CONFLICT (`x``);DROP TABLE films;--`) DO UPDATE SET `id` = EXCLUDED.`id` {update} "
            "RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, {upserted} FROM `_written` "
            "AS `_rows`",
            {R"({"id":1})"}},
        Row{{.method = "POST",
             .target = "/logs?on_conflict=n",
             .body = "{}",
             .prefer = "resolution=merge-duplicates"},
            "WITH `_written` AS (INSERT INTO `api`.`logs` AS `_target` SELECT ON CONFLICT (`n`) DO "
            "NOTHING RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, {inserted} FROM "
            "`_written` AS `_rows`",
            {}},
        Row{{.method = "POST",
             .target = "/logs",
             .body = R"({"msg":"plain"})",
             .prefer = "resolution=merge-duplicates"},
            "WITH `_written` AS (INSERT INTO `api`.`logs` AS `_target`(`msg`) SELECT "
            "`_payload`.`msg` FROM pg_catalog.json_to_record($1::json) AS `_payload`(`msg` text) "
            "RETURNING 1 AS `_one`) {page}, '' AS `body`, {settings}, {inserted} FROM `_written` "
            "AS `_rows`",
            {R"({"msg":"plain"})"}}));

}  // namespace
}  // namespace torale::rest
