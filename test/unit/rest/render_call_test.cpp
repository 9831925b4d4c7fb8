// How the arguments of a request reach the routine.
#include "rest/render.hpp"

#include <gtest/gtest.h>

#include "rendered_row.hpp"

namespace torale::rest {
namespace {

using Row = testing::RenderedRow;

class RenderedCalls : public ::testing::TestWithParam<Row> {};

TEST_P(RenderedCalls, are_one_statement) {
    testing::expect_statement(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    with_named_arguments, RenderedCalls,
    ::testing::Values(
        Row{{.method = "POST", .target = "/rpc/add", .body = R"({"a":1,"b":2})"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record($1::json) AS "
            "`_arguments`(`a` integer, `b` integer), LATERAL `api`.`add`(`a` := `_arguments`.`a`, "
            "`b` := `_arguments`.`b`) AS `_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"a":1,"b":2})"}},
        Row{{.method = "POST", .target = "/rpc/add", .body = R"({"a":1})"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record($1::json) AS "
            "`_arguments`(`a` integer), LATERAL `api`.`add`(`a` := `_arguments`.`a`) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"a":1})"}},
        Row{{.method = "POST", .target = "/rpc/add", .body = R"([{"a":1,"b":3},7])"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record(($1::json "
            "OPERATOR(pg_catalog.->) 0)) AS `_arguments`(`a` integer, `b` integer), LATERAL "
            "`api`.`add`(`a` := `_arguments`.`a`, `b` := `_arguments`.`b`) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"([{"a":1,"b":3},7])"}},
        Row{{.target = "/rpc/add?a=5"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`add`(`a` := $1::integer) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"5"}},
        Row{{.target = "/rpc/add?b=6&a=5"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`add`(`a` := $1::integer, `b` := "
            "$2::integer) AS `_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"5", "6"}},
        Row{{.target = "/rpc/add?a=5&a=7"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`add`(`a` := $1::integer) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"7"}},
        Row{{.method = "POST",
             .target = "/rpc/add",
             .body = "a=5&b=6",
             .content_type = "application/x-www-form-urlencoded"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`add`(`a` := $1::integer, `b` := "
            "$2::integer) AS `_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"5", "6"}},
        Row{{.method = "POST",
             .target = "/rpc/add",
             .body = "a,b\n5,6\n",
             .content_type = "text/csv"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record(($1::json "
            "OPERATOR(pg_catalog.->) 0)) AS `_arguments`(`a` integer, `b` integer), LATERAL "
            "`api`.`add`(`a` := `_arguments`.`a`, `b` := `_arguments`.`b`) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"([{"a":"5","b":"6"}])"}},
        Row{{.method = "POST", .target = "/rpc/add?columns=a", .body = R"({"a":1,"b":2})"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record($1::json) AS "
            "`_arguments`(`a` integer), LATERAL `api`.`add`(`a` := `_arguments`.`a`) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"a":1,"b":2})"}},
        Row{{.method = "POST", .target = "/rpc/add", .body = R"({"a":"1); DROP TABLE films; --"})"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record($1::json) AS "
            "`_arguments`(`a` integer), LATERAL `api`.`add`(`a` := `_arguments`.`a`) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"a":"1); DROP TABLE films; --"})"}}));

INSTANTIATE_TEST_SUITE_P(
    with_odd_arguments, RenderedCalls,
    ::testing::Values(
        Row{{.method = "POST", .target = "/rpc/js", .body = R"({"x":[1,2]})"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`js`($1::json) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"x":[1,2]})"}},
        Row{{.method = "POST", .target = "/rpc/js", .body = "[1,2]"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`js`($1::json) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"[1,2]"}},
        Row{{.method = "POST",
             .target = "/rpc/txt",
             .body = R"(it's "text")",
             .content_type = "text/plain"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`txt`($1::text) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"(it's "text")"}},
        Row{{.method = "POST",
             .target = "/rpc/bytes",
             .body = "abc",
             .content_type = "application/octet-stream"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`bytes`($1::bytea) AS "
            "`_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"(\x616263)"}},
        Row{{.target = "/rpc/vsum?label=s&v=1&v=2&v=3"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`vsum`(`label` := $1::text, VARIADIC "
            "`v` := ARRAY[$2, $3, $4]::integer[]) AS `_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"s", "1", "2", "3"}},
        Row{{.target = "/rpc/vsum?v=1&label=s"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`vsum`(`label` := $1::text, VARIADIC "
            "`v` := ARRAY[$2]::integer[]) AS `_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"s", "1"}},
        Row{{.method = "POST", .target = "/rpc/vsum", .body = R"({"v":[4,5],"label":"s"})"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record($1::json) AS "
            "`_arguments`(`label` text, `v` integer[]), LATERAL `api`.`vsum`(`label` := "
            "`_arguments`.`label`, VARIADIC `v` := `_arguments`.`v`) AS `_call`(`pgrst_scalar`)) "
            "{page}, coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"v":[4,5],"label":"s"})"}},
        Row{{.method = "POST",
             .target = "/rpc/vsum",
             .body = "v=1&label=f&v=8",
             .content_type = "application/x-www-form-urlencoded"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`vsum`(`label` := $1::text, VARIADIC "
            "`v` := ARRAY[$2, $3]::integer[]) AS `_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"f", "1", "8"}},
        Row{{.method = "POST", .target = "/rpc/Odd%20F", .body = R"({"a\"b":4,"x y":["p","q"]})"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record($1::json) AS "
            "`_arguments`(`a``b` integer, `x y` text[]), LATERAL `api`.`Odd F`(`a``b` := "
            "`_arguments`.`a``b`, `x y` := `_arguments`.`x y`) AS `_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"a\"b":4,"x y":["p","q"]})"}},
        Row{{.target = "/rpc/Odd%20F?a%22b=4&x%20y=%7Bp,q%7D"},
            "WITH `_called` AS (SELECT `_call`.* FROM `api`.`Odd F`(`a``b` := $1::integer, `x y` "
            ":= $2::text[]) AS `_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"4", "{p,q}"}},
        Row{{.method = "POST", .target = "/rpc/over", .body = R"({"b":"x","a":"y"})"},
            "WITH `_called` AS (SELECT `_call`.* FROM pg_catalog.json_to_record($1::json) AS "
            "`_arguments`(`a` text, `b` text), LATERAL `api`.`over`(`a` := `_arguments`.`a`, `b` "
            ":= `_arguments`.`b`) AS `_call`(`pgrst_scalar`)) {page}, "
            "coalesce((pg_catalog.json_agg(`_rows`.`pgrst_scalar`) OPERATOR(pg_catalog.->) "
            "0)::text, 'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {R"({"b":"x","a":"y"})"}}));

}  // namespace
}  // namespace torale::rest
