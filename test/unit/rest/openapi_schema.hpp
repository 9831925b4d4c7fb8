// A schema of everything that is awkward to describe: odd names, reserved words, arrays, enums,
// defaults that are no literals, views without keys, keys to keys, overloads.
#pragma once
#include "rest/openapi.hpp"

namespace torale::rest::testing {

inline Column column(const char* name, const char* type) {
    Column made;
    made.name = name;
    made.type = made.nominal_type = type;
    return made;
}

inline Column with_default(const char* name, const char* type, const char* expression) {
    Column made = column(name, type);
    made.default_expression = expression;
    made.is_nullable = false;
    return made;
}

inline Relation items_table() {
    Relation made;
    made.name = {"api", "items"};
    made.comment = "Things\nwith a longer story.";
    made.primary_key = {"id"};
    Column mood = with_default("mood", "api.mood", "'sad'::api.mood");
    mood.enum_labels = {"happy", "sad", "it's"};
    Column code = with_default("code", "character varying", "'a''b'::character varying");
    code.max_length = 12;
    code.comment = "Short code.";
    Column owner = column("owner_id", "integer");
    owner.comment = "Who has it.";
    made.columns = {with_default("id", "bigint", "nextval('items_id_seq'::regclass)"),
                    code,
                    mood,
                    owner,
                    with_default("count", "integer", "5"),
                    with_default("price", "numeric(10,2)", "'-1.50'::numeric"),
                    with_default("is_new", "boolean", "true"),
                    with_default("at", "timestamp(3) with time zone", "now()"),
                    column("tags", "text[]"),
                    column("matrix", "integer[]"),
                    column("data", "jsonb"),
                    column("blobs", "json[]"),
                    column("ratio", "double precision"),
                    column("span", "int4range")};
    return made;
}

inline Relation odd_table() {
    Relation made;
    made.name = {"api", "odd {name}/ü.a%b~c \"q\""};
    made.primary_key = {"The Id"};
    made.columns = {column("The Id", "integer"),
                    column("select", "text"),
                    column("order", "text"),
                    column("limit", "text"),
                    column("or", "text"),
                    column("a.b", "text"),
                    column("a\"b\\c", "text"),
                    column("$ref", "text"),
                    column("{x}", "text"),
                    column("日本", "text"),
                    column("on_conflict", "integer")};
    return made;
}

inline Relation plain_relation(const char* name, std::vector<std::string> key) {
    Relation made;
    made.name = {"api", name};
    made.primary_key = key;
    for (const std::string& one : key) made.columns.push_back(column(one.c_str(), "integer"));
    made.columns.push_back(column("note", "text"));
    return made;
}

inline void relate(Schema& schema, const char* origin, const char* target, ColumnPair pair) {
    Relationship made;
    made.origin = {"api", origin};
    made.target = {"api", target};
    made.constraint = std::string(origin) + "_" + pair.origin + "_fkey";
    made.columns = {pair};
    schema.relationships[made.origin].push_back(made);
    made.cardinality = Cardinality::one_to_many;
    std::swap(made.origin, made.target);
    made.columns = {{pair.target, pair.origin}};
    schema.relationships[made.origin].push_back(made);
}

// `origin` has the key, which is unique.
inline void relate_one_to_one(Schema& schema, const char* origin, const char* target,
                              ColumnPair pair) {
    Relationship made;
    made.origin = {"api", origin};
    made.target = {"api", target};
    made.cardinality = Cardinality::one_to_one;
    made.constraint = std::string(origin) + "_" + pair.origin + "_fkey";
    made.columns = {pair};
    schema.relationships[made.origin].push_back(made);
    std::swap(made.origin, made.target);
    made.columns = {{pair.target, pair.origin}};
    schema.relationships[made.origin].push_back(made);
}

inline Routine routine(const char* name, Volatility volatility,
                       std::vector<RoutineParameter> parameters) {
    Routine made;
    made.name = {"api", name};
    made.volatility = volatility;
    made.parameters = std::move(parameters);
    made.return_type = "integer";
    return made;
}

inline std::vector<Routine> awkward_routines() {
    Routine none = routine("no_parameters", Volatility::stable, {});
    none.comment = "Takes nothing.\nSays something.";
    Routine nothing = routine("returns_void", Volatility::volatile_, {{"x", "text", true, false}});
    nothing.returns_void = true;
    Routine rows = routine("returns_items", Volatility::stable,
                           {{"select", "text", false, false}, {"tags", "text[]", true, false}});
    rows.returns_set = rows.returns_composite = true;
    rows.return_relation = Name{"api", "items"};
    Routine hidden = routine("returns_hidden", Volatility::stable, {});
    hidden.returns_set = hidden.returns_composite = true;
    hidden.return_relation = Name{"api", "hidden"};
    return {none,
            nothing,
            rows,
            hidden,
            routine("overloaded", Volatility::stable, {{"a", "integer", true, false}}),
            routine("overloaded", Volatility::volatile_,
                    {{"a", "integer", true, false}, {"b", "jsonb", true, false}}),
            routine("takes_json", Volatility::volatile_, {{"", "json", true, false}}),
            routine("takes_bytes", Volatility::immutable, {{"", "bytea", true, false}}),
            routine("variadic", Volatility::immutable, {{"rest", "integer[]", true, true}}),
            routine("odd {call}/x", Volatility::immutable,
                    {{"the \"arg\"", "timestamp with time zone", false, false}})};
}

inline Schema awkward_schema() {
    Schema made;
    made.exposed = {"api", "other"};
    made.comments["api"] = "My API\nWhat it is for.";
    Relation view = plain_relation("a view", {});
    view.is_view = true;
    view.is_insertable = view.is_updatable = view.is_deletable = false;
    Relation empty;
    empty.name = {"api", "no_columns"};
    Relation elsewhere = plain_relation("items", {"id"});
    elsewhere.name.schema = "other";
    for (const Relation& one :
         {items_table(), odd_table(), view, empty, elsewhere, plain_relation("owners", {"id"}),
          plain_relation("hidden", {"id"}), plain_relation("passports", {"owner_id"}),
          plain_relation("rpc", {"a", "b"})}) {
        made.relations[one.name] = one;
    }
    relate(made, "items", "owners", {"owner_id", "id"});
    relate_one_to_one(made, "passports", "owners", {"owner_id", "id"});
    for (const Routine& one : awkward_routines()) made.routines[one.name].push_back(one);
    return made;
}

inline OpenApiOptions awkward_options(const Schema& schema) {
    OpenApiOptions options;
    options.schema = "api";
    options.host = "localhost:3000";
    options.version = "0.1.0";
    for (const auto& [name, relation] : schema.relations) options.relations.insert(name);
    for (const auto& [name, overloads] : schema.routines) options.routines.insert(name);
    options.relations.erase({"api", "hidden"});
    return options;
}

}  // namespace torale::rest::testing
