#include <gtest/gtest.h>

#include "planned_row.hpp"
#include "rest/plan_parts.hpp"

namespace torale::rest {
namespace {

using testing::plan_of;
using Row = testing::PlannedRow;
using Refused = testing::RefusedRow;
using testing::Sent;
using Names = std::vector<std::string>;

std::string list(const Names& names) {
    return "(" + join(names, ",") + ")";
}

// What a plan decided, in one line.
std::string describe(const Plan& plan) {
    const WritePlan& write = *plan.write;
    std::string text = write.relation->name.name + list(write.columns);
    if (!write.conflict_columns.empty()) text += " conflict" + list(write.conflict_columns);
    if (write.updates_on_conflict) text += " updates";
    if (write.ignores_conflicts) text += " ignores";
    if (write.uses_defaults) text += " defaults";
    if (!write.conditions.empty()) text += " where " + std::to_string(write.conditions.size());
    if (write.returns_rows) text += " returns";
    if (!write.location_columns.empty()) text += " location" + list(write.location_columns);
    if (plan.count == Count::exact) text += " counted";
    if (plan.affected_max) text += " at most " + std::to_string(*plan.affected_max);
    return text;
}

class PlannedWrites : public ::testing::TestWithParam<Row> {};

TEST_P(PlannedWrites, are_decided) {
    const Result<Plan> plan = plan_of(GetParam().sent, {.max_rows = 1});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(describe(*plan), GetParam().decided);
    EXPECT_EQ(plan->action, testing::ask_of(GetParam().sent).action);
    EXPECT_FALSE(plan->is_read_only);
    EXPECT_EQ(plan->media_type.empty(), !plan->write->returns_rows);
    EXPECT_EQ(plan->read.from_cte, written_cte);
    EXPECT_EQ(plan->read.limit, std::nullopt);
    EXPECT_TRUE(plan->read.conditions.empty());
}

constexpr const char* merge = "resolution=merge-duplicates";
constexpr const char* ignore = "resolution=ignore-duplicates";

Sent post(const std::string& target, const std::string& body, const std::string& prefer = "") {
    return {.method = "POST", .target = target, .body = body, .prefer = prefer};
}
Sent patch(const std::string& target, const std::string& body, const std::string& prefer = "") {
    return {.method = "PATCH", .target = target, .body = body, .prefer = prefer};
}
Sent put(const std::string& target, const std::string& body, const std::string& prefer = "") {
    return {.method = "PUT", .target = target, .body = body, .prefer = prefer};
}
Sent remove(const std::string& target, const std::string& prefer = "") {
    return {.method = "DELETE", .target = target, .prefer = prefer};
}

INSTANTIATE_TEST_SUITE_P(
    by_post, PlannedWrites,
    ::testing::Values(Row{post("/films", R"({"title":"t","id":1})"), "films(id,title)"},
                      Row{post("/films", R"([{"id":1},{"id":2}])"), "films(id)"},
                      Row{post("/films", "[]"), "films()"}, Row{post("/films", "{}"), "films()"},
                      Row{post("/films?columns=title,id", "unread"), "films(id,title)"},
                      Row{post("/films?id=eq.1&limit=9", R"({"id":1})"), "films(id)"},
                      Row{post("/films", "{}", "return=minimal"), "films()"},
                      Row{post("/films", "{}", "return=representation"), "films() returns"},
                      Row{post("/films", "{}", "return=headers-only"), "films() location(id)"},
                      Row{post("/pairs", "{}", "return=headers-only"), "pairs() location(a,b)"},
                      Row{post("/logs", "{}", "return=headers-only"), "logs()"},
                      Row{post("/films", "{}", "count=exact"), "films() counted"},
                      Row{post("/films", "{}", "count=estimated"), "films() counted"},
                      Row{post("/films", "{}", "count=planned"), "films()"},
                      Row{post("/films", R"({"id":1})", "missing=default"), "films(id) defaults"},
                      Row{post("/films", R"({"id":1})", "missing=null"), "films(id)"},
                      Row{post("/films", "{}", "handling=strict, max-affected=1"), "films()"}));

INSTANTIATE_TEST_SUITE_P(
    by_upsert, PlannedWrites,
    ::testing::Values(Row{post("/films", R"({"id":1})", merge), "films(id) conflict(id) updates"},
                      Row{post("/films", R"({"id":1})", ignore), "films(id) conflict(id) ignores"},
                      Row{post("/films", "{}", merge), "films() conflict(id) ignores"},
                      Row{post("/films", "[]", merge), "films() conflict(id) ignores"},
                      Row{post("/pairs", R"({"v":1})", merge), "pairs(v) conflict(a,b) updates"},
                      Row{post("/films?on_conflict=year,title", R"({"id":1})", merge),
                          "films(id) conflict(year,title) updates"},
                      Row{post("/films?on_conflict=year", R"({"id":1})"), "films(id)"},
                      Row{post("/logs", R"({"n":1})", merge), "logs(n)"},
                      Row{post("/logs?on_conflict=n", R"({"n":1})", ignore),
                          "logs(n) conflict(n) ignores"},
                      // PostgreSQL knows which columns are unique; names need not even exist.
                      Row{post("/films?on_conflict=%22a%20b%22", R"({"id":1})", merge),
                          "films(id) conflict(a b) updates"}));

INSTANTIATE_TEST_SUITE_P(
    of_rows_that_are_there, PlannedWrites,
    ::testing::Values(
        Row{patch("/films?id=eq.1", R"({"title":"t"})"), "films(title) where 1"},
        Row{patch("/films", R"({"title":"t"})"), "films(title)"},
        Row{patch("/films?or=(id.eq.1,id.eq.2)&year=gt.1", R"({"title":"t"})"),
            "films(title) where 2"},
        Row{patch("/films?select=id,casts(name)&casts.name=eq.x&id=eq.1", "{}",
                  "return=representation"),
            "films() where 1 returns"},
        Row{patch("/films?id=eq.1", "{}", merge), "films() where 1"},
        Row{patch("/films?id=eq.1", R"({"id":1})", "missing=default,return=headers-only"),
            "films(id) defaults where 1"},
        Row{patch("/films", "[]", "count=exact,handling=strict,max-affected=7"),
            "films() counted at most 7"},
        Row{patch("/films", "[]", "max-affected=7"), "films()"},
        Row{remove("/films?id=eq.1"), "films() where 1"}, Row{remove("/films"), "films()"},
        Row{remove("/films", "return=representation,count=exact,missing=default"),
            "films() returns counted"},
        Row{remove("/films", "handling=strict,max-affected=0"), "films() at most 0"},
        Row{put("/films?id=eq.1", R"({"id":1,"title":"t"})"),
            "films(id,title) conflict(id) updates where 1"},
        Row{put("/films?id=eq.1", "{}"), "films() conflict(id) ignores where 1"},
        Row{put("/pairs?b=eq.x&a=eq.1", R"([{"a":1,"b":"x"}])", "return=representation"),
            "pairs(a,b) conflict(a,b) updates where 2 returns"},
        Row{put("/films?id=eq.1", R"({"id":1})", "count=exact,missing=default"),
            "films(id) conflict(id) updates where 1"}));

class RefusedWrites : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedWrites, say_why) {
    testing::expect_refusal(GetParam());
}

Refused unknown_column(Sent sent, const std::string& column, const std::string& table = "films") {
    return {std::move(sent), 400, "PGRST204",
            "Could not find the '" + column + "' column of '" + table + "' in the schema cache"};
}

INSTANTIATE_TEST_SUITE_P(
    for_a_column, RefusedWrites,
    ::testing::Values(unknown_column(post("/films", R"({"id":1,"titel":"t"})"), "titel"),
                      unknown_column(post("/films", R"([{"z":1,"y":2}])"), "y"),
                      unknown_column(post("/films", R"({"ID":1})"), "ID"),
                      unknown_column(post("/films", R"({"":1})"), ""),
                      unknown_column(post("/films?columns=id,nope", "[]"), "nope"),
                      unknown_column(patch("/films", R"({"nope":1})"), "nope"),
                      unknown_column(put("/films?id=eq.1", R"({"nope":1})"), "nope"),
                      unknown_column(post("/films", R"({"id\"); DROP TABLE films; --":1})"),
                                     "id\"); DROP TABLE films; --"),
                      unknown_column(post("/films", R"({"id, title":1})"), "id, title"),
                      unknown_column(post("/films", R"({"ctid":1})"), "ctid"),
                      unknown_column(post("/films", R"({"shout":1})"), "shout"),
                      unknown_column(post("/Odd%20%22T%22", R"({"x":1})"), "x", "Odd \"T\"")));

