// How what a routine returns becomes the answer.
#include "rest/render.hpp"

#include <gtest/gtest.h>

#include "rendered_row.hpp"

namespace torale::rest {
namespace {

using Row = testing::RenderedRow;

class RenderedResults : public ::testing::TestWithParam<Row> {};

TEST_P(RenderedResults, are_one_statement) {
    testing::expect_statement(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    of_plain_values, RenderedResults,
    ::testing::Values(
        Row{{.target = "/rpc/add?a=5", .accept = "application/vnd.pgrst.object+json"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`add`(`a` := $1::integer) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"5"}},
        Row{{.method = "HEAD", .target = "/rpc/add?a=5"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`add`(`a` := $1::integer) AS "
            "`_call`(`pgrst_scalar`)) {page}, '' AS `body`, {settings}, {kept} FROM ({read}) AS "
            "`_rows`",
            {"5"}},
        Row{{.method = "POST", .target = "/rpc/nothing"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`nothing`() AS "
            "`_call`(`pgrst_scalar`)) {page}, '' AS `body`, {settings}, {kept} FROM `_called` AS "
            "`_rows`",
            {}},
        Row{{.method = "POST", .target = "/rpc/nothing", .body = "{}", .prefer = "count=exact"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`nothing`() AS "
            "`_call`(`pgrst_scalar`)) {page}, '' AS `body`, {settings}, {kept} FROM `_called` AS "
            "`_rows`",
            {}},
        Row{{.method = "POST", .target = "/rpc/nothing", .body = "[]"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`nothing`() AS "
            "`_call`(`pgrst_scalar`)) {page}, '' AS `body`, {settings}, {kept} FROM `_called` AS "
            "`_rows`",
            {}},
        Row{{.target = "/rpc/numbers?n=3"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`numbers`(`n` := $1::integer) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce(pg_catalog.json_agg(`_rows`.`pgrst_scalar`)::text, '[]') AS `body`, "
            "{settings}, {kept} FROM ({read}) AS `_rows`",
            {"3"}},
        Row{{.target = "/rpc/numbers?n=3", .prefer = "count=exact"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`numbers`(`n` := $1::integer) AS "
            "`_call`(`pgrst_scalar`)) {total}, "
            "coalesce(pg_catalog.json_agg(`_rows`.`pgrst_scalar`)::text, '[]') AS `body`, "
            "{settings}, {kept} FROM ({read}) AS `_rows`",
            {"3"}},
        Row{{.target = "/rpc/numbers?n=3&limit=2&offset=1", .prefer = "count=exact"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`numbers`(`n` := $1::integer) AS "
            "`_call`(`pgrst_scalar`)), `_counted` AS (SELECT pg_catalog.count(*) AS `total` FROM "
            "({countable}) AS `_countable`) SELECT (SELECT `total` FROM `_counted`) AS `total`, "
            "pg_catalog.count(*) AS `count`, "
            "coalesce(pg_catalog.json_agg(`_rows`.`pgrst_scalar`)::text, '[]') AS `body`, "
            "{settings}, {kept} FROM ({read}) AS `_rows`",
            {"3", "1"}},
        Row{{.target = "/rpc/numbers?n=3&limit=2", .prefer = "count=estimated"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`numbers`(`n` := $1::integer) AS "
            "`_call`(`pgrst_scalar`)), `_counted` AS (SELECT pg_catalog.count(*) AS `total` FROM "
            "({countable}) AS `_countable`) SELECT (SELECT `total` FROM `_counted`) AS `total`, "
            "pg_catalog.count(*) AS `count`, "
            "coalesce(pg_catalog.json_agg(`_rows`.`pgrst_scalar`)::text, '[]') AS `body`, "
            "{settings}, {kept} FROM ({read}) AS `_rows`",
            {"3"}},
        Row{{.target = "/rpc/numbers?n=3&limit=2", .prefer = "count=planned"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`numbers`(`n` := $1::integer) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce(pg_catalog.json_agg(`_rows`.`pgrst_scalar`)::text, '[]') AS `body`, "
            "{settings}, {kept} FROM ({read}) AS `_rows`",
            {"3"}},
        Row{{.target = "/rpc/numbers?n=3", .prefer = "count=exact"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`numbers`(`n` := $1::integer) AS "
            "`_call`(`pgrst_scalar`)), `_counted` AS (SELECT pg_catalog.count(*) AS `total` FROM "
            "({countable}) AS `_countable`) SELECT (SELECT `total` FROM `_counted`) AS `total`, "
            "pg_catalog.count(*) AS `count`, "
            "coalesce(pg_catalog.json_agg(`_rows`.`pgrst_scalar`)::text, '[]') AS `body`, "
            "{settings}, {kept} FROM ({read}) AS `_rows`",
            {"3"},
            2},
        Row{{.target = "/rpc/numbers?n=3&select=anything&order=pgrst_scalar.desc"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`numbers`(`n` := $1::integer) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce(pg_catalog.json_agg(`_rows`.`pgrst_scalar`)::text, '[]') AS `body`, "
            "{settings}, {kept} FROM ({read}) AS `_rows`",
            {"3"}},
        Row{{.target = "/rpc/numbers?n=3", .accept = "text/csv"},
            R"(WITH `_called` AS (SELECT `_call`.* FROM `api`.`numbers`(`n` := $1::integer) AS `_call`(`pgrst_scalar`)), `_page` AS ({read}) {page}, coalesce((SELECT pg_catalog.string_agg(CASE WHEN `_name` OPERATOR(pg_catalog.~) '[`,\n\r]' THEN '`' || pg_catalog.replace(`_name`, '`', '``') || '`' ELSE `_name` END, ',') FROM (SELECT pg_catalog.json_object_keys(pg_catalog.row_to_json(`_first`.*)) AS `_name` FROM (SELECT * FROM `_page` LIMIT 1) AS `_first`) AS `_names`) || E'\n' || pg_catalog.string_agg(pg_catalog.substr(ROW(`_rows`.*)::text, 2, pg_catalog.length(ROW(`_rows`.*)::text) - 2), E'\n'), '') AS `body`, {settings}, {kept} FROM `_page` AS `_rows`)",
            {"3"}},
        Row{{.method = "HEAD", .target = "/rpc/numbers?n=3", .prefer = "count=exact"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`numbers`(`n` := $1::integer) AS "
            "`_call`(`pgrst_scalar`)) {total}, '' AS `body`, {settings}, {kept} FROM ({read}) AS "
            "`_rows`",
            {"3"}}));

INSTANTIATE_TEST_SUITE_P(
    of_rows, RenderedResults,
    ::testing::Values(
        Row{{.target = "/rpc/one_film?wanted=1&select=id,title"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`one_film`(`wanted` := $1::integer) AS "
            "`_call` WHERE NOT (`_call`.*) IS NULL) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.*) OPERATOR(pg_catalog.->) 0)::text, 'null') AS "
            "`body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"1"}},
        Row{{.method = "POST",
             .target = "/rpc/one_film?select=id,casts(name)",
             .body = R"({"wanted":1})"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record($1::json) AS "
            "`_arguments`(`wanted` integer), LATERAL `api`.`one_film`(`wanted` := "
            "`_arguments`.`wanted`) AS `_call` WHERE NOT (`_call`.*) IS NULL) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.*) OPERATOR(pg_catalog.->) 0)::text, 'null') AS "
            "`body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"wanted":1})"}},
        Row{{.target = "/rpc/one_film?wanted=1", .accept = "application/vnd.pgrst.object+json"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`one_film`(`wanted` := $1::integer) AS "
            "`_call` WHERE NOT (`_call`.*) IS NULL) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.*) OPERATOR(pg_catalog.->) 0)::text, 'null') AS "
            "`body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"1"}},
        Row{{.target = "/rpc/one_film?wanted=1",
             .accept = "application/vnd.pgrst.object+json;nulls=stripped"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`one_film`(`wanted` := $1::integer) AS "
            "`_call` WHERE NOT (`_call`.*) IS NULL) {page}, "
            "coalesce(pg_catalog.json_strip_nulls((pg_catalog.json_agg(`_rows`.*) "
            "OPERATOR(pg_catalog.->) 0))::text, 'null') AS `body`, {settings}, {kept} FROM "
            "({read}) AS `_rows`",
            {"1"}},
        Row{{.target = "/rpc/one_film?wanted=1",
             .accept = "application/vnd.pgrst.array+json;nulls=stripped"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`one_film`(`wanted` := $1::integer) AS "
            "`_call` WHERE NOT (`_call`.*) IS NULL) {page}, "
            "coalesce(pg_catalog.json_strip_nulls((pg_catalog.json_agg(`_rows`.*) "
            "OPERATOR(pg_catalog.->) 0))::text, 'null') AS `body`, {settings}, {kept} FROM "
            "({read}) AS `_rows`",
            {"1"}},
        Row{{.target = "/rpc/all_films?id=eq.1&select=title&order=title&limit=1",
             .prefer = "count=exact"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`all_films`() AS `_call`), `_counted` "
            "AS (SELECT pg_catalog.count(*) AS `total` FROM ({countable}) AS `_countable`) SELECT "
            "(SELECT `total` FROM `_counted`) AS `total`, pg_catalog.count(*) AS `count`, {json}, "
            "{settings}, {kept} FROM ({read}) AS `_rows`",
            {"1", "1"}},
        Row{{.method = "POST", .target = "/rpc/all_films?select=id,shout&order=id", .body = "{}"},
            "WITH `_called` AS (SELECT `_call`.*, `_call`.`shout` FROM `api`.`all_films`() AS "
            "`_call`) {page}, "
            "{json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.target = "/rpc/all_films?select=id,casts!inner(name)&casts.name=eq.Ann&limit=1",
             .prefer = "count=exact"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`all_films`() AS `_call`), `_counted` "
            "AS (SELECT pg_catalog.count(*) AS `total` FROM ({countable}) AS `_countable`) SELECT "
            "(SELECT `total` FROM `_counted`) AS `total`, pg_catalog.count(*) AS `count`, {json}, "
            "{settings}, {kept} FROM ({read}) AS `_rows`",
            {"Ann", "Ann", "Ann"}},
        Row{{.target = "/rpc/all_films", .accept = "text/csv"},
            R"(WITH `_called` AS (SELECT `_call`.* FROM `api`.`all_films`() AS `_call`), `_page` AS ({read}) {page}, coalesce((SELECT pg_catalog.string_agg(CASE WHEN `_name` OPERATOR(pg_catalog.~) '[`,\n\r]' THEN '`' || pg_catalog.replace(`_name`, '`', '``') || '`' ELSE `_name` END, ',') FROM (SELECT pg_catalog.json_object_keys(pg_catalog.row_to_json(`_first`.*)) AS `_name` FROM (SELECT * FROM `_page` LIMIT 1) AS `_first`) AS `_names`) || E'\n' || pg_catalog.string_agg(pg_catalog.substr(ROW(`_rows`.*)::text, 2, pg_catalog.length(ROW(`_rows`.*)::text) - 2), E'\n'), '') AS `body`, {settings}, {kept} FROM `_page` AS `_rows`)",
            {}},
        Row{{.target = "/rpc/all_films", .range = "0-1"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`all_films`() AS `_call`) {page}, "
            "{json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.method = "POST", .target = "/rpc/outs", .body = R"({"a":4})"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record($1::json) AS "
            "`_arguments`(`a` integer), LATERAL `api`.`outs`(`a` := `_arguments`.`a`) AS `_call`) "
            "{page}, coalesce((pg_catalog.json_agg(`_rows`.*) OPERATOR(pg_catalog.->) 0)::text, "
            "'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"a":4})"}},
        Row{{.method = "POST", .target = "/rpc/tab?select=q&p=gt.1", .body = R"({"n":2})"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record($1::json) AS "
            "`_arguments`(`n` integer), LATERAL `api`.`tab`(`n` := `_arguments`.`n`) AS `_call`) "
            "{page}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"n":2})", "1"}},
        Row{{.method = "POST",
             .target = "/rpc/tab",
             .body = R"({"n":2})",
             .accept = "application/vnd.pgrst.object+json"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record($1::json) AS "
            "`_arguments`(`n` integer), LATERAL `api`.`tab`(`n` := `_arguments`.`n`) AS `_call`) "
            "{page}, coalesce((pg_catalog.json_agg(`_rows`.*) OPERATOR(pg_catalog.->) 0)::text, "
            "'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"n":2})"}},
        Row{{.method = "POST",
             .target = "/rpc/tab",
             .body = R"({"n":2})",
             .prefer = "handling=strict,max-affected=1"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record($1::json) AS "
            "`_arguments`(`n` integer), LATERAL `api`.`tab`(`n` := `_arguments`.`n`) AS `_call`) "
            "{page}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"n":2})"}}));

}  // namespace
}  // namespace torale::rest
