// The walk of one request: who refuses first, what is asked of the database, and when it commits.
#include "rest/handle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/rest/fake_database.hpp"
#include "unit/rest/schema_builder.hpp"

namespace torale::rest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::header;
using ::testing::IsEmpty;
using testing::SchemaBuilder;

std::shared_ptr<const Schema> schema_of(const std::vector<std::string>& tables) {
    SchemaBuilder builder({"api"});
    for (const std::string& table : tables)
        builder.table(table, {{"id", "integer"}, {"name", "text"}}, {"id"});
    return std::make_shared<const Schema>(builder.build());
}

class Handle : public testing::ServiceTest {
protected:
    Handle() { database.now = schema_of({"items"}); }

    core::HttpResponse ask(const std::string& method, const std::string& target,
                           std::vector<core::Header> headers = {}, std::string body = {}) {
        return handle_request({.method = method,
                               .target = target,
                               .headers = std::move(headers),
                               .body = std::move(body),
                               .remote = "192.0.2.1"},
                              service);
    }
};

TEST_F(Handle, reads_in_one_transaction) {
    database.answers.push_back(Answer{.count = 1, .body = "[{\"id\":1}]"});
    const auto response = ask("GET", "/items?select=id");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "[{\"id\":1}]");
    EXPECT_EQ(header(response, "Content-Range"), "0-0/*");
    EXPECT_THAT(database.calls, ElementsAre("begin", "admit", "apply", "run", "commit"));
    EXPECT_TRUE(database.settings.is_read_only);
    EXPECT_EQ(database.settings.search_path_schema, "api");
    EXPECT_THAT(limiter.counted, ElementsAre("address:192.0.2.1"));
}

TEST_F(Handle, writes_read_write) {
    database.answers.push_back(Answer{.count = 1, .inserted = 1});
    EXPECT_EQ(ask("POST", "/items", {}, R"({"name":"a"})").status, 201);
    EXPECT_FALSE(database.settings.is_read_only);
    EXPECT_THAT(database.calls, ElementsAre("begin", "admit", "apply", "run", "commit"));
}

TEST_F(Handle, a_bad_token_comes_before_a_bad_path) {
    const auto response = ask("GET", "/a/b", {{"Authorization", "Bearer x.y"}});
    EXPECT_EQ(response.status, 500);  // no key is configured at all: PGRST300
    EXPECT_THAT(response.body, HasSubstr("PGRST300"));
    EXPECT_THAT(database.calls, IsEmpty());
    ASSERT_TRUE(keys.add_secret("a secret of more than thirty-two bytes"));
    const auto refused = ask("GET", "/a/b", {{"Authorization", "Bearer x.y"}});
    EXPECT_EQ(refused.status, 401);
    EXPECT_THAT(refused.body, HasSubstr("PGRST301"));
    EXPECT_THAT(limiter.refused, ElementsAre("192.0.2.1"));
}

TEST_F(Handle, an_address_with_too_many_bad_credentials_waits) {
    limiter.locked.insert("192.0.2.1");
    const auto response = ask("GET", "/items");
    EXPECT_EQ(response.status, 429);
    EXPECT_EQ(header(response, "Retry-After"), "60");
    EXPECT_THAT(database.calls, IsEmpty());
}

TEST_F(Handle, a_refused_key_counts_and_a_deactivated_user_does_not) {
    database.identity =
        Failure{.status = 401, .code = "PGRST301", .message = "API key is not valid"};
    EXPECT_EQ(ask("GET", "/items", {{"apikey", "sk_x"}}).status, 401);
    EXPECT_THAT(limiter.refused, ElementsAre("192.0.2.1"));
    EXPECT_THAT(database.calls, ElementsAre("begin", "admit", "abort"));
    database.identity = Failure{.status = 403, .code = "42501", .message = "deactivated"};
    EXPECT_EQ(ask("GET", "/items", {{"apikey", "sk_x"}}).status, 403);
    EXPECT_EQ(limiter.refused.size(), 1u);
}

TEST_F(Handle, without_anonymous_access_nothing_is_asked_of_the_database) {
    service.allows_anonymous = false;
    const auto response = ask("GET", "/items");
    EXPECT_EQ(response.status, 401);
    EXPECT_THAT(response.body, HasSubstr("PGRST302"));
    EXPECT_EQ(header(response, "WWW-Authenticate"), "Bearer");
    EXPECT_THAT(database.calls, IsEmpty());
}

TEST_F(Handle, open_to_this_machine_is_not_open_to_pages_of_others) {
    service.is_open = true;
    const core::Header host{"Host", "127.0.0.1:3000"};
    EXPECT_EQ(ask("GET", "/items", {host, {"Origin", "https://evil.example"}}).status, 403);
    EXPECT_EQ(ask("GET", "/items", {{"Host", "evil.example:3000"}}).status, 403);
    EXPECT_THAT(database.calls, IsEmpty());
    EXPECT_EQ(ask("GET", "/items", {host, {"Origin", "http://localhost:5173"}}).status, 200);
}

