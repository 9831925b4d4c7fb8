// The standard error response byte for byte, and which answers are refused.
#include <gtest/gtest.h>

#include "core/json.hpp"
#include "rest/reply.hpp"

namespace torale::rest {
namespace {

std::string header_of(const core::HttpResponse& response, const char* name) {
    return std::string(core::find_header(response.headers, name).value_or("(none)"));
}

Failure failure(int status, const char* code, const char* message) {
    Failure made;
    made.status = status;
    made.code = code;
    made.message = message;
    return made;
}

TEST(reply_failure, writes_four_members_in_order_without_blanks) {
    const core::HttpResponse response = reply_failure(
        failure(404, "PGRST205", "Could not find the table 'public.x' in the schema cache"));
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body,
              R"({"code":"PGRST205","details":null,"hint":null,)"
              R"("message":"Could not find the table 'public.x' in the schema cache"})");
    EXPECT_EQ(header_of(response, "Content-Type"), "application/json; charset=utf-8");
    EXPECT_EQ(header_of(response, "Proxy-Status"), "PostgREST; error=PGRST205");
    EXPECT_EQ(response.reason, "");
    EXPECT_FALSE(response.is_stream);
}

struct BodyRow {
    const char* message;
    const char* details;
    const char* hint;
    const char* body;
};

TEST(reply_failure, escapes_what_json_must_and_nothing_else) {
    const BodyRow rows[] = {
        {"m", "d", "h", R"({"code":"C","details":"d","hint":"h","message":"m"})"},
        {"", "", "", R"({"code":"C","details":null,"hint":null,"message":""})"},
        {"grün 日本 🐘", "", "",
         R"({"code":"C","details":null,"hint":null,"message":"grün 日本 🐘"})"},
        {"a\"b\\c", "", "", R"({"code":"C","details":null,"hint":null,"message":"a\"b\\c"})"},
        {"a\nb\tc\x01", "", "",
         R"({"code":"C","details":null,"hint":null,"message":"a\nb\tc\u0001"})"},
        {"</script>", "", "", R"({"code":"C","details":null,"hint":null,"message":"</script>"})"},
        {"bad \xff\xc3", "", "",
         "{\"code\":\"C\",\"details\":null,\"hint\":null,\"message\":\"bad "
         "\xEF\xBF\xBD\xEF\xBF\xBD\"}"},
        {"m", "\x80", "\xE2\x82",
         "{\"code\":\"C\",\"details\":\"\xEF\xBF\xBD\",\"hint\":\"\xEF\xBF\xBD\",\"message\":"
         "\"m\"}"},
    };
    for (const BodyRow& row : rows) {
        Failure one = failure(400, "C", row.message);
        one.details = row.details;
        one.hint = row.hint;
        const core::HttpResponse response = reply_failure(one);
        EXPECT_EQ(response.body, row.body);
        EXPECT_TRUE(core::parse_json(response.body).has_value()) << response.body;
    }
}

