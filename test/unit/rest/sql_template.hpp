// Expected SQL with the parts that other files write left open, so that each text is tested once:
//   {read}      render_read() of the plan       {countable}  render_countable()
//   {where}     render_conditions() of the write's conditions over the row that is written
//   {payload}   the same over the row that is to be written
//   {page}, {total}  the beginning of the answer: without a total, and with the rows as the total
//   {json}      the rows as an array            {settings}   what functions set for the response
//   {kept}      no location, nothing inserted   {inserted}   no location, rows that were inserted
//   {update} and {upserted}  the same of an upsert, and how it counts the others
// Parameters count on from the text before; a backquote stands for a double quote.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rest/render.hpp"

namespace torale::rest::testing {

using Values = std::vector<std::optional<std::string>>;

inline const std::vector<std::pair<std::string, std::string>>& fixed_parts() {
    static const std::vector<std::pair<std::string, std::string>> parts{
        {"page", R"(SELECT null::bigint AS "total", pg_catalog.count(*) AS "count")"},
        {"total", R"(SELECT pg_catalog.count(*) AS "total", pg_catalog.count(*) AS "count")"},
        {"json", R"(coalesce(pg_catalog.json_agg("_rows".*)::text, '[]') AS "body")"},
        {"settings",
         R"(nullif(pg_catalog.current_setting('response.headers', true), '') AS "headers", )"
         R"(nullif(pg_catalog.current_setting('response.status', true), '') AS "status")"},
        {"kept", R"(null::text AS "location", 0::bigint AS "inserted")"},
        {"inserted",
         R"(null::text AS "location", (SELECT pg_catalog.count(*) FROM "_written") AS "inserted")"},
        {"update",
         R"(WHERE pg_catalog.set_config('request.rows_updated', )"
         R"((coalesce(nullif(pg_catalog.current_setting('request.rows_updated', true), ''), )"
         R"('0')::bigint + 1)::text, true) IS NOT NULL)"},
        {"upserted",
         R"(null::text AS "location", (SELECT pg_catalog.count(*) FROM "_written") - )"
         R"(coalesce(nullif(pg_catalog.current_setting('request.rows_updated', true), ''), )"
         R"('0')::bigint AS "inserted")"},
    };
    return parts;
}

inline void write_part(SqlWriter& out, const std::string& part, const Plan& plan) {
    if (part == "read") render_read(out, plan.read);
    if (part == "countable") render_countable(out, plan.read);
    if (part == "where" || part == "payload") {
        render_conditions(out, plan.write->relation, part == "where" ? "_target" : "_payload",
                          plan.write->conditions);
    }
    for (const auto& [name, text] : fixed_parts()) {
        if (name == part) out << text;
    }
}

// The text of one part after `before` parameters.
inline std::string part_text(const std::string& part, const Plan& plan, std::size_t before) {
    SqlWriter out;
    for (std::size_t i = 0; i < before; ++i) out.parameter("");
    out << "|";
    write_part(out, part, plan);
    const std::string sql = out.take().sql;
    return sql.substr(sql.find('|') + 1);
}

inline std::string expand(const std::string& text, const Plan& plan) {
    std::string sql;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t close = text[at] == '{' ? text.find('}', at) : std::string::npos;
        if (close == std::string::npos) {
            sql += text[at] == '`' ? '"' : text[at];
            ++at;
            continue;
        }
        const auto before = std::count(sql.begin(), sql.end(), '$');
        sql +=
            part_text(text.substr(at + 1, close - at - 1), plan, static_cast<std::size_t>(before));
        at = close + 1;
    }
    return sql;
}

}  // namespace torale::rest::testing
