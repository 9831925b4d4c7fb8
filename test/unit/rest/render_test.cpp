#include "rest/render.hpp"

#include <gtest/gtest.h>

#include "rendered_row.hpp"

namespace torale::rest {
namespace {

using Row = testing::RenderedRow;
using testing::Values;

class RenderedReads : public ::testing::TestWithParam<Row> {};

TEST_P(RenderedReads, are_one_statement) {
    testing::expect_statement(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    of_rows, RenderedReads,
    ::testing::Values(
        Row{{.target = "/films"},
            "{page}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.target = "/films?select=id,_rows:title&order=id"},
            "{page}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.target = "/films?select="},
            "{page}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.target = "/films?title=eq.%27;DROP%20TABLE%20films;--&or=(id.eq.1,year.lt.2)"},
            "{page}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"';DROP TABLE films;--", "1", "2"}},
        Row{{.target = "/Odd%20%22T%22?%22a%5C%22b%22=eq.x&select=%22The%20Id%22"},
            "{page}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"x"}},
        Row{{.target = "/films?id=eq.1", .accept = "application/vnd.pgrst.object+json"},
            "{page}, coalesce((pg_catalog.json_agg(`_rows`.*) OPERATOR(pg_catalog.->) 0)::text, "
            "'null') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"1"}},
        Row{{.target = "/films?id=eq.1",
             .accept = "application/vnd.pgrst.array+json;nulls=stripped"},
            "{page}, coalesce(pg_catalog.json_strip_nulls(pg_catalog.json_agg(`_rows`.*))::text, "
            "'[]') AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"1"}},
        Row{{.target = "/films?id=eq.1",
             .accept = "application/vnd.pgrst.object+json;nulls=stripped"},
            "{page}, coalesce(pg_catalog.json_strip_nulls((pg_catalog.json_agg(`_rows`.*) "
            "OPERATOR(pg_catalog.->) 0))::text, 'null') AS `body`, {settings}, {kept} FROM "
            "({read}) AS `_rows`",
            {"1"}},
        Row{{.method = "HEAD",
             .target = "/films?id=eq.1",
             .accept = "application/vnd.pgrst.object+json"},
            "{page}, '' AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"1"}},
        Row{{.target = "/films?select=id,title,tags", .accept = "text/csv"},
            R"(WITH `_page` AS ({read}) {page}, coalesce((SELECT pg_catalog.string_agg(CASE WHEN `_name` OPERATOR(pg_catalog.~) '[`,\n\r]' THEN '`' || pg_catalog.replace(`_name`, '`', '``') || '`' ELSE `_name` END, ',') FROM (SELECT pg_catalog.json_object_keys(pg_catalog.row_to_json(`_first`.*)) AS `_name` FROM (SELECT * FROM `_page` LIMIT 1) AS `_first`) AS `_names`) || E'\n' || pg_catalog.string_agg(pg_catalog.substr(ROW(`_rows`.*)::text, 2, pg_catalog.length(ROW(`_rows`.*)::text) - 2), E'\n'), '') AS `body`, {settings}, {kept} FROM `_page` AS `_rows`)",
            {}},
        Row{{.method = "HEAD", .target = "/films", .accept = "text/csv"},
            "{page}, '' AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}}));

INSTANTIATE_TEST_SUITE_P(
    that_count, RenderedReads,
    ::testing::Values(
        Row{{.target = "/casts?select=name,films!inner(title)", .prefer = "count=exact"},
            "{total}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.target = "/films", .prefer = "count=exact"},
            "{total}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.target = "/films?year=gt.1990", .prefer = "count=exact"},
            "{total}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"1990"}},
        Row{{.target = "/films?limit=1", .prefer = "count=exact"},
            "WITH `_counted` AS (SELECT pg_catalog.count(*) AS `total` FROM ({countable}) AS "
            "`_countable`) SELECT (SELECT `total` FROM `_counted`) AS `total`, pg_catalog.count(*) "
            "AS `count`, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.target = "/films?limit=1&year=gt.1990", .prefer = "count=exact"},
            "WITH `_counted` AS (SELECT pg_catalog.count(*) AS `total` FROM ({countable}) AS "
            "`_countable`) SELECT (SELECT `total` FROM `_counted`) AS `total`, pg_catalog.count(*) "
            "AS `count`, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"1990", "1990"}},
        Row{{.target = "/films?offset=1", .prefer = "count=exact"},
            "WITH `_counted` AS (SELECT pg_catalog.count(*) AS `total` FROM ({countable}) AS "
            "`_countable`) SELECT (SELECT `total` FROM `_counted`) AS `total`, pg_catalog.count(*) "
            "AS `count`, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"1"}},
        Row{{.target = "/films", .prefer = "count=exact", .range = "0-4"},
            "WITH `_counted` AS (SELECT pg_catalog.count(*) AS `total` FROM ({countable}) AS "
            "`_countable`) SELECT (SELECT `total` FROM `_counted`) AS `total`, pg_catalog.count(*) "
            "AS `count`, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.target = "/films", .prefer = "count=exact"},
            "WITH `_counted` AS (SELECT pg_catalog.count(*) AS `total` FROM ({countable}) AS "
            "`_countable`) SELECT (SELECT `total` FROM `_counted`) AS `total`, pg_catalog.count(*) "
            "AS `count`, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {},
            1},
        Row{{.method = "HEAD", .target = "/films", .prefer = "count=exact"},
            "{total}, '' AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.method = "HEAD", .target = "/films?limit=2", .prefer = "count=exact"},
            "WITH `_counted` AS (SELECT pg_catalog.count(*) AS `total` FROM ({countable}) AS "
            "`_countable`) SELECT (SELECT `total` FROM `_counted`) AS `total`, pg_catalog.count(*) "
            "AS `count`, '' AS `body`, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.target = "/films", .prefer = "count=estimated"},
            "WITH `_counted` AS (SELECT pg_catalog.count(*) AS `total` FROM ({countable} LIMIT 2) "
            "AS `_countable`) SELECT (SELECT `total` FROM `_counted`) AS `total`, "
            "pg_catalog.count(*) AS `count`, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {},
            1},
        Row{{.target = "/films?limit=5&id=eq.1", .prefer = "count=estimated"},
            "WITH `_counted` AS (SELECT pg_catalog.count(*) AS `total` FROM ({countable} LIMIT 11) "
            "AS `_countable`) SELECT (SELECT `total` FROM `_counted`) AS `total`, "
            "pg_catalog.count(*) AS `count`, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {"1", "1"},
            10},
        Row{{.target = "/films?limit=5", .prefer = "count=estimated"},
            "WITH `_counted` AS (SELECT pg_catalog.count(*) AS `total` FROM ({countable}) AS "
            "`_countable`) SELECT (SELECT `total` FROM `_counted`) AS `total`, pg_catalog.count(*) "
            "AS `count`, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.target = "/films", .prefer = "count=estimated"},
            "{total}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.target = "/films?limit=5", .prefer = "count=planned"},
            "{page}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.target = "/films", .prefer = "count=planned"},
            "{page}, {json}, {settings}, {kept} FROM ({read}) AS `_rows`",
            {}},
        Row{{.target = "/films?limit=3", .prefer = "count=exact", .accept = "text/csv"},
            R"(WITH `_counted` AS (SELECT pg_catalog.count(*) AS `total` FROM ({countable}) AS `_countable`), `_page` AS ({read}) SELECT (SELECT `total` FROM `_counted`) AS `total`, pg_catalog.count(*) AS `count`, coalesce((SELECT pg_catalog.string_agg(CASE WHEN `_name` OPERATOR(pg_catalog.~) '[`,\n\r]' THEN '`' || pg_catalog.replace(`_name`, '`', '``') || '`' ELSE `_name` END, ',') FROM (SELECT pg_catalog.json_object_keys(pg_catalog.row_to_json(`_first`.*)) AS `_name` FROM (SELECT * FROM `_page` LIMIT 1) AS `_first`) AS `_names`) || E'\n' || pg_catalog.string_agg(pg_catalog.substr(ROW(`_rows`.*)::text, 2, pg_catalog.length(ROW(`_rows`.*)::text) - 2), E'\n'), '') AS `body`, {settings}, {kept} FROM `_page` AS `_rows`)",
            {}}));

TEST(render, counts_by_a_statement_of_its_own) {
    const Schema schema = testing::write_schema();
    const Ask ask = testing::ask_of(
        {.target = "/films?year=gt.1990&limit=1&select=id", .prefer = "count=planned"});
    const Result<Plan> plan = plan_request(schema, ask, {});
    ASSERT_TRUE(plan);
    const Statement count = render_count(*plan);
    EXPECT_EQ(count.sql, testing::expand("{countable}", *plan));
    EXPECT_EQ(count.parameters, Values{"1990"});
}

TEST(render, has_nothing_to_say_without_rows) {
    Plan plan;
    plan.action = Action::options;
    EXPECT_EQ(render(plan), Statement{});
}

}  // namespace
}  // namespace torale::rest
