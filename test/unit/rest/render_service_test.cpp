// The statements of the server itself; what comes from settings is quoted.
#include "rest/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace torale::rest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(RenderBareCall, quotes_the_function_and_its_schema) {
    EXPECT_EQ(render_bare_call("torale.pre_request").sql,
              "SELECT pg_catalog.count(*) FROM \"torale\".\"pre_request\"()");
    EXPECT_EQ(render_bare_call("f\"(); DROP TABLE x; --").sql,
              "SELECT pg_catalog.count(*) FROM \"f\"\"(); DROP TABLE x; --\"()");
}

TEST(RenderSearchPath, begins_with_the_schema_of_the_request) {
    EXPECT_EQ(render_search_path("a", {}), "\"a\"");
    EXPECT_EQ(render_search_path("a b", {"public", "x\"y"}), "\"a b\", \"public\", \"x\"\"y\"");
}

TEST(RenderRights, asks_for_the_schema_by_parameter) {
    const Statement statement = render_rights("it's");
    EXPECT_THAT(statement.parameters, ElementsAre("it's", "it's"));
    EXPECT_THAT(statement.sql, Not(HasSubstr("it's")));
}

TEST(RenderEvents, asks_from_a_time_or_after_an_id) {
    const core::Time time{core::seconds(1'800'000'000)};
    EXPECT_THAT(render_events(time, "", 10).parameters,
                ElementsAre("2027-01-15T08:00:00Z", std::nullopt));
    const Statement after = render_events(time, "1-x", 10);
    EXPECT_THAT(after.parameters, ElementsAre("2027-01-15T08:00:00Z", "1-x"));
    EXPECT_THAT(after.sql, HasSubstr(", 10) e"));
}

}  // namespace
}  // namespace torale::rest
