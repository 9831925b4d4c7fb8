#include "rest/payload.hpp"

#include <gtest/gtest.h>

namespace torale::rest {
namespace {

using Keys = std::vector<std::string>;

Ask write_of(const std::string& body, const std::string& type = "application/json") {
    Ask ask;
    ask.action = Action::insert;
    ask.method = "POST";
    ask.content_type = type;
    ask.body = body;
    return ask;
}

Ask call_of(const std::string& body, const std::string& type = "application/json") {
    Ask ask = write_of(body, type);
    ask.action = Action::call;
    ask.target = Target::routine;
    return ask;
}

Payload json(const std::string& text, bool is_array, std::int64_t rows, const Keys& keys) {
    return {Payload::Kind::json, text, is_array, rows, keys};
}

struct Row {
    std::string body;
    Payload payload;
    std::string type = "application/json";
};
void PrintTo(const Row& row, std::ostream* out) {
    *out << row.type << ' ' << ::testing::PrintToString(row.body);
}

class PayloadRows : public ::testing::TestWithParam<Row> {};

TEST_P(PayloadRows, are_read) {
    const Result<Payload> payload = parse_payload(write_of(GetParam().body, GetParam().type));
    ASSERT_TRUE(payload) << payload.error().message;
    EXPECT_EQ(payload->text, GetParam().payload.text);
    EXPECT_EQ(payload->keys, GetParam().payload.keys);
    EXPECT_EQ(*payload, GetParam().payload);
}

std::vector<Row> json_rows() {
    std::vector<Row> rows;
    const auto add = [&](const std::string& body, bool is_array, std::int64_t count, Keys keys) {
        rows.push_back({body, json(body, is_array, count, keys)});
    };
    add("{}", false, 1, {});
    add(R"({"b":1,"a":2})", false, 1, {"a", "b"});
    add(" \t\r\n{ \"a\" : 1 } \n", false, 1, {"a"});
    add("[]", true, 0, {});
    add("[ ]", true, 0, {});
    add("[{},{}]", true, 2, {});
    add(R"([{"a":1,"b":2},{"b":3,"a":4}])", true, 2, {"a", "b"});
    add(R"({"a":1,"a":2})", false, 1, {"a"});
    add(R"([{"a":1,"a":2},{"a":3}])", true, 2, {"a"});
    add(R"({"a":1e400,"b":123456789012345678901234567890.5,"c":-0,"d":1E+9})", false, 1,
        {"a", "b", "c", "d"});
    add(R"({"a":{"x":[1,{"y":null}]},"b":[true,false]})", false, 1, {"a", "b"});
    add(R"([{"a":{"b":1}},{"a":[{"c":2}]}])", true, 2, {"a"});
    add(R"({"\u00e4\n\"\\":1})", false, 1, {"\xC3\xA4\n\"\\"});
    add(R"({"\ud83d\ude00":1,"\u20ac":2})", false, 1, {"\xE2\x82\xAC", "\xF0\x9F\x98\x80"});
    add(R"({"":1})", false, 1, {""});
    add(R"({"a\"; DROP TABLE films; --":1})", false, 1, {"a\"; DROP TABLE films; --"});
    add("{\"\xC3\xBC\":\"\xE2\x82\xAC\"}", false, 1, {"\xC3\xBC"});
    add(R"({"a":"\u0000"})", false, 1, {"a"});  // PostgreSQL says what it thinks of it
    return rows;
}

INSTANTIATE_TEST_SUITE_P(of_json, PayloadRows, ::testing::ValuesIn(json_rows()));

INSTANTIATE_TEST_SUITE_P(of_scalars, PayloadRows,
                         ::testing::Values(Row{"1", json("[]", true, 0, {})},
                                           Row{"null", json("[]", true, 0, {})},
                                           Row{"\"text\"", json("[]", true, 0, {})},
                                           Row{"true", json("[]", true, 0, {})}));

INSTANTIATE_TEST_SUITE_P(
    of_csv, PayloadRows,
    ::testing::Values(
        Row{"a,b\n1,x\n", json(R"([{"a":"1","b":"x"}])", true, 1, {"a", "b"}), "text/csv"},
        Row{"b,a\r\nNULL,\r\n", json(R"([{"b":null,"a":""}])", true, 1, {"a", "b"}), "text/csv"},
        Row{"a\n\"x,\"\"y\"\"\nz\"\n", json(R"([{"a":"x,\"y\"\nz"}])", true, 1, {"a"}), "text/csv"},
        Row{"a\n1\n\n2", json(R"([{"a":"1"},{"a":"2"}])", true, 2, {"a"}), "text/csv"},
        Row{"a,b\n", json("[]", true, 0, {}), "text/csv"}));

