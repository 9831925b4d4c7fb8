// Status and headers of what succeeded: a table an action, and what a function may override.
#include "rest/reply.hpp"

#include <gtest/gtest.h>

#include <map>

#include "rest/query_string.hpp"

namespace torale::rest {
namespace {

struct Case {
    Ask ask;
    Plan plan;
    Answer answer;

    core::HttpResponse replied() const {
        auto response = reply(ask, plan, answer);
        if (!response) {
            ADD_FAILURE() << response.error().code << " " << response.error().message;
            return {};
        }
        return *response;
    }
};

Case asked(Action action) {
    Case made;
    made.ask.action = made.plan.action = action;
    made.ask.schema = "api";
    made.ask.name = "items";
    made.plan.media_type = "application/json; charset=utf-8";
    made.answer.body = R"([{"id":1}])";
    return made;
}

std::string header_of(const core::HttpResponse& response, const char* name) {
    return std::string(core::find_header(response.headers, name).value_or("(none)"));
}

struct PageRow {
    std::int64_t offset;
    std::int64_t count;
    std::optional<std::int64_t> total;
    int status;
    const char* range;
};

TEST(reply, tells_a_page_from_everything) {
    const PageRow rows[] = {
        {0, 15, {}, 200, "0-14/*"},
        {0, 1, {}, 200, "0-0/*"},
        {0, 0, {}, 200, "*/*"},
        {10, 5, {}, 200, "10-14/*"},
        {10, 0, {}, 200, "*/*"},
        {0, 15, 15, 200, "0-14/15"},
        {0, 2, 15, 206, "0-1/15"},
        {5, 10, 15, 206, "5-14/15"},
        {14, 1, 15, 206, "14-14/15"},
        {0, 0, 15, 206, "*/15"},
        {15, 0, 15, 206, "*/15"},
        {0, 0, 0, 200, "*/0"},
        {5, 5, 5'000'000'000, 206, "5-9/5000000000"},
    };
    for (const Action action : {Action::read, Action::call}) {
        for (const PageRow& row : rows) {
            Case one = asked(action);
            one.plan.read.offset = row.offset;
            one.answer.count = row.count;
            one.answer.total = row.total;
            const core::HttpResponse response = one.replied();
            SCOPED_TRACE(row.range);
            EXPECT_EQ(response.status, row.status);
            EXPECT_EQ(header_of(response, "Content-Range"), row.range);
            EXPECT_EQ(response.body, one.answer.body);
        }
    }
}

TEST(reply, refuses_an_offset_beyond_the_end) {
    for (const Action action : {Action::read, Action::call}) {
        Case one = asked(action);
        one.plan.read.offset = 100;
        one.answer.total = 15;
        const auto response = reply(one.ask, one.plan, one.answer);
        ASSERT_FALSE(response);
        Failure expected;
        expected.status = 416;
        expected.code = "PGRST103";
        expected.message = "Requested range not satisfiable";
        expected.details = "An offset of 100 was requested, but there are only 15 rows.";
        expected.headers = {{"Content-Range", "*/15"}};
        EXPECT_EQ(response.error(), expected);
    }
    Case none = asked(Action::read);
    none.plan.read.offset = 1;
    none.answer.total = 0;
    EXPECT_EQ(reply(none.ask, none.plan, none.answer).error().status, 416);
}

TEST(reply, says_where_a_read_would_be_found_again) {
    Case one = asked(Action::read);
    EXPECT_EQ(header_of(one.replied(), "Content-Location"), "/items");
    one.ask.query.canonical = "id=eq.1&select=%2A";
    EXPECT_EQ(header_of(one.replied(), "Content-Location"), "/items?id=eq.1&select=%2A");
    one.ask.query.canonical = "";
    one.ask.name = "odd name/ü\r\nX: 1";
    EXPECT_EQ(header_of(one.replied(), "Content-Location"), "/odd%20name%2F%C3%BC%0D%0AX%3A%201");
    EXPECT_EQ(header_of(asked(Action::call).replied(), "Content-Location"), "(none)");
    EXPECT_EQ(header_of(asked(Action::insert).replied(), "Content-Location"), "(none)");
}

TEST(reply, sends_the_media_type_of_the_plan) {
    for (const char* type : {"text/csv; charset=utf-8",
                             "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8"}) {
        Case one = asked(Action::read);
        one.plan.media_type = type;
        EXPECT_EQ(header_of(one.replied(), "Content-Type"), type);
    }
    Case none = asked(Action::read);
    none.plan.media_type = "";
    EXPECT_EQ(header_of(none.replied(), "Content-Type"), "(none)");
}

TEST(reply, names_the_profile_where_it_names_the_type) {
    Case one = asked(Action::read);
    EXPECT_EQ(header_of(one.replied(), "Content-Profile"), "(none)");
    one.ask.schema_was_named = true;
    EXPECT_EQ(header_of(one.replied(), "Content-Profile"), "api");
    Case minimal = asked(Action::insert);
    minimal.ask.schema_was_named = true;
    EXPECT_EQ(header_of(minimal.replied(), "Content-Profile"), "(none)");
    minimal.ask.prefer.return_ = Return::representation;
    EXPECT_EQ(header_of(minimal.replied(), "Content-Profile"), "api");
}

TEST(reply, gives_head_the_headers_of_get_without_its_body) {
    for (const Action action : {Action::read, Action::call}) {
        Case one = asked(action);
        one.answer.count = 2;
        one.answer.total = 9;
        const core::HttpResponse get = one.replied();
        one.plan.is_head = true;
        const core::HttpResponse head = one.replied();
        EXPECT_EQ(head.body, "");
        EXPECT_EQ(head.headers, get.headers);
        EXPECT_EQ(head.status, get.status);
    }
}

TEST(reply, answers_a_void_call_with_nothing) {
    Routine routine;
    routine.returns_void = true;
    Case one = asked(Action::call);
    one.plan.call = CallPlan{&routine, {}, false};
    one.answer.count = 1;
    const core::HttpResponse response = one.replied();
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(header_of(response, "Content-Type"), "(none)");
    EXPECT_EQ(header_of(response, "Content-Range"), "0-0/*");
    routine.returns_void = false;
    EXPECT_EQ(one.replied().status, 200);
}

TEST(reply, varies_by_what_shapes_it) {
    for (const Action action :
         {Action::read, Action::call, Action::insert, Action::update, Action::upsert_one}) {
        EXPECT_EQ(header_of(asked(action).replied(), "Vary"), "Accept, Prefer, Range");
    }
}

TEST(reply, warns_of_a_relation_that_has_an_alias) {
    Case one = asked(Action::read);
    one.plan.read.embeds.resize(1);
    one.plan.read.embeds[0].embeds.resize(1);
    ReadPlan& embed = one.plan.read.embeds[0].embeds[0];
    embed.target = "films";
    embed.key = "my \"f\"";
    EXPECT_EQ(header_of(one.replied(), "Warning"), "(none)");
    embed.is_misnamed = true;
    EXPECT_EQ(
        header_of(one.replied(), "Warning"),
        "299 PostgREST \"Embedded resource was referenced by relation name even though it has "
        "an alias. Update `films` to `my%20%22f%22` in query string filters, orders or "
        "limits.\"");
}

TEST(reply, repeats_which_preferences_were_applied) {
    Case one = asked(Action::insert);
    EXPECT_EQ(header_of(one.replied(), "Preference-Applied"), "(none)");
    one.plan.preferences_applied = "return=minimal, count=exact";
    EXPECT_EQ(header_of(one.replied(), "Preference-Applied"), "return=minimal, count=exact");
}

struct WriteRow {
    Action action;
    Return return_;
    Count count;
    Resolution resolution;
    std::int64_t rows;
    std::int64_t inserted;
    int status;
    const char* range;
    bool has_body;
};

constexpr auto no_count = Count::none;
constexpr auto no_resolution = Resolution::unset;
constexpr auto merge = Resolution::merge_duplicates;
constexpr auto ignore = Resolution::ignore_duplicates;
constexpr auto rows_back = Return::representation;

const WriteRow write_rows[] = {
    {Action::insert, Return::unset, no_count, no_resolution, 1, 1, 201, "*/*", false},
    {Action::insert, Return::minimal, no_count, no_resolution, 3, 3, 201, "*/*", false},
    {Action::insert, Return::headers_only, no_count, no_resolution, 3, 3, 201, "*/*", false},
    {Action::insert, rows_back, no_count, no_resolution, 1, 1, 201, "*/*", true},
    {Action::insert, rows_back, no_count, no_resolution, 0, 0, 201, "*/*", true},
    {Action::insert, Return::unset, Count::exact, no_resolution, 3, 3, 201, "*/3", false},
    {Action::insert, rows_back, Count::estimated, no_resolution, 3, 3, 201, "*/3", true},
    {Action::insert, rows_back, Count::planned, no_resolution, 3, 3, 201, "*/*", true},
    {Action::insert, rows_back, Count::exact, no_resolution, 0, 0, 201, "*/0", true},
    {Action::insert, Return::unset, no_count, merge, 2, 0, 200, "*/*", false},
    {Action::insert, rows_back, Count::exact, merge, 2, 0, 200, "*/2", true},
    {Action::insert, rows_back, no_count, merge, 2, 1, 201, "*/*", true},
    {Action::insert, rows_back, no_count, ignore, 0, 0, 201, "*/*", true},
    {Action::update, Return::unset, no_count, no_resolution, 2, 0, 204, "0-1/*", false},
    {Action::update, Return::minimal, Count::exact, no_resolution, 2, 0, 204, "0-1/2", false},
    {Action::update, Return::headers_only, no_count, no_resolution, 0, 0, 204, "*/*", false},
    {Action::update, Return::unset, Count::exact, no_resolution, 0, 0, 204, "*/0", false},
    {Action::update, rows_back, no_count, no_resolution, 2, 0, 200, "0-1/*", true},
    {Action::update, rows_back, Count::exact, no_resolution, 1, 0, 200, "0-0/1", true},
    {Action::update, rows_back, no_count, no_resolution, 0, 0, 200, "*/*", true},
    {Action::remove, Return::unset, no_count, no_resolution, 2, 0, 204, "*/*", false},
    {Action::remove, Return::unset, Count::exact, no_resolution, 2, 0, 204, "*/2", false},
    {Action::remove, Return::headers_only, no_count, no_resolution, 2, 0, 204, "*/*", false},
    {Action::remove, rows_back, no_count, no_resolution, 2, 0, 200, "*/*", true},
    {Action::remove, rows_back, Count::exact, no_resolution, 0, 0, 200, "*/0", true},
    {Action::upsert_one, Return::unset, no_count, no_resolution, 1, 1, 204, "(none)", false},
    {Action::upsert_one, Return::minimal, Count::exact, no_resolution, 1, 0, 204, "(none)", false},
    {Action::upsert_one, Return::headers_only, no_count, no_resolution, 1, 1, 204, "(none)", false},
    {Action::upsert_one, rows_back, no_count, no_resolution, 1, 1, 201, "(none)", true},
    {Action::upsert_one, rows_back, no_count, no_resolution, 1, 0, 200, "(none)", true},
};

TEST(reply, answers_each_write_as_this_table_says) {
    int number = 0;
    for (const WriteRow& row : write_rows) {
        SCOPED_TRACE(number++);
        Case one = asked(row.action);
        one.ask.prefer.return_ = row.return_;
        one.ask.prefer.resolution = row.resolution;
        one.plan.count = row.count;
        one.answer.count = row.rows;
        one.answer.inserted = row.inserted;
        const core::HttpResponse response = one.replied();
        EXPECT_EQ(response.status, row.status);
        EXPECT_EQ(header_of(response, "Content-Range"), row.range);
        EXPECT_EQ(response.body, row.has_body ? one.answer.body : "");
        EXPECT_EQ(core::find_header(response.headers, "Content-Type").has_value(), row.has_body);
        EXPECT_EQ(header_of(response, "Location"), "(none)");
    }
}

TEST(reply, locates_the_one_row_that_was_inserted) {
    struct Row {
        Return return_;
        std::int64_t count;
        const char* key;
        const char* location;
    };
    const Row rows[] = {
        {Return::headers_only, 1, R"({"id":7})", "/items?id=eq.7"},
        {Return::headers_only, 1, R"({"id":"7"})", "/items?id=eq.7"},
        {Return::headers_only, 1, R"({"b":"x","a":1})", "/items?b=eq.x&a=eq.1"},
        {Return::headers_only, 1, R"({"a":null,"b":true})", "/items?a=is.null&b=eq.true"},
        {Return::headers_only, 1, R"({"id":9007199254740993})", "/items?id=eq.9007199254740993"},
        {Return::headers_only, 1, R"({"a b":"x&y=z\r\nSet-Cookie: 1"})",
         "/items?a%20b=eq.x%26y%3Dz%0D%0ASet-Cookie%3A%201"},
        {Return::headers_only, 2, R"({"id":7})", "(none)"},
        {Return::headers_only, 1, "", "(none)"},
        {Return::headers_only, 1, "{}", "(none)"},
        {Return::headers_only, 1, "null", "(none)"},
        {Return::headers_only, 1, "{broken", "(none)"},
        {Return::minimal, 1, R"({"id":7})", "(none)"},
        {Return::representation, 1, R"({"id":7})", "(none)"},
    };
    for (const Row& row : rows) {
        Case one = asked(Action::insert);
        one.ask.prefer.return_ = row.return_;
        one.answer.count = row.count;
        one.answer.location = row.key;
        EXPECT_EQ(header_of(one.replied(), "Location"), row.location) << row.key;
    }
}

TEST(reply, has_no_rows_for_what_is_answered_from_the_schema) {
    for (const Action action : {Action::options, Action::describe}) {
        const Case one = asked(action);
        EXPECT_EQ(reply(one.ask, one.plan, one.answer).error().status, 500);
    }
}

}  // namespace
}  // namespace torale::rest
