// Requests as a client writes them, and the schema that the tests of plans and statements use.
#pragma once
#include <gtest/gtest.h>

#include "rest/ask.hpp"
#include "rest/plan.hpp"
#include "schema_builder.hpp"

namespace torale::rest::testing {

struct Sent {
    std::string method = "GET";
    std::string target = "/";
    std::string body{};
    std::string prefer{};
    std::string accept{};
    std::string content_type{};
    std::string range{};
};

// The request line, then whatever else was sent: no two rows of a table print alike.
inline void PrintTo(const Sent& sent, std::ostream* out) {
    *out << sent.method << ' ' << sent.target;
    if (!sent.body.empty()) *out << ' ' << sent.body;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) *out << ' ' << name << ": " << value;
    };
    add("Prefer", sent.prefer);
    add("Accept", sent.accept);
    add("Content-Type", sent.content_type);
    add("Range", sent.range);
}

inline Ask ask_of(const Sent& sent) {
    core::HttpRequest request;
    request.method = sent.method;
    request.target = sent.target;
    request.body = sent.body;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) request.headers.push_back({name, value});
    };
    add("Prefer", sent.prefer);
    add("Accept", sent.accept);
    add("Content-Type", sent.content_type);
    add("Range", sent.range);
    Result<Ask> ask = parse_ask(request, {"api"});
    EXPECT_TRUE(ask) << sent.target << ": " << ask.error().message;
    return ask ? *ask : Ask{};
}

struct RoutineShape {
    std::string name;
    std::vector<RoutineParameter> parameters;
    std::string return_type = "void";
};

inline Routine routine_of(const RoutineShape& shape) {
    Routine routine;
    routine.name = {"api", shape.name};
    routine.parameters = shape.parameters;
    routine.return_type = shape.return_type;
    routine.returns_void = shape.return_type == "void";
    return routine;
}

inline Routine set_of(Routine routine) {
    routine.returns_set = true;
    return routine;
}

inline Routine rows_of(Routine routine, const std::string& relation = "") {
    routine.returns_composite = true;
    if (!relation.empty()) routine.return_relation = Name{"api", relation};
    return routine;
}

inline Routine read_only(Routine routine) {
    routine.volatility = Volatility::stable;
    return routine;
}

inline void add_routines(SchemaBuilder& b) {
    using Parameter = RoutineParameter;
    b.routine(read_only(routine_of(
        {"add", {Parameter{"a", "integer"}, Parameter{"b", "integer", false}}, "integer"})));
    b.routine(routine_of({"nothing", {}}));
    b.routine(set_of(read_only(routine_of({"numbers", {Parameter{"n", "integer"}}, "integer"}))));
    b.routine(
        rows_of(read_only(routine_of({"one_film", {Parameter{"wanted", "integer"}}, "api.films"})),
                "films"));
    b.routine(set_of(rows_of(read_only(routine_of({"all_films", {}, "api.films"})), "films")));
    b.routine(rows_of(routine_of({"outs", {Parameter{"a", "integer"}}, "record"})));
    b.routine(set_of(rows_of(routine_of({"tab", {Parameter{"n", "integer"}}, "record"}))));
    b.routine(routine_of({"js", {Parameter{"", "json"}}, "json"}));
    b.routine(routine_of({"txt", {Parameter{"", "text"}}, "text"}));
    b.routine(routine_of({"bytes", {Parameter{"", "bytea"}}, "integer"}));
    b.routine(routine_of(
        {"vsum", {Parameter{"label", "text"}, Parameter{"v", "integer[]", true, true}}, "text"}));
    b.routine(
        routine_of({"Odd F", {Parameter{"a\"b", "integer"}, Parameter{"x y", "text[]"}}, "text"}));
    b.routine(routine_of({"over", {Parameter{"a", "integer"}}, "text"}));
    b.routine(routine_of({"over", {Parameter{"a", "text"}}, "text"}));
    b.routine(routine_of({"over", {Parameter{"a", "text"}, Parameter{"b", "text"}}, "text"}));
    Routine slow = routine_of({"slow", {}});
    slow.settings = {{"statement_timeout", "5s"},
                     {"default_transaction_isolation", "serializable"},
                     {"work_mem", "1MB"}};
    b.routine(slow);
}

// Films with defaults, a composite key, odd names, no key, a view.
inline Schema write_schema() {
    SchemaBuilder b({"api"});
    b.table("films",
            {{"id", "integer"},
             {"title", "text"},
             {"year", "integer"},
             {"mood", "api.mood"},
             {"tags", "text[]"},
             {"data", "jsonb"},
             {"raw", "json"},
             {"name", "text"},
             {"code", "character varying(4)"},
             {"made", "timestamp with time zone"}},
            {"id"});
    b.table("pairs", {{"a", "integer"}, {"b", "text"}, {"v", "integer"}}, {"a", "b"});
    b.table("logs", {{"msg", "text"}, {"n", "integer"}});
    b.table("Odd \"T\"", {{"The Id", "integer"}, {"a\"b", "text"}}, {"The Id"});
    b.table("parts", {{"k", "integer"}, {"v", "text"}}, {"k"});
    b.table("film_view", {{"id", "integer"}, {"title", "text"}, {"year", "integer"}}, {"id"});
    b.table("casts", {{"film_id", "integer"}, {"name", "text"}}, {"film_id", "name"});
    b.key("casts", {"film_id"}, "films", {"id"});
    add_routines(b);
    Schema schema = b.build();
    Relation& films = schema.relations[{"api", "films"}];
    films.columns[1].default_expression = "'untitled'::text";
    films.columns[3].default_expression = "'ok'::api.mood";
    schema.relations[{"api", "logs"}].columns[1].default_expression =
        "nextval('api.logs_n_seq'::regclass)";
    return schema;
}

}  // namespace torale::rest::testing
