#include "rest/read_plan_paths.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render_read_rows.hpp"

namespace torale::rest::testing {
namespace {

using ::testing::ElementsAre;
using Bounds = std::pair<std::int64_t, std::optional<std::int64_t>>;

struct Named {
    const char* select;
    const char* name;
    const char* key;  // of the embed found, "" = none
};

const std::vector<Named> names{
    {"select=directors(id)", "directors", "directors"},
    {"select=d:directors(id)", "d", "d"},
    {"select=d:directors(id)", "directors", "d"},
    {"select=director_id(id)", "director_id", "director_id"},
    {"select=director_id(id)", "directors", "director_id"},
    {"select=d:director_id(id)", "director_id", "d"},
    {"select=...directors(id)", "directors", "directors"},
    {"select=directors:actors(id),d:directors(id)", "directors", "directors"},
    {"select=a:directors(id),b:directors(id)", "directors", "a"},
    {"select=directors(id)", "Directors", ""},
    {"select=directors(id)", "actors", ""},
};

TEST(find_embed, knows_alias_target_and_relation) {
    const Schema schema = film_schema();
    for (const Named& row : names) {
        Result<ReadPlan> plan = plan_of(schema, "films", row.select);
        ASSERT_TRUE(plan.ok());
        const ReadPlan* found = find_embed(*plan, row.name);
        EXPECT_EQ(found == nullptr ? "" : found->key, row.key) << row.select << " " << row.name;
    }
}

TEST(place_on_tree, notes_an_alias_that_is_not_used) {
    const std::vector<std::pair<std::string, bool>> rows{
        {"select=d:directors(id)&d.id=eq.1", false},
        {"select=directors(id)&directors.id=eq.1", false},
        {"select=director_id(id)&directors.id=eq.1", false},
        {"select=d:directors(id)&directors.id=eq.1", true},
        {"select=d:directors(id)&directors.limit=1", true},
        {"select=d:directors(id)&directors=is.null", true},
        {"select=d:directors(id)&order=directors(id)", true},
    };
    for (const auto& [query, is_misnamed] : rows) {
        const Result<ReadPlan> plan = plan_of(film_schema(), "films", query);
        ASSERT_TRUE(plan.ok()) << query;
        EXPECT_EQ(plan->embeds.at(0).is_misnamed, is_misnamed) << query;
    }
}

TEST(place_on_tree, brings_conditions_orders_and_ranges_to_their_node) {
    const Result<ReadPlan> plan = plan_of(
        film_schema(), "directors",
        "select=f:films(id,actors(id))&id=eq.1&f.year=gt.2&films.title=is.null&f.order=id&f.limit=3"
        "&f.offset=4&f.actors.or=(id.eq.1,id.eq.2)&f.actors.limit=-2&order=name&limit=5&offset=6");
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(plan->conditions.size(), 1u);
    EXPECT_EQ(plan->order.size(), 1u);
    EXPECT_EQ(plan->limit, 5);
    EXPECT_EQ(plan->offset, 6);
    const ReadPlan& films = plan->embeds.at(0);
    EXPECT_EQ(films.conditions.size(), 2u);
    EXPECT_EQ(films.order.size(), 1u);
    EXPECT_EQ(films.limit, 3);
    EXPECT_EQ(films.offset, 4);
    const ReadPlan& actors = films.embeds.at(0);
    EXPECT_EQ(actors.conditions.size(), 1u);
    EXPECT_EQ(actors.limit, -2);  // PostgreSQL refuses it
}

struct NullTest {
    const char* query;
    std::vector<std::string> names;
};

const std::vector<NullTest> null_tests{
    {"select=films()&films=is.null", {"films"}},
    {"select=films()&films=not.is.null", {"films"}},
    {"select=f:films()&films=is.null", {"f"}},
    {"select=films()&or=(films.is.null,name.eq.x,not.and(films.not.is.null))", {"films", "films"}},
    {"select=films()&films=eq.1", {}},
    {"select=films()&films=is.true", {}},
    {"select=films()&films->a=is.null", {}},
    {"films=is.null", {}},
};

TEST(place_on_tree, tells_tests_of_an_embed_from_those_of_a_column) {
    const Schema schema = film_schema();
    for (const NullTest& row : null_tests) {
        const Result<ReadPlan> plan = plan_of(schema, "directors", row.query);
        ASSERT_TRUE(plan.ok()) << row.query;
        EXPECT_EQ(plan->embed_conditions, row.names) << row.query;
    }
}

TEST(place_on_tree, leaves_what_writes_do_themselves) {
    ReadWishes wishes;
    wishes.ignores_root_conditions = true;
    wishes.ignores_root_range = true;
    const Result<ReadPlan> plan =
        plan_of(film_schema(), "directors",
                "select=films(id)&id=eq.1&films.id=eq.2&order=id&limit=-1&films.limit=2", wishes);
    ASSERT_TRUE(plan.ok());
    EXPECT_TRUE(plan->conditions.empty());
    EXPECT_EQ(plan->order.size(), 1u);
    EXPECT_EQ(plan->limit, std::nullopt);
    EXPECT_EQ(plan->embeds[0].conditions.size(), 1u);
    EXPECT_EQ(plan->embeds[0].limit, 2);
}

struct RangeRow {
    const char* query;
    std::optional<Bounds> header;
    std::int64_t max_rows;
    std::optional<std::int64_t> limit;
    std::int64_t offset;
};

constexpr std::int64_t last_number = INT64_MAX;

const std::vector<RangeRow> ranges{
    {"", {}, 0, {}, 0},
    {"limit=10", {}, 0, 10, 0},
    {"offset=-5", {}, 0, {}, 0},
    {"", Bounds{0, 9}, 0, 10, 0},
    {"", Bounds{5, 9}, 0, 5, 5},
    {"", Bounds{5, std::nullopt}, 0, {}, 5},
    {"", Bounds{0, 0}, 0, 1, 0},
    {"limit=10&offset=5", Bounds{0, 7}, 0, 3, 5},
    {"limit=10&offset=5", Bounds{8, 100}, 0, 7, 8},
    {"limit=10&offset=5", Bounds{8, 9}, 0, 2, 8},
    {"offset=5", Bounds{0, 7}, 0, 3, 5},
    {"limit=0", Bounds{5, 9}, 0, 0, 0},
    {"", Bounds{0, last_number}, 0, last_number, 0},
    {"limit=9223372036854775807", Bounds{1, last_number}, 0, last_number - 1, 1},
    {"", {}, 100, 100, 0},
    {"limit=10", {}, 100, 10, 0},
    {"limit=1000", {}, 100, 100, 0},
    {"", Bounds{50, 1000}, 100, 100, 50},
};

TEST(place_on_tree, cuts_the_page_by_header_and_most_rows) {
    const Schema schema = film_schema();
    for (const RangeRow& row : ranges) {
        ReadWishes wishes;
        wishes.range = row.header;
        wishes.max_rows = row.max_rows;
        const Result<ReadPlan> plan = plan_of(schema, "films", row.query, wishes);
        ASSERT_TRUE(plan.ok()) << row.query;
        EXPECT_EQ(plan->limit, row.limit) << row.query;
        EXPECT_EQ(plan->offset, row.offset) << row.query;
    }
}

struct RangeRefusal {
    const char* query;
    Bounds header;
    const char* details;
};

const std::vector<RangeRefusal> range_refusals{
    {"",
     {5, 4},
     "The lower boundary must be lower than or equal to the upper boundary in the Range header."},
    {"limit=10", {10, 20}, "Limit should be greater than or equal to zero."},
    {"offset=10", {0, 9}, "Limit should be greater than or equal to zero."},
};

TEST(place_on_tree, refuses_ranges_without_a_row) {
    for (const RangeRefusal& row : range_refusals) {
        ReadWishes wishes;
        wishes.range = row.header;
        const Result<ReadPlan> plan = plan_of(film_schema(), "films", row.query, wishes);
        ASSERT_FALSE(plan.ok()) << row.query;
        EXPECT_EQ(plan.error().status, 416);
        EXPECT_EQ(plan.error().code, "PGRST103");
        EXPECT_EQ(plan.error().details, row.details);
    }
}

TEST(place_on_tree, caps_every_list_and_no_single_row) {
    ReadWishes wishes;
    wishes.max_rows = 7;
    const Result<ReadPlan> plan = plan_of(
        film_schema(), "films", "select=directors(films(id)),actors(id)&actors.limit=3", wishes);
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(plan->limit, 7);
    EXPECT_EQ(plan->embeds[0].limit, std::nullopt);
    EXPECT_EQ(plan->embeds[0].embeds[0].limit, 7);
    EXPECT_EQ(plan->embeds[1].limit, 3);
}

}  // namespace
}  // namespace torale::rest::testing
