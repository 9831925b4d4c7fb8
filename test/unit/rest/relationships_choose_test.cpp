#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "film_schema.hpp"

namespace torale::rest::testing {
namespace {

struct Row {
    const char* origin;
    const char* target;
    const char* hint;
    const char* meant;  // target, then its key or function; or the error's code
};

const std::vector<Row> rows{
    {"films", "directors", "", "directors films_director_id_fkey"},
    {"films", "films_director_id_fkey", "", "directors films_director_id_fkey"},
    {"films", "director_id", "", "directors films_director_id_fkey"},
    {"films", "directors", "films_director_id_fkey", "directors films_director_id_fkey"},
    {"films", "directors", "director_id", "directors films_director_id_fkey"},
    {"films", "directors", "id", "directors films_director_id_fkey"},
    {"films", "directors", "title", "PGRST200"},
    {"films", "id", "", "scripts scripts_film_id_fkey"},  // one-to-one: either side's column
    {"directors", "films", "", "films films_director_id_fkey"},
    {"directors", "films", "director_id", "films films_director_id_fkey"},
    {"directors", "id", "", "PGRST200"},  // holds no key
    {"directors", "best_film", "", "films best_film"},
    {"directors", "best_film", "anything", "films best_film"},
    {"directors", "colleagues", "", "directors colleagues"},
    {"directors", "film_list", "", "film_list films_director_id_fkey"},
    // The views of films have the same key; its name means the table's.
    {"directors", "films_director_id_fkey", "", "films films_director_id_fkey"},
    {"films", "actors", "", "actors roles_film_id_fkey"},
    {"films", "actors", "roles", "actors roles_film_id_fkey"},
    {"films", "actors", "roles_film_id_fkey", "PGRST200"},
    {"films", "roles_film_id_fkey", "", "roles roles_film_id_fkey"},
    {"films", "scripts", "", "scripts scripts_film_id_fkey"},
    {"scripts", "films", "", "films scripts_film_id_fkey"},
    {"scripts", "film_id", "", "films scripts_film_id_fkey"},
    {"staff", "staff", "", "staff staff_boss_id_fkey"},
    {"staff", "boss_id", "", "staff staff_boss_id_fkey"},
    {"staff", "staff", "boss_id", "staff staff_boss_id_fkey"},
    {"staff", "staff", "staff_boss_id_fkey", "staff staff_boss_id_fkey"},
    {"staff", "staff", "id", "PGRST200"},
    {"trips", "places", "", "PGRST201"},
    {"trips", "places", "from_id", "places trips_from_id_fkey"},
    {"trips", "to_id", "", "places trips_to_id_fkey"},
    {"places", "trips", "", "PGRST201"},
    {"places", "trips", "trips_to_id_fkey", "trips trips_to_id_fkey"},
    {"beds", "rooms", "", "rooms beds_house_room_no_fkey"},
    {"beds", "house", "", "PGRST200"},  // one column of two
    {"Odd \"Table\".x", "parent-id", "", "places odd_key"},
    {"film_list", "directors", "", "directors films_director_id_fkey"},
    {"film_list", "made_by", "", "directors films_director_id_fkey"},
    {"short_list", "actors", "", "actors roles_film_id_fkey"},
};

std::string meaning(const Result<Relationship>& result) {
    if (!result.ok()) return result.error().code;
    return result->target.name + " " +
           (result->function ? result->function->name : result->constraint);
}

TEST(choose_relationship, chooses_as_a_table_says) {
    const Schema schema = film_schema();
    for (const Row& row : rows) {
        EXPECT_EQ(meaning(choose_relationship(schema, {"api", row.origin}, row.target, row.hint)),
                  row.meant)
            << row.origin << " " << row.target << "!" << row.hint;
    }
}

TEST(choose_relationship, tells_the_two_sides_of_a_self_reference_apart) {
    const Schema schema = film_schema();
    const Name staff{"api", "staff"};
    EXPECT_EQ(choose_relationship(schema, staff, "staff", "")->cardinality,
              Cardinality::one_to_many);
    EXPECT_EQ(choose_relationship(schema, staff, "boss_id", "")->cardinality,
              Cardinality::many_to_one);
    EXPECT_EQ(choose_relationship(schema, staff, "staff", "boss_id")->cardinality,
              Cardinality::one_to_many);
}

TEST(choose_relationship, says_which_ones_there_are) {
    const auto result = choose_relationship(film_schema(), {"api", "trips"}, "places", "");
    ASSERT_FALSE(result.ok());
    const Failure& failure = result.error();
    EXPECT_EQ(failure.status, 300);
    EXPECT_EQ(failure.code, "PGRST201");
    EXPECT_EQ(failure.message,
              "Could not embed because more than one relationship was found for 'trips' and "
              "'places'");
    EXPECT_TRUE(failure.details_are_json);
    EXPECT_EQ(failure.details,
              R"j([{"cardinality":"many-to-one","embedding":"trips with places",)j"
              R"j("relationship":"trips_from_id_fkey using trips(from_id) and places(id)"},)j"
              R"j({"cardinality":"many-to-one","embedding":"trips with places",)j"
              R"j("relationship":"trips_to_id_fkey using trips(to_id) and places(id)"}])j");
    EXPECT_EQ(failure.hint,
              "Try changing 'places' to one of the following: 'places!trips_from_id_fkey', "
              "'places!trips_to_id_fkey'. Find the desired relationship in the 'details' key.");
}

TEST(choose_relationship, describes_junctions_by_both_keys) {
    SchemaBuilder b({"api"});
    b.table("a", {{"id", "integer"}}, {"id"}).table("b", {{"id", "integer"}}, {"id"});
    for (const char* junction : {"j1", "j2"}) {
        b.table(junction, {{"a_id", "integer"}, {"b_id", "integer"}}, {"a_id", "b_id"});
        b.key(junction, {"a_id"}, "a", {"id"}).key(junction, {"b_id"}, "b", {"id"});
    }
    const auto result = choose_relationship(b.build(), b.name("a"), "b", "");
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().details,
              R"j([{"cardinality":"many-to-many","embedding":"a with b",)j"
              R"j("relationship":"j1 using j1_a_id_fkey(a_id) and j1_b_id_fkey(b_id)"},)j"
              R"j({"cardinality":"many-to-many","embedding":"a with b",)j"
              R"j("relationship":"j2 using j2_a_id_fkey(a_id) and j2_b_id_fkey(b_id)"}])j");
    EXPECT_EQ(result.error().hint,
              "Try changing 'b' to one of the following: 'b!j1', 'b!j2'. Find the desired "
              "relationship in the 'details' key.");
    EXPECT_EQ(meaning(choose_relationship(b.build(), b.name("a"), "b", "j2")), "b j2_a_id_fkey");
}

struct Absence {
    const char* origin;
    const char* target;
    const char* hint;
    const char* details;
    const char* suggestion;
};

const std::vector<Absence> absences{
    {"films", "director", "",
     "Searched for a foreign key relationship between 'films' and 'director' in the schema 'api', "
     "but no matches were found.",
     "Perhaps you meant 'directors' instead of 'director'."},
    {"films", "directors", "nope",
     "Searched for a foreign key relationship between 'films' and 'directors' using the hint "
     "'nope' in the schema 'api', but no matches were found.",
     ""},
    {"film", "directors", "",
     "Searched for a foreign key relationship between 'film' and 'directors' in the schema 'api', "
     "but no matches were found.",
     "Perhaps you meant 'films' instead of 'film'."},
    {"films", "zzz", "",
     "Searched for a foreign key relationship between 'films' and 'zzz' in the schema 'api', but "
     "no matches were found.",
     ""},
};

TEST(choose_relationship, says_what_was_searched_and_perhaps_meant) {
    const Schema schema = film_schema();
    for (const Absence& row : absences) {
        const auto result = choose_relationship(schema, {"api", row.origin}, row.target, row.hint);
        ASSERT_FALSE(result.ok());
        EXPECT_EQ(result.error().status, 400);
        EXPECT_EQ(result.error().message, std::string("Could not find a relationship between '") +
                                              row.origin + "' and '" + row.target +
                                              "' in the schema cache");
        EXPECT_EQ(result.error().details, row.details);
        EXPECT_EQ(result.error().hint, row.suggestion);
    }
}

TEST(choose_relationship, stays_in_the_schema_of_the_request) {
    SchemaBuilder b({"api", "other"});
    b.table("films", {{"id", "integer"}}, {"id"});
    b.table(Name{"other", "notes"}, {{"film_id", "integer"}});
    b.key({"fk", {"other", "notes"}, {"film_id"}, b.name("films"), {"id"}, false, false});
    EXPECT_EQ(meaning(choose_relationship(b.build(), b.name("films"), "notes", "")), "PGRST200");
}

}  // namespace
}  // namespace torale::rest::testing