TEST_F(Handle, a_used_up_quota_refuses_before_the_statement) {
    limiter.quota = {.limit = 10, .remaining = 0, .reset_at = 1'800'000'042, .is_exceeded = true};
    const auto response = ask("GET", "/items");
    EXPECT_EQ(response.status, 429);
    EXPECT_EQ(header(response, "Retry-After"), "42");
    EXPECT_EQ(header(response, "X-RateLimit-Limit"), "10");
    EXPECT_THAT(database.calls, ElementsAre("begin", "admit", "abort"));
    limiter.quota.is_exceeded = false;
    limiter.quota.remaining = 9;
    EXPECT_EQ(header(ask("GET", "/items"), "X-RateLimit-Remaining"), "9");
}

TEST_F(Handle, without_a_schema_it_says_to_come_again) {
    database.now = nullptr;
    const auto response = ask("GET", "/items");
    EXPECT_EQ(response.status, 503);
    EXPECT_THAT(response.body, HasSubstr("PGRST002"));
    EXPECT_EQ(header(response, "Retry-After"), "1");
}

TEST_F(Handle, what_is_not_found_is_looked_up_in_a_newer_schema_once) {
    database.next = schema_of({"items", "fresh"});
    EXPECT_EQ(ask("GET", "/fresh").status, 200);
    EXPECT_THAT(database.calls, ElementsAre("begin", "admit", "abort", "newer schema", "begin",
                                            "admit", "apply", "run", "commit"));
    database.calls.clear();
    EXPECT_EQ(ask("GET", "/nowhere").status, 404);
    EXPECT_THAT(database.calls, ElementsAre("begin", "admit", "abort", "newer schema"));
    EXPECT_EQ(limiter.counted.size(), 2u);  // one request, one count
}

TEST_F(Handle, errors_of_sql_roll_back) {
    database.answers.push_back(SqlError{"23505", "duplicate key", "", ""});
    EXPECT_EQ(ask("POST", "/items", {}, "{}").status, 409);
    EXPECT_THAT(database.calls, ElementsAre("begin", "admit", "apply", "run", "abort"));
    database.calls.clear();
    database.commit_error = SqlError{"23503", "deferred", "", ""};
    EXPECT_EQ(ask("POST", "/items", {}, "{}").status, 409);
    database.calls.clear();
    database.apply_error = SqlError{"22023", "role \"x\" does not exist", "", ""};
    EXPECT_EQ(ask("GET", "/items").status, 401);
    EXPECT_THAT(database.calls, ElementsAre("begin", "admit", "apply", "abort"));
}

TEST_F(Handle, a_write_that_is_no_single_object_rolls_back) {
    database.answers.push_back(Answer{.count = 2, .body = "[]"});
    const auto response =
        ask("PATCH", "/items?id=gt.1",
            {{"Accept", "application/vnd.pgrst.object+json"}, {"Prefer", "return=representation"}},
            R"({"name":"a"})");
    EXPECT_EQ(response.status, 406);
    EXPECT_THAT(response.body, HasSubstr("PGRST116"));
    EXPECT_EQ(database.calls.back(), "abort");
}

TEST_F(Handle, planned_counts_ask_the_planner) {
    database.planned = 1234;
    database.answers.push_back(Answer{.count = 1, .body = "[{}]"});
    const auto response = ask("GET", "/items?limit=1", {{"Prefer", "count=planned"}});
    EXPECT_EQ(header(response, "Content-Range"), "0-0/1234");
    EXPECT_EQ(response.status, 206);
    EXPECT_THAT(database.calls,
                ElementsAre("begin", "admit", "apply", "run", "estimate", "commit"));
}

TEST_F(Handle, the_root_lists_what_the_role_may_touch) {
    database.answers.push_back(Answer{.body = R"({"relations":["items"],"routines":null})"});
    const auto response = ask("GET", "/", {{"Host", "example.com"}});
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, HasSubstr("\"/items\""));
    EXPECT_THAT(header(response, "Content-Type"), HasSubstr("application/openapi+json"));
    EXPECT_EQ(ask("GET", "/", {{"Accept", "text/csv"}}).status, 406);
}

TEST_F(Handle, the_root_names_the_public_address) {
    service.public_url = "https://torale.example.com/api";
    const auto response = ask("GET", "/", {{"Host", "10.0.0.1:3000"}});
    EXPECT_THAT(response.body, HasSubstr(R"("host":"torale.example.com")"));
    EXPECT_THAT(response.body, HasSubstr(R"("basePath":"/api/")"));
    EXPECT_THAT(response.body, HasSubstr(R"("schemes":["https"])"));
    EXPECT_NE(header(response, "Strict-Transport-Security"), "-");
}

TEST_F(Handle, preflights_need_nobody_and_no_database) {
    const auto response =
        ask("OPTIONS", "/items",
            {{"Origin", "https://app.example.com"}, {"Access-Control-Request-Method", "POST"}});
    EXPECT_EQ(response.status, 200);
    EXPECT_NE(header(response, "Access-Control-Allow-Methods"), "-");
    EXPECT_THAT(database.calls, IsEmpty());
}

TEST_F(Handle, refusals_reach_other_origins_and_carry_security_headers) {
    const auto response = ask("GET", "/a/b", {{"Origin", "https://app.example.com"}});
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
}

}  // namespace
}  // namespace torale::rest
