#include "rest/plan.hpp"

#include <gtest/gtest.h>

#include "planned_row.hpp"

namespace torale::rest {
namespace {

using testing::ask_of;
using testing::plan_of;
using testing::planned_schema;
using Applied = testing::PlannedRow;
using Refused = testing::RefusedRow;
using testing::Sent;

TEST(plan_read, is_read_only_with_the_media_asked_for) {
    const Result<Plan> plan = plan_of({.target = "/films?limit=3&offset=2", .accept = "text/csv"});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->action, Action::read);
    EXPECT_TRUE(plan->is_read_only);
    EXPECT_FALSE(plan->is_head);
    EXPECT_EQ(plan->media, Media::csv);
    EXPECT_EQ(plan->media_type, "text/csv; charset=utf-8");
    EXPECT_EQ(plan->read.relation, planned_schema().find_relation({"api", "films"}));
    EXPECT_EQ(plan->read.from_cte, "");
    EXPECT_EQ(plan->read.limit, 3);
    EXPECT_EQ(plan->read.offset, 2);
    EXPECT_FALSE(plan->write);
    EXPECT_FALSE(plan->call);
    EXPECT_EQ(plan->payload, Payload{});
}

TEST(plan_read, is_capped_and_cut_by_a_range) {
    const PlanWishes wishes{.max_rows = 10};
    const auto limit_of = [&](const Sent& sent) { return plan_of(sent, wishes)->read.limit; };
    EXPECT_EQ(limit_of({.target = "/films"}), 10);
    EXPECT_EQ(limit_of({.target = "/films?limit=99"}), 10);
    EXPECT_EQ(limit_of({.target = "/films?limit=9"}), 9);
    EXPECT_EQ(limit_of({.target = "/films", .range = "2-4"}), 3);
    EXPECT_EQ(plan_of({.target = "/films", .range = "2-4"})->read.offset, 2);
}

TEST(plan_read, keeps_what_a_count_needs) {
    for (const auto& [text, count] : {std::pair{"count=exact", Count::exact},
                                      {"count=planned", Count::planned},
                                      {"count=estimated", Count::estimated},
                                      {"", Count::none}}) {
        const Result<Plan> plan =
            plan_of({.method = "HEAD", .target = "/films", .prefer = text}, {.max_rows = 7});
        EXPECT_EQ(plan->count, count);
        EXPECT_EQ(plan->max_rows, 7);
        EXPECT_EQ(plan->preferences_applied, text);
        EXPECT_TRUE(plan->is_head);
    }
}

class RefusedRequests : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedRequests, are_refused) {
    testing::expect_refusal(GetParam());
}

constexpr const char* strict_text = "Invalid preferences given with handling=strict";

INSTANTIATE_TEST_SUITE_P(
    of_every_kind, RefusedRequests,
    ::testing::Values(
        Refused{{.target = "/zzz"},
                404,
                "PGRST205",
                "Could not find the table 'api.zzz' in the schema cache",
                "",
                ""},
        Refused{{.target = "/film"},
                404,
                "PGRST205",
                "Could not find the table 'api.film' in the schema cache",
                "",
                "Perhaps you meant the table 'api.films'"},
        Refused{{.method = "DELETE", .target = "/api.films"},
                404,
                "PGRST205",
                "Could not find the table 'api.api.films' in the schema cache",
                "",
                ""},
        Refused{{.target = "/films%22;DROP"},
                404,
                "PGRST205",
                "Could not find the table 'api.films\";DROP' in the schema cache",
                "",
                ""},
        Refused{{.target = "/films", .accept = "image/png"},
                406,
                "PGRST107",
                "None of these media types are available: image/png",
                "",
                ""},
        // An unknown relation is told before what it should look like.
        Refused{{.target = "/zzz", .accept = "image/png"},
                404,
                "PGRST205",
                "Could not find the table 'api.zzz' in the schema cache",
                "",
                ""},
        Refused{{.target = "/films", .prefer = "handling=strict, foo=bar, baz"},
                400,
                "PGRST122",
                strict_text,
                "Invalid preferences: foo=bar, baz",
                ""},
        Refused{{.method = "DELETE", .target = "/films", .prefer = "handling=strict, anything"},
                400,
                "PGRST122",
                strict_text,
                "Invalid preferences: anything",
                ""},
        Refused{{.method = "POST", .target = "/rpc/nothing", .prefer = "handling=strict, x=1"},
                400,
                "PGRST122",
                strict_text,
                "Invalid preferences: x=1",
                ""}));

