#include "rest/relationships.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "film_schema.hpp"

namespace torale::rest::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const char* short_name(Cardinality cardinality) {
    switch (cardinality) {
        case Cardinality::many_to_one:
            return "n:1";
        case Cardinality::one_to_many:
            return "1:n";
        case Cardinality::one_to_one:
            return "1:1";
        case Cardinality::many_to_many:
            return "n:n";
    }
    return "";
}

std::string text_of(const std::vector<ColumnPair>& columns) {
    std::string text;
    for (const ColumnPair& pair : columns) text += " " + pair.origin + "=" + pair.target;
    return text;
}

std::string text_of(const Relationship& each) {
    std::string text = std::string(short_name(each.cardinality)) + " " + each.target.name;
    if (each.junction) {
        text += " via " + each.junction->name.name + text_of(each.junction->to_origin) + "," +
                text_of(each.junction->to_target);
    }
    if (each.function) text += " by " + each.function->name;
    return text + text_of(each.columns);
}

std::vector<std::string> relationships_from(const Schema& schema, const std::string& origin) {
    std::vector<std::string> texts;
    for (const Relationship& each : schema.relationships_of({"api", origin})) {
        EXPECT_EQ(each.origin.name, origin);
        texts.push_back(text_of(each));
    }
    return texts;
}

TEST(derive_relationships, relates_tables_both_ways) {
    SchemaBuilder b({"api"});
    b.table("films", {{"id", "integer"}, {"by", "integer"}}, {"id"});
    b.table("directors", {{"id", "integer"}}, {"id"});
    b.key("films", {"by"}, "directors", {"id"});
    const Schema schema = b.build();
    EXPECT_THAT(relationships_from(schema, "films"), ElementsAre("n:1 directors by=id"));
    EXPECT_THAT(relationships_from(schema, "directors"), ElementsAre("1:n films id=by"));
    EXPECT_EQ(schema.relationships_of(b.name("films"))[0].constraint, "films_by_fkey");
    EXPECT_FALSE(schema.relationships_of(b.name("films"))[0].origin_is_view);
}

TEST(derive_relationships, keeps_the_pairs_of_composite_keys) {
    const Schema schema = film_schema();
    EXPECT_THAT(relationships_from(schema, "beds"),
                ElementsAre("n:1 rooms house=house room_no=no"));
    EXPECT_THAT(relationships_from(schema, "rooms"),
                ElementsAre("1:n beds house=house no=room_no"));
}

TEST(derive_relationships, knows_one_to_one_in_both_directions) {
    const Schema schema = film_schema();
    EXPECT_THAT(relationships_from(schema, "scripts"),
                UnorderedElementsAre("1:1 films film_id=id", "1:1 film_list film_id=film",
                                     "1:1 short_list film_id=film"));
    EXPECT_THAT(relationships_from(schema, "films"), ::testing::Contains("1:1 scripts id=film_id"));
}

TEST(derive_relationships, relates_a_table_to_itself_twice) {
    EXPECT_THAT(relationships_from(film_schema(), "staff"),
                ElementsAre("n:1 staff boss_id=id", "1:n staff id=boss_id"));
}

TEST(derive_relationships, goes_through_junctions_whose_key_holds_both_keys) {
    const Schema schema = film_schema();
    EXPECT_THAT(relationships_from(schema, "films"),
                ::testing::Contains("n:n actors via roles id=film_id, actor_id=id"));
    EXPECT_THAT(relationships_from(schema, "actors"),
                ::testing::Contains("n:n films via roles id=actor_id, film_id=id"));
    // trips has two keys to places, but its own key is neither.
    for (const std::string& text : relationships_from(schema, "places")) {
        EXPECT_EQ(text.find("n:n"), std::string::npos) << text;
    }
    for (const Relationship& each : schema.relationships_of({"api", "films"})) {
        if (!each.junction || each.target.name != "actors") continue;
        EXPECT_EQ(each.constraint, "roles_film_id_fkey");
        EXPECT_EQ(each.junction->target_constraint, "roles_actor_id_fkey");
    }
}

TEST(derive_relationships, lets_views_take_part_through_their_columns) {
    const Schema schema = film_schema();
    EXPECT_THAT(relationships_from(schema, "film_list"),
                UnorderedElementsAre("n:1 directors made_by=id", "1:n roles film=film_id",
                                     "1:1 scripts film=film_id",
                                     "n:n actors via roles film=film_id, actor_id=id"));
    EXPECT_THAT(relationships_from(schema, "directors"),
                UnorderedElementsAre("1:n films id=director_id", "1:n film_list id=made_by",
                                     "1:n short_list id=by", "n:1 films by best_film",
                                     "1:n directors by colleagues"));
    const Relationship& back = schema.relationships_of({"api", "film_list"})[0];
    EXPECT_TRUE(back.origin_is_view);
    EXPECT_FALSE(back.target_is_view);
}

TEST(derive_relationships, walks_views_of_views_to_the_table) {
    EXPECT_THAT(relationships_from(film_schema(), "short_list"),
                UnorderedElementsAre("n:1 directors by=id", "1:n roles film=film_id",
                                     "1:1 scripts film=film_id",
                                     "n:n actors via roles film=film_id, actor_id=id"));
}

