// SQLSTATE → status, as a table; and the two ways a function takes control of its failure.
#include <gtest/gtest.h>

#include "rest/reply.hpp"

namespace torale::rest {
namespace {

struct StatusRow {
    const char* sqlstate;
    const char* message;
    int status;
};

// Anonymous or not makes no difference to these.
constexpr StatusRow status_table[] = {
    {"08000", "m", 503},
    {"08006", "m", 503},
    {"53000", "m", 503},
    {"53100", "m", 503},
    {"53200", "m", 503},
    {"53300", "m", 503},
    {"53400", "m", 500},
    {"57P01", "m", 503},
    {"57P02", "m", 500},
    {"57P03", "m", 500},
    {"57014", "canceling statement due to statement timeout", 504},
    {"0L000", "m", 403},
    {"0LP01", "m", 403},
    {"0P000", "m", 403},
    {"28000", "m", 403},
    {"28P01", "m", 403},
    {"23503", "m", 409},
    {"23505", "m", 409},
    {"23502", "m", 400},
    {"23514", "m", 400},
    {"23000", "m", 400},
    {"25006", "cannot execute INSERT in a read-only transaction", 405},
    {"25001", "m", 500},
    {"21000", "UPDATE requires a WHERE clause", 400},
    {"21000", "DELETE requires a WHERE clause", 400},
    {"21000", "ON CONFLICT DO UPDATE command cannot affect row a second time", 500},
    {"22023", "role \"nobody\" does not exist", 401},
    {"22023", "role nobody does not exist", 401},
    {"22023", "invalid value for parameter \"TimeZone\"", 400},
    {"22023", "table x does not exist", 400},
    {"22P02", "invalid input syntax for type integer", 400},
    {"22003", "m", 400},
    {"2201W", "LIMIT must not be negative", 400},
    {"42883", "function x(integer) does not exist", 404},
    {"42883", "function xmlagg(json) does not exist", 406},
    {"42P01", "relation does not exist", 404},
    {"42P17", "infinite recursion detected in policy", 500},
    {"42703", "column does not exist", 400},
    {"42P10", "m", 400},
    {"42601", "m", 400},
    {"P0001", "raised", 400},
    {"P0002", "m", 500},
    {"P0004", "m", 500},
    {"09000", "m", 500},
    {"2D000", "m", 500},
    {"38000", "m", 500},
    {"39P01", "m", 500},
    {"3B001", "m", 500},
    {"40001", "could not serialize access", 500},
    {"40P01", "deadlock detected", 500},
    {"54001", "stack depth limit exceeded", 500},
    {"55P03", "m", 500},
    {"58030", "m", 500},
    {"F0000", "m", 500},
    {"HV000", "m", 500},
    {"XX000", "m", 500},
    {"XX002", "m", 500},
    {"99999", "m", 400},
    {"PT200", "fine", 200},
    {"PT402", "Payment Required", 402},
    {"PT404", "no such task", 404},
    {"PT409", "m", 409},
    {"PT429", "m", 429},
    {"PT503", "m", 503},
    {"PT599", "m", 599},
    {"PT600", "m", 500},
    {"PT000", "m", 500},
    // 1xx would promise another response after this one.
    {"PT100", "m", 500},
    {"PTabc", "m", 500},
    {"PT4x4", "m", 500},
};

TEST(failure_of, gives_each_sqlstate_its_status) {
    for (const StatusRow& row : status_table) {
        for (const bool is_anonymous : {false, true}) {
            const Failure failure = failure_of({row.sqlstate, row.message, "", ""}, is_anonymous);
            EXPECT_EQ(failure.status, row.status) << row.sqlstate << " " << row.message;
            EXPECT_EQ(failure.code, row.sqlstate);
            EXPECT_EQ(failure.message, row.message);
        }
    }
}

TEST(failure_of, asks_the_anonymous_role_to_log_in_and_forbids_others) {
    const SqlError denied{"42501", "permission denied for table tasks", "", ""};
    EXPECT_EQ(failure_of(denied, true).status, 401);
    EXPECT_EQ(failure_of(denied, false).status, 403);
}

TEST(failure_of, passes_message_detail_and_hint_through) {
    const Failure failure =
        failure_of({"23505", "duplicate key", "Key (id)=(1) exists.", "Use 2."}, false);
    EXPECT_EQ(failure.message, "duplicate key");
    EXPECT_EQ(failure.details, "Key (id)=(1) exists.");
    EXPECT_EQ(failure.hint, "Use 2.");
    EXPECT_FALSE(failure.details_are_json);
    EXPECT_EQ(failure.reason, "");
    EXPECT_TRUE(failure.headers.empty());
}

TEST(failure_of, makes_the_message_of_PTxyz_its_reason_phrase) {
    EXPECT_EQ(failure_of({"PT402", "Payment Required", "", ""}, false).reason, "Payment Required");
    EXPECT_EQ(failure_of({"PT402", "Payment Required", "d", "h"}, false).details, "d");
}

SqlError raised(const char* message, const char* detail) {
    return {"PGRST", message, detail, ""};
}

TEST(failure_of, hands_a_RAISE_of_PGRST_full_control) {
    Failure expected;
    expected.status = 402;
    expected.code = "123";
    expected.message = "Payment Required";
    expected.details = "Quota exceeded";
    expected.hint = "Upgrade your plan";
    expected.reason = "Pay Up";
    expected.headers = {{"X-Powered-By", "Nerd Rage"}};
    EXPECT_EQ(failure_of(raised(R"({"code":"123","message":"Payment Required",
                                    "details":"Quota exceeded","hint":"Upgrade your plan"})",
                                R"({"status":402,"status_text":"Pay Up",
                                    "headers":{"X-Powered-By":"Nerd Rage"}})"),
                         true),
              expected);
}