TEST(reply_failure, keeps_json_details_as_they_stand) {
    Failure one = failure(300, "PGRST201", "m");
    one.details_are_json = true;
    one.details = R"([{"cardinality":"many-to-one","embedding":"a with b"}])";
    EXPECT_EQ(reply_failure(one).body,
              R"({"code":"PGRST201","details":[{"cardinality":"many-to-one",)"
              R"("embedding":"a with b"}],"hint":null,"message":"m"})");
    one.details = "[broken";
    EXPECT_EQ(reply_failure(one).body,
              R"({"code":"PGRST201","details":"[broken","hint":null,"message":"m"})");
}

TEST(reply_failure, challenges_on_401_and_only_there) {
    struct Row {
        int status;
        const char* code;
        const char* message;
        const char* challenge;
    };
    const Row rows[] = {
        {401, "PGRST302", "Anonymous access is disabled", "Bearer"},
        {401, "42501", "permission denied for table t", "Bearer"},
        {401, "22023", "role \"x\" does not exist", "Bearer"},
        {401, "PGRST301", "JWT cryptographic operation failed",
         "Bearer error=\"invalid_token\", error_description=\"JWT cryptographic operation "
         "failed\""},
        {401, "PGRST303", "JWT expired",
         "Bearer error=\"invalid_token\", error_description=\"JWT expired\""},
        {401, "PGRST303", "a\"b\\c\r\nd\xc3\xbc",
         "Bearer error=\"invalid_token\", error_description=\"a?b?c  d??\""},
        {403, "42501", "permission denied", "(none)"},
        {404, "PGRST301", "m", "(none)"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(header_of(reply_failure(failure(row.status, row.code, row.message)),
                            "WWW-Authenticate"),
                  row.challenge)
            << row.message;
    }
}

TEST(reply_failure, keeps_the_challenge_that_a_failure_brings) {
    Failure one = failure(401, "PGRST301", "m");
    one.headers = {{"www-authenticate", "Bearer realm=\"x\""}};
    const core::HttpResponse response = reply_failure(one);
    EXPECT_EQ(header_of(response, "WWW-Authenticate"), "Bearer realm=\"x\"");
    EXPECT_EQ(std::count_if(response.headers.begin(), response.headers.end(),
                            [](const core::Header& h) { return h.name == "WWW-Authenticate"; }),
              0);
}

TEST(reply_failure, tells_when_to_ask_again_after_503) {
    EXPECT_EQ(header_of(reply_failure(failure(503, "PGRST002", "m")), "Retry-After"), "1");
    EXPECT_EQ(header_of(reply_failure(failure(504, "57014", "m")), "Retry-After"), "(none)");
    Failure one = failure(503, "PGRST002", "m");
    one.headers = {{"Retry-After", "30"}};
    EXPECT_EQ(header_of(reply_failure(one), "Retry-After"), "30");
}

TEST(reply_failure, lets_no_text_of_the_database_start_a_header_line) {
    Failure one = failure(418, "x\r\nSet-Cookie: a=b", "m");
    one.reason = "teapot\r\nSet-Cookie: a=b";
    one.headers = {
        {"X-Good", "1"}, {"X-Bad", "1\r\nSet-Cookie: a=b"}, {"X-Worse\r\n", "1"}, {"", "1"}};
    const core::HttpResponse response = reply_failure(one);
    EXPECT_EQ(response.reason, "teapot  Set-Cookie: a=b");
    EXPECT_EQ(header_of(response, "X-Good"), "1");
    EXPECT_EQ(header_of(response, "X-Bad"), "(none)");
    EXPECT_EQ(header_of(response, "Proxy-Status"), "(none)");
    for (const core::Header& header : response.headers) {
        EXPECT_EQ((header.name + header.value).find_first_of("\r\n"), std::string::npos);
    }
}

TEST(reply_failure, cuts_a_long_reason_on_a_character) {
    Failure one = failure(402, "PT402", "m");
    for (int i = 0; i < 150; ++i) one.reason += "ü";
    const std::string reason = reply_failure(one).reason;
    EXPECT_LE(reason.size(), 200u);
    EXPECT_GE(reason.size(), 199u);
    EXPECT_EQ(core::clean_utf8(reason), reason);
}

TEST(reply_failure, has_no_body_where_http_has_none) {
    for (const int status : {204, 205, 304}) {
        const core::HttpResponse response = reply_failure(failure(status, "PT", "m"));
        EXPECT_EQ(response.body, "") << status;
        EXPECT_EQ(header_of(response, "Content-Type"), "(none)");
    }
}

struct RefuseRow {
    Action action;
    Media media;
    std::int64_t count;
    std::optional<std::int64_t> affected_max;
    int status;  // 0 = not refused
    const char* code;
    const char* details;
};

TEST(refuse_answer, is_this_table) {
    const RefuseRow rows[] = {
        {Action::read, Media::json, 0, {}, 0, "", ""},
        {Action::read, Media::json, 7, {}, 0, "", ""},
        {Action::read, Media::object, 1, {}, 0, "", ""},
        {Action::read, Media::object, 0, {}, 406, "PGRST116", "The result contains 0 rows"},
        {Action::read, Media::object, 5, {}, 406, "PGRST116", "The result contains 5 rows"},
        {Action::read,
         Media::object_stripped,
         2,
         {},
         406,
         "PGRST116",
         "The result contains 2 rows"},
        {Action::read, Media::array_stripped, 2, {}, 0, "", ""},
        {Action::read, Media::csv, 2, {}, 0, "", ""},
        {Action::insert, Media::object, 2, {}, 406, "PGRST116", "The result contains 2 rows"},
        {Action::update, Media::object, 0, {}, 406, "PGRST116", "The result contains 0 rows"},
        {Action::remove, Media::object, 3, {}, 406, "PGRST116", "The result contains 3 rows"},
        {Action::call, Media::object, 1, {}, 0, "", ""},
        {Action::call, Media::object, 0, {}, 406, "PGRST116", "The result contains 0 rows"},
        {Action::update, Media::json, 3, 3, 0, "", ""},
        {Action::update, Media::json, 4, 3, 400, "PGRST124", "The query affects 4 rows"},
        {Action::remove, Media::json, 1, 0, 400, "PGRST124", "The query affects 1 rows"},
        {Action::call, Media::json, 9, 3, 400, "PGRST124", "The query affects 9 rows"},
        {Action::update, Media::object, 4, 3, 406, "PGRST116", "The result contains 4 rows"},
        {Action::upsert_one, Media::json, 1, {}, 0, "", ""},
        {Action::upsert_one, Media::json, 0, {}, 400, "PGRST115", ""},
        {Action::upsert_one, Media::object, 0, {}, 400, "PGRST115", ""},
        {Action::upsert_one, Media::json, 2, {}, 400, "PGRST115", ""},
    };
    int number = 0;
    for (const RefuseRow& row : rows) {
        SCOPED_TRACE(number++);
        Plan plan;
        plan.action = row.action;
        plan.media = row.media;
        plan.affected_max = row.affected_max;
        Answer answer;
        answer.count = row.count;
        const auto refused = refuse_answer(plan, answer);
        ASSERT_EQ(refused.has_value(), row.status != 0);
        if (!refused) continue;
        EXPECT_EQ(refused->status, row.status);
        EXPECT_EQ(refused->code, row.code);
        EXPECT_EQ(refused->details, row.details);
    }
}

TEST(refuse_answer, says_what_was_wrong_in_postgrests_words) {
    Plan plan;
    plan.media = Media::object;
    EXPECT_EQ(refuse_answer(plan, Answer{})->message,
              "Cannot coerce the result to a single JSON object");
    plan.action = Action::upsert_one;
    EXPECT_EQ(refuse_answer(plan, Answer{})->message,
              "Payload values do not match URL in primary key column(s)");
    plan = Plan{};
    plan.affected_max = -1;
    EXPECT_EQ(refuse_answer(plan, Answer{})->message,
              "Query result exceeds max-affected preference constraint");
}

}  // namespace
}  // namespace torale::rest