TEST(derive_relationships, relates_views_of_tables_that_are_not_exposed) {
    SchemaBuilder b({"api"});
    const Name films{"hidden", "films"};
    const Name directors{"hidden", "directors"};
    b.key({"fk", films, {"by"}, directors, {"id"}, false, false});
    b.view("f", {{"id", "integer"}, {"by", "integer"}})
        .shows("f", films, {{"id", "id"}, {"by", "by"}});
    b.view("d", {{"id", "integer"}}).shows("d", directors, {{"id", "id"}});
    b.hidden_primary_key(films, {"id"});
    const Schema schema = b.build();
    EXPECT_THAT(relationships_from(schema, "f"), ElementsAre("n:1 d by=id"));
    EXPECT_THAT(relationships_from(schema, "d"), ElementsAre("1:n f id=by"));
    EXPECT_EQ(schema.relationships.count(films), 0u);
    EXPECT_THAT(schema.find_relation(b.name("f"))->primary_key, ElementsAre("id"));
    EXPECT_THAT(schema.find_relation(b.name("d"))->primary_key, IsEmpty());
}

TEST(derive_relationships, gives_one_relationship_per_combination_of_columns_shown_twice) {
    SchemaBuilder b({"api"});
    b.table("films", {{"id", "integer"}, {"by", "integer"}}, {"id"});
    b.table("directors", {{"id", "integer"}}, {"id"});
    b.key("films", {"by"}, "directors", {"id"});
    b.view("v", {{"one", "integer"}, {"two", "integer"}});
    b.shows("v", "films", {{"one", "by"}, {"two", "by"}});
    EXPECT_THAT(relationships_from(b.build(), "v"),
                ElementsAre("n:1 directors one=id", "n:1 directors two=id"));
}

TEST(derive_relationships, needs_the_whole_key_in_a_view) {
    SchemaBuilder b({"api"});
    b.table("rooms", {{"house", "text"}, {"no", "integer"}}, {"house", "no"});
    b.table("beds", {{"id", "integer"}, {"house", "text"}, {"room_no", "integer"}}, {"id"});
    b.key("beds", {"house", "room_no"}, "rooms", {"house", "no"});
    b.view("half", {{"house", "text"}}).shows("half", "beds", {{"house", "house"}});
    b.view("whole", {{"h", "text"}, {"n", "integer"}});
    b.shows("whole", "beds", {{"h", "house"}, {"n", "room_no"}});
    EXPECT_THAT(relationships_from(b.build(), "half"), IsEmpty());
    EXPECT_THAT(relationships_from(b.build(), "whole"), ElementsAre("n:1 rooms h=house n=no"));
}

TEST(derive_relationships, bounds_the_combinations_of_a_strange_view) {
    SchemaBuilder b({"api"});
    SchemaBuilder::Names names;
    SchemaBuilder::Columns shown;
    for (const char* column : {"a", "b", "c", "d"}) {
        names.push_back(column);
        for (int i = 0; i < 10; i++) shown.emplace_back(column + std::to_string(i), column);
    }
    b.table("t", {{"a", "text"}}).table("r", {{"a", "text"}});
    b.key("t", names, "r", names).view("v", {}).shows("v", "t", shown);
    EXPECT_EQ(relationships_from(b.build(), "v").size(), 64u);
}

TEST(derive_relationships, ends_should_views_show_each_other) {
    SchemaBuilder b({"api"});
    b.view("v", {{"a", "text"}}).view("w", {{"a", "text"}});
    b.shows("v", "w", {{"a", "a"}}).shows("w", "v", {{"a", "a"}});
    EXPECT_TRUE(b.build().relationships.empty());
}

TEST(derive_relationships, gives_views_the_keys_they_show_whole) {
    SchemaBuilder b({"api"});
    b.table("rooms", {{"house", "text"}, {"no", "integer"}}, {"house", "no"});
    b.view("all", {{"n", "integer"}, {"h", "text"}})
        .shows("all", "rooms", {{"n", "no"}, {"h", "house"}});
    b.view("part", {{"n", "integer"}}).shows("part", "rooms", {{"n", "no"}});
    b.view("twice", {{"x", "text"}, {"h", "text"}, {"n", "integer"}});
    b.shows("twice", "all", {{"h", "h"}, {"x", "h"}, {"n", "n"}});
    const Schema schema = b.build();
    EXPECT_THAT(schema.find_relation(b.name("all"))->primary_key, ElementsAre("h", "n"));
    EXPECT_THAT(schema.find_relation(b.name("part"))->primary_key, IsEmpty());
    EXPECT_THAT(schema.find_relation(b.name("twice"))->primary_key, ElementsAre("h", "n"));
}

TEST(derive_relationships, lets_a_function_of_a_relations_name_replace_what_was_detected) {
    SchemaBuilder b({"api"});
    b.table("films", {{"id", "integer"}, {"by", "integer"}}, {"id"});
    b.table("directors", {{"id", "integer"}}, {"id"});
    b.key("films", {"by"}, "directors", {"id"});
    b.computed("directors", "films", "directors", true);
    b.computed("ghost", "films", "nothing", true);
    EXPECT_THAT(relationships_from(b.build(), "films"), ElementsAre("n:1 directors by directors"));
}

TEST(derive_relationships, can_be_asked_again) {
    Schema schema = film_schema();
    derive_relationships(schema, {});
    EXPECT_TRUE(schema.relationships.empty());
}

}  // namespace
}  // namespace torale::rest::testing