TEST(plan_request, suggests_nothing_in_a_crowded_schema) {
    testing::SchemaBuilder b({"api"});
    for (int i = 0; i < 499; ++i) b.table("table" + std::to_string(i), {{"a", "integer"}});
    const Ask ask = ask_of({.target = "/table_1"});
    EXPECT_NE(plan_request(b.build(), ask, {}).error().hint, "");
    b.table("one_more", {{"a", "integer"}});
    EXPECT_EQ(plan_request(b.build(), ask, {}).error().hint, "");
}

TEST(plan_request, suggests_no_relation_of_another_schema) {
    testing::SchemaBuilder b({"api", "other"});
    b.table(Name{"other", "films"}, {{"a", "integer"}});
    EXPECT_EQ(plan_request(b.build(), ask_of({.target = "/film"}), {}).error().hint, "");
}

TEST(plan_request, has_no_statement_for_options_and_the_root) {
    const Result<Plan> plan = plan_of({.method = "OPTIONS", .target = "/films"});
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->action, Action::options);
    EXPECT_TRUE(plan->is_read_only);
    EXPECT_EQ(plan_of({})->action, Action::describe);
}

class AppliedPreferences : public ::testing::TestWithParam<Applied> {};

TEST_P(AppliedPreferences, are_applied_where_they_mean_something) {
    const Result<Plan> plan = plan_of(GetParam().sent);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->preferences_applied, GetParam().decided);
}

// All of them, in an order that is not the answer's.
constexpr const char* all =
    "tx=rollback, max-affected=5, timezone=UTC, handling=strict, count=exact, return=minimal, "
    "missing=default, "
    "resolution=merge-duplicates";
constexpr const char* lenient =
    "max-affected=5, handling=lenient, return=representation, missing=null, "
    "resolution=ignore-duplicates";

INSTANTIATE_TEST_SUITE_P(
    by_action, AppliedPreferences,
    ::testing::Values(
        Applied{{.target = "/films"}, ""},
        Applied{{.target = "/films", .prefer = all}, "count=exact, handling=strict, timezone=UTC"},
        Applied{{.target = "/films", .prefer = lenient}, "handling=lenient"},
        Applied{{.method = "POST", .target = "/films", .body = "{\"id\":1}", .prefer = all},
                "resolution=merge-duplicates, missing=default, return=minimal, count=exact, "
                "handling=strict, timezone=UTC"},
        Applied{{.method = "POST", .target = "/films", .body = "{\"id\":1}", .prefer = lenient},
                "resolution=ignore-duplicates, missing=null, return=representation, "
                "handling=lenient"},
        // Without a key there is nothing to resolve.
        Applied{{.method = "POST", .target = "/logs", .body = "{}", .prefer = lenient},
                "missing=null, return=representation, handling=lenient"},
        Applied{{.method = "POST",
                 .target = "/logs?on_conflict=n",
                 .body = "{}",
                 .prefer = "resolution=merge-duplicates,return=headers-only"},
                "resolution=merge-duplicates, return=headers-only"},
        Applied{{.method = "PATCH", .target = "/films", .body = "{}", .prefer = all},
                "missing=default, return=minimal, count=exact, handling=strict, timezone=UTC, "
                "max-affected=5"},
        Applied{{.method = "DELETE", .target = "/films", .prefer = all},
                "return=minimal, count=exact, handling=strict, timezone=UTC, max-affected=5"},
        Applied{{.method = "DELETE", .target = "/films", .prefer = lenient},
                "return=representation, handling=lenient"},
        Applied{{.method = "PUT", .target = "/films?id=eq.1", .body = "{\"id\":1}", .prefer = all},
                "return=minimal, handling=strict, timezone=UTC"},
        Applied{{.method = "POST", .target = "/rpc/tab", .body = "{\"n\":1}", .prefer = all},
                "count=exact, handling=strict, timezone=UTC, max-affected=5"},
        Applied{{.target = "/rpc/tab?n=1", .prefer = "count=planned"}, "count=planned"}));

}  // namespace
}  // namespace torale::rest