Refused no_key(Sent sent) {
    return {std::move(sent), 405, "PGRST105",
            "Filters must include all and only primary key columns with 'eq' operators"};
}
Refused other_row(Sent sent) {
    return {std::move(sent), 400, "PGRST115",
            "Payload values do not match URL in primary key column(s)"};
}

INSTANTIATE_TEST_SUITE_P(
    that_put, RefusedWrites,
    ::testing::Values(
        no_key(put("/films", "{}")), no_key(put("/films?title=eq.x", "{}")),
        no_key(put("/films?id=eq.1&title=eq.x", "{}")), no_key(put("/films?id=gt.1", "{}")),
        no_key(put("/films?id=not.eq.1", "{}")), no_key(put("/films?id=in.(1)", "{}")),
        no_key(put("/films?id=eq(any).{1}", "{}")), no_key(put("/films?id=eq.1&id=eq.1", "{}")),
        no_key(put("/films?and=(id.eq.1)", "{}")), no_key(put("/films?id-%3Ea=eq.1", "{}")),
        no_key(put("/pairs?a=eq.1", "{}")), no_key(put("/logs?n=eq.1", "{}")),
        no_key(put("/logs", "{}")), other_row(put("/films?id=eq.1", R"([{"id":1},{"id":1}])"))));

INSTANTIATE_TEST_SUITE_P(
    in_order, RefusedWrites,
    ::testing::Values(
        // The body before the relation, the relation before columns, columns before media.
        Refused{post("/zzz", "{"), 400, "PGRST102", "Empty or invalid json"},
        Refused{post("/zzz", R"({"nope":1})"), 404, "PGRST205",
                "Could not find the table 'api.zzz' in the schema cache"},
        Refused{post("/films", R"([{"id":1},{}])"), 400, "PGRST102", "All object keys must match"},
        unknown_column(
            {.method = "POST", .target = "/films", .body = R"({"nope":1})", .accept = "image/png"},
            "nope"),
        Refused{{.method = "DELETE", .target = "/films", .accept = "image/png"},
                406,
                "PGRST107",
                "None of these media types are available: image/png"},
        Refused{post("/films?select=id,nothing(x)", "{}"), 400, "PGRST200",
                "Could not find a relationship between 'films' and 'nothing' in the schema "
                "cache"},
        Refused{{.method = "POST", .target = "/films", .body = "x", .content_type = "text/html"},
                400,
                "PGRST102",
                "Content-Type not acceptable: text/html"}));

}  // namespace
}  // namespace torale::rest
