// The neutral schema of the tests of reading: films and who made them, odd names, a composite
// key, a self reference, a view of a view.
#pragma once
#include "schema_builder.hpp"

namespace torale::rest::testing {

inline Schema film_schema() {
    SchemaBuilder b({"api", "other"});
    b.table("directors", {{"id", "integer"}, {"name", "text"}, {"born", "date"}}, {"id"});
    b.table("films",
            {{"id", "integer"},
             {"title", "text"},
             {"year", "integer"},
             {"director_id", "integer"},
             {"data", "jsonb"},
             {"tags", "text[]"},
             {"words", "tsvector"},
             {"shown", "int4range"}},
            {"id"});
    b.key("films", {"director_id"}, "directors", {"id"});
    b.table("actors", {{"id", "integer"}, {"name", "text"}}, {"id"});
    b.table("roles", {{"film_id", "integer"}, {"actor_id", "integer"}, {"part", "text"}},
            {"film_id", "actor_id"});
    b.key("roles", {"film_id"}, "films", {"id"});
    b.key("roles", {"actor_id"}, "actors", {"id"});
    b.table("scripts", {{"film_id", "integer"}, {"body", "text"}}, {"film_id"});
    b.unique_key("scripts", {"film_id"}, "films", {"id"});
    b.table("staff", {{"id", "integer"}, {"name", "text"}, {"boss_id", "integer"}}, {"id"});
    b.key("staff", {"boss_id"}, "staff", {"id"});
    b.table("places", {{"id", "integer"}, {"city", "text"}}, {"id"});
    b.table("trips", {{"id", "integer"}, {"from_id", "integer"}, {"to_id", "integer"}}, {"id"});
    b.key("trips", {"from_id"}, "places", {"id"});
    b.key("trips", {"to_id"}, "places", {"id"});
    b.table("rooms", {{"house", "text"}, {"no", "integer"}, {"size", "numeric"}}, {"house", "no"});
    b.table("beds", {{"id", "integer"}, {"house", "text"}, {"room_no", "integer"}}, {"id"});
    b.key("beds", {"house", "room_no"}, "rooms", {"house", "no"});
    b.table("Odd \"Table\".x", {{"The Id", "integer"}, {"a\"b", "text"}, {"parent-id", "integer"}},
            {"The Id"});
    b.key({"odd_key", b.name("Odd \"Table\".x"), {"parent-id"}, b.name("places"), {"id"}});
    b.view("film_list", {{"film", "integer"}, {"title", "text"}, {"made_by", "integer"}});
    b.shows("film_list", "films", {{"film", "id"}, {"title", "title"}, {"made_by", "director_id"}});
    b.view("short_list", {{"film", "integer"}, {"by", "integer"}});
    b.shows("short_list", "film_list", {{"film", "film"}, {"by", "made_by"}});
    b.table(Name{"other", "films"}, {{"id", "integer"}}, {"id"});
    b.computed("best_film", "directors", "films", true);
    b.computed("colleagues", "directors", "directors", false);
    return b.build();
}

}  // namespace torale::rest::testing
