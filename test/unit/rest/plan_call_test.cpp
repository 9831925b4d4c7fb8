#include <gtest/gtest.h>

#include "planned_row.hpp"
#include "rest/plan_parts.hpp"

namespace torale::rest {
namespace {

using testing::plan_of;
using testing::planned_schema;
using Row = testing::PlannedRow;
using Refused = testing::RefusedRow;
using testing::Sent;

std::string describe(const Plan& plan) {
    const CallPlan& call = *plan.call;
    std::string text = call.routine->name.name + "(";
    for (const auto& [name, values] : call.arguments) {
        if (text.back() != '(') text += ", ";
        text += name;
        if (!values.empty()) text += "=" + join(values, "|");
    }
    text += call.takes_raw_body ? "raw)" : ")";
    switch (plan.payload.kind) {
        case Payload::Kind::none:
            break;
        case Payload::Kind::json:
            text += " json";
            break;
        case Payload::Kind::raw:
            text += " octets";
            break;
    }
    if (plan.is_read_only) text += " read-only";
    if (plan.count == Count::exact) text += " counted";
    if (plan.affected_max) text += " at most " + std::to_string(*plan.affected_max);
    return text;
}

class PlannedCalls : public ::testing::TestWithParam<Row> {};

TEST_P(PlannedCalls, are_decided) {
    const Result<Plan> plan = plan_of(GetParam().sent);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(describe(*plan), GetParam().decided);
    EXPECT_EQ(plan->action, Action::call);
    EXPECT_EQ(plan->read.from_cte, called_cte);
    EXPECT_EQ(plan->media_type.empty(), plan->call->routine->returns_void);
}

Sent post(const std::string& target, const std::string& body, const std::string& type = "") {
    return {.method = "POST", .target = target, .body = body, .content_type = type};
}

constexpr const char* form = "application/x-www-form-urlencoded";

INSTANTIATE_TEST_SUITE_P(
    by_get, PlannedCalls,
    ::testing::Values(
        Row{{.target = "/rpc/add?a=1"}, "add(a=1) read-only"},
        Row{{.target = "/rpc/add?b=2&a=1"}, "add(a=1, b=2) read-only"},
        Row{{.target = "/rpc/add?a=1&a=2"}, "add(a=2) read-only"},
        Row{{.method = "HEAD", .target = "/rpc/add?a=1"}, "add(a=1) read-only"},
        // Volatile, and yet: nothing may be written by GET.
        Row{{.target = "/rpc/nothing"}, "nothing() read-only"},
        Row{{.target = "/rpc/vsum?label=x&v=1&v=2"}, "vsum(label=x, v=1|2) read-only"},
        Row{{.target = "/rpc/vsum?v=1&label=x&label=y"}, "vsum(label=y, v=1) read-only"},
        Row{{.target = "/rpc/all_films?id=eq.1"}, "all_films() read-only"},
        Row{{.target = "/rpc/numbers?n=1&select=x"}, "numbers(n=1) read-only"},
        Row{{.target = "/rpc/numbers?n=1", .prefer = "count=exact"},
            "numbers(n=1) read-only counted"},
        Row{{.target = "/rpc/numbers?n=1", .prefer = "count=estimated"},
            "numbers(n=1) read-only counted"},
        Row{{.target = "/rpc/numbers?n=1", .prefer = "count=planned"}, "numbers(n=1) read-only"},
        Row{{.target = "/rpc/over?b=1&a=2"}, "over(a=2, b=1) read-only"}));

INSTANTIATE_TEST_SUITE_P(
    by_post, PlannedCalls,
    ::testing::Values(Row{post("/rpc/add", R"({"a":1})"), "add(a) json read-only"},
                      Row{post("/rpc/add", R"({"b":1,"a":1})"), "add(a, b) json read-only"},
                      Row{post("/rpc/add", R"([{"a":1},{"z":2}])"), "add(a) json read-only"},
                      Row{post("/rpc/add?columns=a", R"({"a":1,"q":2})"), "add(a) json read-only"},
                      Row{post("/rpc/nothing", ""), "nothing() json"},
                      Row{post("/rpc/nothing", "{}"), "nothing() json"},
                      Row{post("/rpc/nothing", "5"), "nothing() json"},
                      Row{post("/rpc/add", "a=1&b=x+y", form), "add(a=1, b=x y) read-only"},
                      Row{post("/rpc/vsum", "v=1&label=a&v=2", form), "vsum(label=a, v=1|2)"},
                      Row{post("/rpc/nothing", "", form), "nothing()"},
                      Row{post("/rpc/add", "a\n1\n", "text/csv"), "add(a) json read-only"},
                      Row{post("/rpc/js", R"({"a":1})"), "js(raw) json"},
                      Row{post("/rpc/js", "[1]"), "js(raw) json"},
                      Row{post("/rpc/txt", "{a", "text/plain"), "txt(raw) octets"},
                      Row{post("/rpc/bytes", "abc", "application/octet-stream"),
                          "bytes(raw) octets"},
                      Row{{.method = "POST",
                           .target = "/rpc/tab",
                           .body = R"({"n":1})",
                           .prefer = "handling=strict,max-affected=3"},
                          "tab(n) json at most 3"},
                      Row{{.method = "POST",
                           .target = "/rpc/tab",
                           .body = R"({"n":1})",
                           .prefer = "max-affected=3,return=minimal"},
                          "tab(n) json"}));

TEST(plan_call, hoists_the_settings_that_rule_a_transaction) {
    const Result<Plan> plan = plan_of(post("/rpc/slow", ""));
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->isolation, "serializable");
    EXPECT_EQ(plan->routine_settings,
              (std::vector<std::pair<std::string, std::string>>{{"statement_timeout", "5s"}}));
    const Result<Plan> other = plan_of(post("/rpc/nothing", ""));
    EXPECT_EQ(other->isolation, "");
    EXPECT_TRUE(other->routine_settings.empty());
}

TEST(plan_call, caps_and_cuts_its_rows) {
    const Result<Plan> plan =
        plan_of({.target = "/rpc/all_films?offset=1", .range = "2-9"}, {.max_rows = 3});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->read.limit, 3);
    EXPECT_EQ(plan->read.offset, 2);
    EXPECT_EQ(plan->max_rows, 3);
    EXPECT_EQ(plan->read.relation, planned_schema().find_relation({"api", "films"}));
}