TEST(failure_of, needs_no_more_of_PGRST_than_its_obligatory_members) {
    const Failure failure = failure_of(
        raised(R"({"code":"c","message":"m","hint":null})", R"({"status":420,"headers":{}})"),
        false);
    EXPECT_EQ(failure.status, 420);
    EXPECT_EQ(failure.code, "c");
    EXPECT_EQ(failure.message, "m");
    EXPECT_EQ(failure.hint, "");
    EXPECT_EQ(failure.reason, "");
}

TEST(failure_of, says_which_part_of_PGRST_it_could_not_read) {
    const std::string good_message = R"({"code":"c","message":"m"})";
    const std::string good_detail = R"({"status":402,"headers":{}})";
    const std::string message_hint =
        "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: "
        "'details', 'hint'.";
    const std::string detail_hint =
        "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: "
        "'status_text'.";
    struct Row {
        std::string message;
        std::string detail;
        std::string details;
        std::string hint;
    };
    std::vector<Row> rows;
    for (const char* message :
         {"INVALID", "", "[]", "\"code\"", R"({"code":"c"})", R"({"message":"m"})",
          R"({"code":1,"message":"m"})", R"({"code":"c","message":"m","hint":1})",
          R"({"code":"c","message":"m","details":{}})"}) {
        rows.push_back({message, good_detail,
                        "Invalid JSON value for MESSAGE: '" + std::string(message) + "'",
                        message_hint});
    }
    for (const char* detail :
         {"INVALID", "[]", R"({"status":402})", R"({"headers":{}})",
          R"({"status":"402","headers":{}})", R"({"status":402.5,"headers":{}})",
          R"({"status":99,"headers":{}})", R"({"status":600,"headers":{}})",
          R"({"status":1e300,"headers":{}})", R"({"status":18446744073709551615,"headers":{}})",
          R"({"status":402,"headers":[]})", R"({"status":402,"headers":{"X":1}})",
          R"({"status":402,"headers":{"X":"a\r\nSet-Cookie: b"}})",
          R"({"status":402,"headers":{"X Y":"a"}})", R"({"status":402,"headers":{"":"a"}})",
          R"({"status":402,"headers":{},"status_text":3})"}) {
        rows.push_back({good_message, detail,
                        "Invalid JSON value for DETAIL: '" + std::string(detail) + "'",
                        detail_hint});
    }
    rows.push_back({good_message, "", "DETAIL is missing in the RAISE statement", detail_hint});
    for (const Row& row : rows) {
        const Failure failure = failure_of({"PGRST", row.message, row.detail, ""}, false);
        EXPECT_EQ(failure.status, 500) << row.message << row.detail;
        EXPECT_EQ(failure.code, "PGRST121");
        EXPECT_EQ(failure.message, R"(Could not parse JSON in the "RAISE SQLSTATE 'PGRST'" error)");
        EXPECT_EQ(failure.details, row.details);
        EXPECT_EQ(failure.hint, row.hint);
        EXPECT_TRUE(failure.headers.empty());
    }
}

}  // namespace
}  // namespace torale::rest