INSTANTIATE_TEST_SUITE_P(
    of_forms, PayloadRows,
    ::testing::Values(Row{"a=1&b=x+y%26", json(R"({"a":"1","b":"x y&"})", false, 1, {"a", "b"}),
                          "application/x-www-form-urlencoded"},
                      Row{"", json("{}", false, 1, {}), "application/x-www-form-urlencoded"},
                      Row{"a&&b=", json(R"({"a":"","b":""})", false, 1, {"a", "b"}),
                          "application/x-www-form-urlencoded"},
                      Row{"a=1&a=2", json(R"({"a":"1","a":"2"})", false, 1, {"a"}),
                          "application/x-www-form-urlencoded"}));

struct Refused {
    std::string body;
    std::string message;
    std::string type = "application/json";
    std::string code = "PGRST102";
};
void PrintTo(const Refused& row, std::ostream* out) {
    *out << row.type << ' ' << ::testing::PrintToString(row.body);
}

class PayloadBodies : public ::testing::TestWithParam<Refused> {};

TEST_P(PayloadBodies, are_refused) {
    const Result<Payload> payload = parse_payload(write_of(GetParam().body, GetParam().type));
    ASSERT_FALSE(payload) << payload->text;
    EXPECT_EQ(payload.error().status, 400);
    EXPECT_EQ(payload.error().code, GetParam().code);
    EXPECT_EQ(payload.error().message, GetParam().message);
}

std::vector<Refused> malformed_json() {
    std::vector<Refused> rows;
    for (const std::string body : {"",
                                   " ",
                                   "{",
                                   "[",
                                   "}",
                                   "{]",
                                   "[}",
                                   "{\"a\"}",
                                   "{\"a\":}",
                                   "{\"a\":1,}",
                                   "{a:1}",
                                   "{'a':1}",
                                   "[1,]",
                                   "[,1]",
                                   "{}{}",
                                   "{} x",
                                   "01",
                                   "1.",
                                   ".5",
                                   "-",
                                   "1e",
                                   "+1",
                                   "0x10",
                                   "nul",
                                   "NaN",
                                   "tru",
                                   "\"open",
                                   "\"\\x\"",
                                   "\"\\u12g4\"",
                                   "\"\\ud800\"",
                                   "\"\\udc00\"",
                                   "\"\\ud800\\u0041\"",
                                   "\"tab\there\"",
                                   "\xEF\xBB\xBF{}",
                                   "{\"a\":\"\xFF\"}",
                                   "{\"\xC0\x80\":1}"}) {
        rows.push_back({body, "Empty or invalid json"});
    }
    rows.push_back({std::string("{\"a\":1\0}", 8), "Empty or invalid json"});
    rows.push_back({std::string(json_depth_max + 1, '['), "Empty or invalid json"});
    return rows;
}

INSTANTIATE_TEST_SUITE_P(that_are_no_json, PayloadBodies, ::testing::ValuesIn(malformed_json()));

INSTANTIATE_TEST_SUITE_P(
    of_unlike_rows, PayloadBodies,
    ::testing::Values(Refused{R"([{"a":1},{"b":2}])", "All object keys must match"},
                      Refused{R"([{"a":1},{"a":2,"b":3}])", "All object keys must match"},
                      Refused{R"([{"a":1},{}])", "All object keys must match"},
                      Refused{R"([{"a":1},2])", "All object keys must match"},
                      Refused{R"([1,{"a":1}])", "All object keys must match"},
                      Refused{"[1,2]", "All object keys must match"},
                      Refused{"[[]]", "All object keys must match"}));

INSTANTIATE_TEST_SUITE_P(
    of_other_types, PayloadBodies,
    ::testing::Values(
        Refused{"a,b\n1\n", "All lines must have same number of fields", "text/csv"},
        Refused{"a\n1,2\n", "All lines must have same number of fields", "text/csv"},
        Refused{"", "Empty or invalid csv", "text/csv"},
        Refused{"a\n\"open", "Empty or invalid csv", "text/csv"},
        Refused{"a\nx\"y\n", "Empty or invalid csv", "text/csv"},
        Refused{"a\n\"x\"y\n", "Empty or invalid csv", "text/csv"},
        Refused{"a=%zz", "Empty or invalid form", "application/x-www-form-urlencoded"},
        Refused{"x", "Content-Type not acceptable: text/plain", "text/plain"},
        Refused{"x", "Content-Type not acceptable: text/xml", "text/xml"},
        Refused{"x", "Content-Type not acceptable: application/octet-stream",
                "application/octet-stream"},
        Refused{"x", "Content-Type not acceptable: image/png", "image/png"},
        Refused{"a\n\xFF\n", "invalid byte sequence for encoding \"UTF8\"", "text/csv", "22021"},
        Refused{"a=%ff", "invalid byte sequence for encoding \"UTF8\"",
                "application/x-www-form-urlencoded", "22021"}));

