#include "rest/schema.hpp"

#include <gtest/gtest.h>

#include "film_schema.hpp"

namespace torale::rest::testing {
namespace {

TEST(schema, finds_relations_by_their_exact_name) {
    const Schema schema = film_schema();
    ASSERT_NE(schema.find_relation({"api", "films"}), nullptr);
    EXPECT_EQ(schema.find_relation({"api", "films"})->name.name, "films");
    EXPECT_EQ(schema.find_relation({"api", "Films"}), nullptr);
    EXPECT_EQ(schema.find_relation({"", "api.films"}), nullptr);
    ASSERT_NE(schema.find_relation({"other", "films"}), nullptr);
    EXPECT_EQ(schema.find_relation({"other", "films"})->columns.size(), 1u);
}

TEST(schema, finds_columns) {
    const Schema schema = film_schema();
    const Relation* odd = schema.find_relation({"api", "Odd \"Table\".x"});
    ASSERT_NE(odd, nullptr);
    ASSERT_NE(odd->find("a\"b"), nullptr);
    EXPECT_EQ(odd->find("a\"b")->type, "text");
    EXPECT_EQ(odd->find("the id"), nullptr);
}

TEST(schema, has_no_overloads_and_no_relationships_of_what_it_does_not_know) {
    Schema schema = film_schema();
    EXPECT_TRUE(schema.overloads({"api", "f"}).empty());
    EXPECT_TRUE(schema.relationships_of({"api", "nothing"}).empty());
    schema.routines[{"api", "f"}].resize(2);
    EXPECT_EQ(schema.overloads({"api", "f"}).size(), 2u);
    EXPECT_TRUE(schema.overloads({"other", "f"}).empty());
}

}  // namespace
}  // namespace torale::rest::testing