TEST(plan_call, reads_the_value_itself_of_what_has_no_columns) {
    const Result<Plan> plan = plan_of({.target = "/rpc/numbers?n=3&select=id,title&limit=2"});
    ASSERT_TRUE(plan) << plan.error().message;
    ASSERT_EQ(plan->read.columns.size(), 1u);
    EXPECT_EQ(plan->read.columns[0].field.name, scalar_column);
    EXPECT_EQ(plan->read.limit, 2);
    EXPECT_EQ(plan->read.relation, nullptr);
}

class RefusedPlans : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedPlans, of_calls_say_why) {
    testing::expect_refusal(GetParam());
}

constexpr const char* not_a_set =
    "Function must return SETOF or TABLE when max-affected preference is used with "
    "handling=strict";
constexpr const char* strict = "handling=strict,max-affected=3";

INSTANTIATE_TEST_SUITE_P(
    of_every_kind, RefusedPlans,
    ::testing::Values(
        Refused{post("/rpc/add", "{"), 400, "PGRST102", "Empty or invalid json"},
        Refused{post("/rpc/absent", "{"), 400, "PGRST102", "Empty or invalid json"},
        Refused{post("/rpc/add", "x", "text/html"), 400, "PGRST102",
                "Content-Type not acceptable: text/html"},
        Refused{post("/rpc/add", "{}"), 404, "PGRST202",
                "Could not find the function api.add without parameters in the schema cache"},
        Refused{post("/rpc/add", R"({"a":1,"a\"); DROP TABLE films; --":2})"), 404, "PGRST202",
                "Could not find the function api.add(a, a\"); DROP TABLE films; --) in the schema "
                "cache"},
        Refused{{.target = "/rpc/add?b=1"},
                404,
                "PGRST202",
                "Could not find the function api.add(b) in the schema cache"},
        Refused{{.target = "/rpc/js?a=1"},
                404,
                "PGRST202",
                "Could not find the function api.js(a) in the schema cache"},
        Refused{post("/rpc/over", R"({"a":1})"), 300, "PGRST203",
                "Could not choose the best candidate function between: api.over(a => integer), "
                "api.over(a => text)"},
        Refused{{.method = "POST", .target = "/rpc/nothing", .prefer = strict},
                400,
                "PGRST128",
                not_a_set},
        Refused{{.target = "/rpc/one_film?wanted=1", .prefer = strict}, 400, "PGRST128", not_a_set},
        Refused{{.target = "/rpc/add?a=1", .prefer = strict}, 400, "PGRST128", not_a_set},
        Refused{{.target = "/rpc/add?a=1", .accept = "image/png"},
                406,
                "PGRST107",
                "None of these media types are available: image/png"},
        Refused{{.target = "/rpc/tab?n=1&select=q,casts(name)"},
                400,
                "PGRST200",
                "Could not find a relationship between 'tab' and 'casts' in the schema cache"}));

}  // namespace
}  // namespace torale::rest