TEST(payload, nests_as_deep_as_allowed_without_a_stack) {
    const std::string open(json_depth_max, '[');
    const std::string close(json_depth_max, ']');
    EXPECT_TRUE(inspect_json(open + close));
    EXPECT_FALSE(inspect_json("[" + open + close + "]"));
    EXPECT_FALSE(inspect_json(std::string(1 << 20, '[')));
}

TEST(payload, with_columns_is_not_looked_at) {
    Ask ask = write_of(R"([{"a":1},{"b":)");
    ask.query.columns = Keys{"b", "a", "b"};
    EXPECT_EQ(*parse_payload(ask), json(ask.body, true, -1, {"a", "b"}));
    ask.body = "  {} trailing";
    EXPECT_EQ(*parse_payload(ask), json(ask.body, false, -1, {"a", "b"}));
    ask.body = "";
    EXPECT_EQ(*parse_payload(ask), json("", false, -1, {"a", "b"}));
    ask.body = "\xFF";  // no parameter may be that, whoever reads it
    EXPECT_EQ(parse_payload(ask).error().code, "22021");
}

TEST(payload, with_columns_is_refused_when_it_is_deeper_than_any_json) {
    Ask ask = write_of("");
    ask.query.columns = Keys{"a"};
    ask.body = std::string(json_depth_max, '[') + std::string(json_depth_max, ']');
    EXPECT_TRUE(parse_payload(ask));
    ask.body = '[' + ask.body + ']';
    ASSERT_FALSE(parse_payload(ask));
    EXPECT_EQ(parse_payload(ask).error().code, "PGRST102");
    ask.body = R"({"a":"\"[)" + std::string(json_depth_max + 1, '[') + "\"}";
    EXPECT_TRUE(parse_payload(ask));
}

TEST(payload, of_csv_and_forms_has_the_columns_asked_for) {
    Ask ask = write_of("a,b\n1,2\n", "text/csv");
    ask.query.columns = Keys{"b", "c"};
    EXPECT_EQ(parse_payload(ask)->keys, (Keys{"b", "c"}));
    ask = write_of("a=1", "application/x-www-form-urlencoded");
    ask.query.columns = Keys{"b"};
    EXPECT_EQ(parse_payload(ask)->keys, Keys{"b"});
}

TEST(payload, of_a_call_may_be_empty_an_array_or_anything) {
    EXPECT_EQ(*parse_payload(call_of("")), json("{}", false, 1, {}));
    EXPECT_EQ(*parse_payload(call_of(R"([{"a":1},{"b":2}])")),
              json(R"([{"a":1},{"b":2}])", true, 2, {"a"}));
    EXPECT_EQ(*parse_payload(call_of("[1,2]")), json("[1,2]", true, 2, {}));
    EXPECT_EQ(*parse_payload(call_of("5")), json("5", false, 0, {}));
    EXPECT_EQ(parse_payload(call_of(" ")).error().message, "Empty or invalid json");
}

TEST(payload, of_a_call_may_be_raw) {
    const auto raw = [](const std::string& text) {
        return Payload{Payload::Kind::raw, text, false, 0, {}};
    };
    EXPECT_EQ(*parse_payload(call_of("{not json", "text/plain")), raw("{not json"));
    EXPECT_EQ(*parse_payload(call_of("<a/>", "text/xml")), raw("<a/>"));
    EXPECT_EQ(*parse_payload(call_of(std::string("\0\xff\x10", 3), "application/octet-stream")),
              raw("\\x00ff10"));
    EXPECT_EQ(*parse_payload(call_of("", "application/octet-stream")), raw("\\x"));
    EXPECT_EQ(parse_payload(call_of("\xFF", "text/plain")).error().code, "22021");
    EXPECT_EQ(parse_payload(call_of("x", "text/html")).error().message,
              "Content-Type not acceptable: text/html");
}

TEST(payload, is_none_where_no_body_is_read) {
    for (const Action action : {Action::read, Action::remove, Action::options}) {
        Ask ask = write_of("{broken", "image/png");
        ask.action = action;
        EXPECT_EQ(*parse_payload(ask), Payload{});
    }
    Ask get = call_of("{broken");
    get.is_get_call = true;
    EXPECT_EQ(*parse_payload(get), Payload{});
}

TEST(payload, csv_is_read_line_by_line) {
    EXPECT_EQ(*parse_csv(""), CsvLines{});
    EXPECT_EQ(*parse_csv("\n\r\n\n"), CsvLines{});
    EXPECT_EQ(*parse_csv(","), (CsvLines{{"", ""}}));
    EXPECT_EQ(*parse_csv("a,\"\"\r\"b\",c"), (CsvLines{{"a", ""}, {"b", "c"}}));
    EXPECT_EQ(*parse_csv("\"a\r\nb\"\r\n"), (CsvLines{{"a\r\nb"}}));
    EXPECT_EQ(*parse_csv(" a , b "), (CsvLines{{" a ", " b "}}));
    EXPECT_FALSE(parse_csv("\"a\"\"\n"));
}

}  // namespace
}  // namespace torale::rest
