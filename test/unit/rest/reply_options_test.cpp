// What OPTIONS allows, as a table over relations and routines.
#include <gtest/gtest.h>

#include "rest/reply.hpp"

namespace torale::rest {
namespace {

Relation relation(const char* name, const char* can, bool has_key) {
    Relation made;
    made.name = {"api", name};
    const std::string_view letters = can;
    made.is_insertable = letters.find('i') != std::string_view::npos;
    made.is_updatable = letters.find('u') != std::string_view::npos;
    made.is_deletable = letters.find('d') != std::string_view::npos;
    if (has_key) made.primary_key = {"id"};
    return made;
}

Routine routine(const char* name, Volatility volatility) {
    Routine made;
    made.name = {"api", name};
    made.volatility = volatility;
    return made;
}

Schema schema() {
    Schema made;
    made.exposed = {"api"};
    for (const Relation& one :
         {relation("table", "iud", true), relation("keyless", "iud", false),
          relation("readonly", "", true), relation("insert_only", "i", true),
          relation("update_only", "u", true), relation("delete_only", "d", true),
          relation("no_delete", "iu", true)}) {
        made.relations[one.name] = one;
    }
    for (const Routine& one :
         {routine("writes", Volatility::volatile_), routine("reads", Volatility::stable),
          routine("adds", Volatility::immutable), routine("both", Volatility::volatile_),
          routine("both", Volatility::stable)}) {
        made.routines[one.name].push_back(one);
    }
    return made;
}

Ask ask(Target target, const char* name) {
    Ask made;
    made.action = Action::options;
    made.target = target;
    made.schema = "api";
    made.name = name;
    return made;
}

TEST(reply_options, is_this_table) {
    struct Row {
        Target target;
        const char* name;
        const char* allow;
    };
    const Row rows[] = {
        {Target::root, "", "OPTIONS,GET,HEAD"},
        {Target::relation, "table", "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"},
        {Target::relation, "keyless", "OPTIONS,GET,HEAD,POST,PATCH,DELETE"},
        {Target::relation, "readonly", "OPTIONS,GET,HEAD"},
        {Target::relation, "insert_only", "OPTIONS,GET,HEAD,POST"},
        {Target::relation, "update_only", "OPTIONS,GET,HEAD,PATCH"},
        {Target::relation, "delete_only", "OPTIONS,GET,HEAD,DELETE"},
        {Target::relation, "no_delete", "OPTIONS,GET,HEAD,POST,PUT,PATCH"},
        {Target::routine, "writes", "OPTIONS,POST"},
        {Target::routine, "reads", "OPTIONS,GET,HEAD,POST"},
        {Target::routine, "adds", "OPTIONS,GET,HEAD,POST"},
        {Target::routine, "both", "OPTIONS,GET,HEAD,POST"},
    };
    const Schema made = schema();
    for (const Row& row : rows) {
        const auto response = reply_options(made, ask(row.target, row.name));
        ASSERT_TRUE(response) << row.name;
        EXPECT_EQ(response->status, 200);
        EXPECT_EQ(response->body, "");
        EXPECT_EQ(core::find_header(response->headers, "Allow"), row.allow) << row.name;
        EXPECT_EQ(core::find_header(response->headers, "Access-Control-Allow-Origin"), "*");
    }
}

TEST(reply_options, knows_nothing_of_what_is_not_in_the_schema) {
    const Schema made = schema();
    const auto no_table = reply_options(made, ask(Target::relation, "nothing"));
    ASSERT_FALSE(no_table);
    EXPECT_EQ(no_table.error().status, 404);
    EXPECT_EQ(no_table.error().code, "PGRST205");
    EXPECT_EQ(no_table.error().message,
              "Could not find the table 'api.nothing' in the schema cache");
    const auto no_routine = reply_options(made, ask(Target::routine, "table"));
    ASSERT_FALSE(no_routine);
    EXPECT_EQ(no_routine.error().status, 404);
    EXPECT_EQ(no_routine.error().code, "PGRST202");
    Ask other = ask(Target::relation, "table");
    other.schema = "other";
    EXPECT_FALSE(reply_options(made, other));
}

}  // namespace
}  // namespace torale::rest
