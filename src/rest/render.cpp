// Plan → statement: dispatch, pages of rows, and their total.
#include "rest/render.hpp"

#include "rest/render_parts.hpp"

namespace torale::rest {

namespace {

constexpr std::string_view first_cte = "WITH ";
constexpr std::string_view next_cte = ", ";

bool is_whole(const ReadPlan& read) {
    return !read.limit && read.offset == 0;
}

}  // namespace

std::string render_total(SqlWriter& out, const Plan& plan, std::string_view& separator) {
    if (plan.count != Count::exact && plan.count != Count::estimated) {
        return AnswerColumns{}.total;
    }
    if (is_whole(plan.read)) return AnswerColumns{}.count;
    out << separator << "\"_counted\" AS (SELECT pg_catalog.count(*) AS \"total\" FROM (";
    render_countable(out, plan.read);
    // One row more than a page may have tells that there are more; how many is estimated then.
    if (plan.count == Count::estimated && plan.max_rows > 0) {
        (out << " LIMIT ").number(plan.max_rows + 1);
    }
    out << ") AS \"_countable\")";
    separator = next_cte;
    return "(SELECT \"total\" FROM \"_counted\")";
}

void render_answer(SqlWriter& out, const Plan& plan, const AnswerColumns& columns) {
    out << "SELECT " << columns.total << " AS \"total\", " << columns.count << " AS \"count\", ";
    render_body(out, plan);
    // In the select list of an aggregate, which is evaluated when all rows are there: triggers and
    // functions have set them by then. In a subquery they would be read before.
    out << " AS \"body\", nullif(pg_catalog.current_setting('response.headers', true), '')"
           " AS \"headers\", nullif(pg_catalog.current_setting('response.status', true), '')"
           " AS \"status\", "
        << columns.location << " AS \"location\", " << columns.inserted << " AS \"inserted\"";
}

void render_page(SqlWriter& out, const Plan& plan, const AnswerColumns& columns,
                 std::string_view separator) {
    const bool needs_names = plan.media == Media::csv && wants_body(plan);
    if (needs_names) {
        out << separator << "\"_page\" AS (";
        render_read(out, plan.read);
        out << ")";
        separator = next_cte;
    }
    if (separator != first_cte) out << " ";
    render_answer(out, plan, columns);
    if (needs_names) {
        out << " FROM \"_page\" AS \"_rows\"";
        return;
    }
    out << " FROM (";
    render_read(out, plan.read);
    out << ") AS \"_rows\"";
}

void render_relation_read(SqlWriter& out, const Plan& plan) {
    std::string_view separator = first_cte;
    AnswerColumns columns;
    columns.total = render_total(out, plan, separator);
    render_page(out, plan, columns, separator);
}

Statement render(const Plan& plan) {
    SqlWriter out;
    switch (plan.action) {
        case Action::read:
            render_relation_read(out, plan);
            break;
        case Action::insert:
        case Action::update:
        case Action::upsert_one:
        case Action::remove:
            render_write(out, plan);
            break;
        case Action::call:
            render_call(out, plan);
            break;
        case Action::options:
        case Action::describe:
            break;  // answered from the schema
    }
    return out.take();
}

Statement render_count(const Plan& plan) {
    SqlWriter out;
    render_countable(out, plan.read);
    return out.take();
}

}  // namespace torale::rest
