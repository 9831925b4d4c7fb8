#include "rest/choose_routine.hpp"

#include <gtest/gtest.h>

#include "ask_maker.hpp"
#include "rest/plan_parts.hpp"

namespace torale::rest {
namespace {

using Names = std::vector<std::string>;
using Parameter = RoutineParameter;
using testing::routine_of;

// Overloads of one name "f", told apart by their return type.
Schema overloads() {
    testing::SchemaBuilder b({"api"});
    b.routine(routine_of({"f", {}, "none"}));
    b.routine(routine_of({"f", {Parameter{"a", "integer"}}, "a"}));
    b.routine(
        routine_of({"f",
                    {Parameter{"a", "text"}, Parameter{"b", "text"}, Parameter{"c", "text", false}},
                    "abc"}));
    b.routine(
        routine_of({"f", {Parameter{"x", "text", false}, Parameter{"y", "text", false}}, "xy"}));
    b.routine(routine_of({"f", {Parameter{"", "jsonb"}}, "jsonb"}));
    b.routine(routine_of({"f", {Parameter{"", "text"}}, "text"}));
    b.routine(routine_of({"f", {Parameter{"", "xml"}}, "xml"}));
    b.routine(routine_of({"f", {Parameter{"", "bytea"}}, "bytea"}));
    b.routine(routine_of({"twice", {Parameter{"a", "integer"}}, "1"}));
    b.routine(routine_of({"twice", {Parameter{"a", "text"}, Parameter{"b", "date", false}}, "2"}));
    b.routine(routine_of({"both", {Parameter{"", "json"}}, "1"}));
    b.routine(routine_of({"both", {Parameter{"", "jsonb"}}, "2"}));
    b.routine(routine_of({"only_text", {Parameter{"", "text"}}, "text"}));
    b.routine(routine_of({"needs", {Parameter{"first", "text"}, Parameter{"second", "text"}}}));
    return b.build();
}

Ask post(const std::string& name, const std::string& type = "application/json") {
    return testing::ask_of({.method = "POST", .target = "/rpc/" + name, .content_type = type});
}

Ask get(const std::string& name) {
    return testing::ask_of({.target = "/rpc/" + name});
}

void print_call(const Ask& ask, const Names& names, std::ostream* out) {
    *out << ask.method << ' ' << ask.name << '(' << join(names, ", ") << ") " << ask.content_type;
}

struct Row {
    Ask ask;
    Names names;
    std::string chosen;  // its return type
    bool takes_raw_body = false;
};
void PrintTo(const Row& row, std::ostream* out) {
    print_call(row.ask, row.names, out);
}

class ChosenRoutines : public ::testing::TestWithParam<Row> {};

TEST_P(ChosenRoutines, goes_by_names) {
    const Schema schema = overloads();
    const Result<RoutineChoice> choice = choose_routine(schema, GetParam().ask, GetParam().names);
    ASSERT_TRUE(choice) << choice.error().message;
    EXPECT_EQ(choice->routine->return_type, GetParam().chosen);
    EXPECT_EQ(choice->takes_raw_body, GetParam().takes_raw_body);
}

INSTANTIATE_TEST_SUITE_P(
    among_overloads, ChosenRoutines,
    ::testing::Values(Row{post("f"), {"a"}, "a"}, Row{post("f"), {"a", "b"}, "abc"},
                      Row{post("f"), {"a", "b", "c"}, "abc"}, Row{post("f"), {"x"}, "xy"},
                      Row{post("f"), {"x", "y"}, "xy"}, Row{get("f"), {"y"}, "xy"},
                      Row{post("f"), {"q"}, "jsonb", true},
                      Row{post("f"), {"a", "q"}, "jsonb", true},
                      Row{post("only_text", "text/plain"), {}, "text", true}));

struct Refused {
    Ask ask;
    Names names;
    int status;
    std::string code;
    std::string message;
    std::string details;
    std::string hint;
};
void PrintTo(const Refused& row, std::ostream* out) {
    print_call(row.ask, row.names, out);
}

class RefusedCalls : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedCalls, are_refused) {
    const Schema schema = overloads();
    const Result<RoutineChoice> choice = choose_routine(schema, GetParam().ask, GetParam().names);
    ASSERT_FALSE(choice);
    EXPECT_EQ(choice.error().status, GetParam().status);
    EXPECT_EQ(choice.error().code, GetParam().code);
    EXPECT_EQ(choice.error().message, GetParam().message);
    EXPECT_EQ(choice.error().details, GetParam().details);
    EXPECT_EQ(choice.error().hint, GetParam().hint);
}

constexpr const char* rename_hint =
    "Try renaming the parameters or the function itself in the database so function overloading "
    "can be resolved";

INSTANTIATE_TEST_SUITE_P(
    of_no_routine, RefusedCalls,
    ::testing::Values(
        Refused{get("absent"),
                {},
                404,
                "PGRST202",
                "Could not find the function api.absent without parameters in the schema cache",
                "Searched for the function api.absent without parameters, but no matches were "
                "found in the schema cache.",
                ""},
        Refused{get("need"),
                {"b"},
                404,
                "PGRST202",
                "Could not find the function api.need(b) in the schema cache",
                "Searched for the function api.need with parameter b, but no matches were found "
                "in the schema cache.",
                "Perhaps you meant to call the function api.needs"},
        Refused{post("need"),
                {"a", "b"},
                404,
                "PGRST202",
                "Could not find the function api.need(a, b) in the schema cache",
                "Searched for the function api.need with parameters a, b or with a single unnamed "
                "json/jsonb parameter, but no matches were found in the schema cache.",
                "Perhaps you meant to call the function api.needs"},
        Refused{post("needs"),
                {"first", "secnd"},
                404,
                "PGRST202",
                "Could not find the function api.needs(first, secnd) in the schema cache",
                "Searched for the function api.needs with parameters first, secnd or with a "
                "single unnamed json/jsonb parameter, but no matches were found in the schema "
                "cache.",
                "Perhaps you meant to call the function api.needs(first, second)"},
        Refused{post("only_text"),
                {},
                404,
                "PGRST202",
                "Could not find the function api.only_text without parameters in the schema cache",
                "Searched for the function api.only_text without parameters or with a single "
                "unnamed json/jsonb parameter, but no matches were found in the schema cache.",
                ""},
        Refused{post("zzz", "text/plain"),
                {},
                404,
                "PGRST202",
                "Could not find the function api.zzz in the schema cache",
                "Searched for the function api.zzz with a single unnamed text parameter, but no "
                "matches were found in the schema cache.",
                ""},
        Refused{post("zzz", "text/xml"),
                {},
                404,
                "PGRST202",
                "Could not find the function api.zzz in the schema cache",
                "Searched for the function api.zzz with a single unnamed xml parameter, but no "
                "matches were found in the schema cache.",
                ""},
        Refused{post("zzz", "application/octet-stream"),
                {},
                404,
                "PGRST202",
                "Could not find the function api.zzz in the schema cache",
                "Searched for the function api.zzz with a single unnamed bytea parameter, but no "
                "matches were found in the schema cache.",
                ""},
        Refused{post("zzz", "application/x-www-form-urlencoded"),
                {"a"},
                404,
                "PGRST202",
                "Could not find the function api.zzz(a) in the schema cache",
                "Searched for the function api.zzz with parameter a, but no matches were found "
                "in the schema cache.",
                ""}));

INSTANTIATE_TEST_SUITE_P(
    of_several_routines, RefusedCalls,
    ::testing::Values(
        Refused{get("twice"),
                {"a"},
                300,
                "PGRST203",
                "Could not choose the best candidate function between: api.twice(a => integer), "
                "api.twice(a => text, b => date)",
                "",
                rename_hint},
        Refused{post("both"),
                {"q"},
                300,
                "PGRST203",
                "Could not choose the best candidate function between: api.both( => json), "
                "api.both( => jsonb)",
                "",
                rename_hint},
        Refused{post("f"),
                {},
                300,
                "PGRST203",
                "Could not choose the best candidate function between: api.f(), api.f(x => text, "
                "y => text)",
                "",
                rename_hint}));

TEST(choose_routine, takes_no_raw_body_for_a_routine_without_parameters) {
    testing::SchemaBuilder b({"api"});
    b.routine(routine_of({"none", {}, "none"}));
    b.routine(routine_of({"unnamed", {Parameter{"", "text"}}, "text"}));
    const Schema schema = b.build();
    EXPECT_FALSE(choose_routine(schema, post("none", "text/plain"), {}));
    EXPECT_TRUE(choose_routine(schema, post("none"), {}));
    EXPECT_TRUE(choose_routine(schema, post("none", "application/x-www-form-urlencoded"), {}));
    EXPECT_FALSE(choose_routine(schema, post("unnamed", "text/xml"), {}));
    // An unnamed parameter is never reached by the name "".
    EXPECT_FALSE(choose_routine(schema, get("unnamed"), {""}));
}

}  // namespace
}  // namespace torale::rest
