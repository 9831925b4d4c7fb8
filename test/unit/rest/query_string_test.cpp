#include "rest/query_string.hpp"

#include "unit/rest/query_words.hpp"

namespace torale::rest {
namespace {

using testing::Row;

std::string told(std::string_view text, ParameterUse use = ParameterUse::filters) {
    const auto query = parse_query_string(text, use);
    return query ? testing::query_words(*query) : testing::failure_words(query.error());
}

TEST(parse_query_string, sends_each_parameter_to_its_grammar) {
    constexpr Row rows[] = {
        {"", ""},
        {"&&", ""},
        {"select=id,name", "select id, name"},
        {"select=", "select "},
        {"select=*", "select *"},
        {"select=a&select=b", "select a"},
        {"select=a&select=,", "select a"},
        {"id=eq.5", "where id eq '5'"},
        {"id=eq.5&id=neq.6", "where id eq '5'; where id neq '6'"},
        {"id=eq.5&&name=is.null", "where id eq '5'; where name is 'null'"},
        {"a=eq.b=c", "where a eq 'b=c'"},
        {"a=eq.", "where a eq ''"},
        {"data-%3E%3Ek=eq.1", "where data->>k eq '1'"},
        {"data->0->>k=eq.1", "where data->#0->>k eq '1'"},
        {"%22a.b%22=eq.1", "where \"a.b\" eq '1'"},
        {"a+b=eq.c+d", "where \"a b\" eq 'c d'"},
        {"a=eq.c%2Bd", "where a eq 'c+d'"},
        {"a=eq.x%26y", "where a eq 'x&y'"},
        {"a%3Db=eq.1", "!2 unexpected \"=\" expecting \".\", \"->\" or end of input"},
        {"%C3%A4=eq.%E2%82%AC", "where \"\xC3\xA4\" eq '\xE2\x82\xAC'"},
        {"select=a&id=in.(1,2)&order=id.desc&limit=10&offset=20",
         "select a; where id in ['1', '2']; order id desc; rows 10 from 20"},
        // embed paths
        {"films.title=eq.X", "where films: title eq 'X'"},
        {"a.b.c=gt.1", "where a/b: c gt '1'"},
        {"a.\"b.c\".d->>e=gt.1", "where a/\"b.c\": d->>e gt '1'"},
        {"films=is.null", "where films is 'null'"},
        {"films=not.is.null", "where films not is 'null'"},
        {"films.order=year.desc", "order films: year desc"},
        {"a.b.order=c", "order a/b: c"},
        {"films.limit=3&films.offset=4", "rows films: 3 from 4"},
        {"films.or=(a.eq.1,b.eq.2)", "where films: any(a eq '1', b eq '2')"},
        {"a.b.and=(c.eq.1)", "where a/b: all(c eq '1')"},
        // logic
        {"or=(a.eq.1,b.eq.2)", "where any(a eq '1', b eq '2')"},
        {"and=(a.eq.1,or(b.eq.2,c.eq.3))", "where all(a eq '1', any(b eq '2', c eq '3'))"},
        {"not.and=(a.eq.1)", "where not all(a eq '1')"},
        {"not.or=(a.eq.1)", "where not any(a eq '1')"},
        {"films.not.or=(a.eq.1)", "where films: not any(a eq '1')"},
        {"not.films.or=(a.eq.1)", "where films: not any(a eq '1')"},
        {"or=(a.eq.1)&or=(b.eq.2)", "where any(a eq '1'); where any(b eq '2')"},
        {"or=(a.eq.1,b.eq.\"x%26y\")", "where any(a eq '1', b eq 'x&y')"},
    };
    for (const Row& row : rows) EXPECT_EQ(told(row.text), row.means) << row.text;
}

TEST(parse_query_string, gathers_what_belongs_to_a_path) {
    constexpr Row rows[] = {
        // reserved words are the last part of a name, whole
        {"\"order\"=eq.1", "where order eq '1'"},
        {"\"a.limit\"=eq.1", "where \"a.limit\" eq '1'"},
        {"orders=eq.1&limits=eq.2&android=eq.3",
         "where orders eq '1'; where limits eq '2'; where android eq '3'"},
        {"films.select=eq.1", "where films: select eq '1'"},
        // the first order, the last limit
        {"order=a&order=b.desc", "order a"},
        {"films.order=a&order=b&films.order=c", "order films: a; order b"},
        {"limit=1&limit=2", "rows 2"},
        {"offset=1&offset=2&limit=3", "rows 3 from 2"},
        {"films.limit=1&limit=2&films.limit=3", "rows films: 3; rows 2"},
        // ranges
        {"limit=0", "rows 0"},
        {"limit=-1", "rows -1"},
        {"offset=-5", "rows all from 0"},
        {"films.offset=-5", "rows films: all from -5"},
        {"films.limit=-5", "rows films: -5"},
        {"limit=abc", ""},
        {"limit=", ""},
        {"limit=1.5&offset=x", ""},
        {"limit=5&limit=x", "rows 5"},
        {"limit=99999999999999999999", "rows 9223372036854775807"},
        // columns, on_conflict
        {"columns=a,b", "columns a, b"},
        {"columns=%22a%22%2C%22b%20c%22", "columns a, \"b c\""},
        {"on_conflict=a,%22b%22", "on_conflict a, b"},
        {"columns=a&columns=b&on_conflict=c&on_conflict=,", "columns a; on_conflict c"},
        // without "="
        {"select", ""},
        {"id&limit&name=eq.1", "where name eq '1'"},
    };
    for (const Row& row : rows) EXPECT_EQ(told(row.text), row.means) << row.text;
}

TEST(parse_query_string, names_what_did_not_parse) {
    struct Fault {
        std::string_view query;
        std::string_view message;
        std::string_view details;
    };
    constexpr std::string_view name = "field name (* or [a..z0..9_$])";
    const Fault faults[] = {
        {"id=5", "\"failed to parse filter (5)\" (line 1, column 1)",
         "unexpected \"5\" expecting \"not\" or operator (eq, gt, ...)"},
        {"id=eqq.1", "\"failed to parse filter (eqq.1)\" (line 1, column 1)",
         "unexpected \"e\" expecting \"not\" or operator (eq, gt, ...)"},
        {"id=", "\"failed to parse filter ()\" (line 1, column 1)",
         "unexpected end of input expecting \"not\" or operator (eq, gt, ...)"},
        {"id=in.(1,2)zz", "\"failed to parse filter (in.(1,2)zz)\" (line 1, column 9)",
         "unexpected \"z\" expecting end of input"},
        {"id=is.nul", "\"failed to parse filter (is.nul)\" (line 1, column 4)",
         "unexpected \"n\" expecting null, not_null, true, false or unknown"},
        {"select=a,", "\"failed to parse select parameter (a,)\" (line 1, column 3)",
         "unexpected end of input expecting field name (* or [a..z0..9_$])"},
        {"order=a.up", "\"failed to parse order (a.up)\" (line 1, column 3)",
         "unexpected \"u\" expecting asc, desc, nullsfirst or nullslast"},
        {"order=a&order=", "\"failed to parse order ()\" (line 1, column 1)",
         "unexpected end of input expecting field name (* or [a..z0..9_$])"},
        {"or=()", "\"failed to parse logic tree (())\" (line 1, column 4)",
         "unexpected \")\" expecting field name (* or [a..z0..9_$]), negation operator (not) or "
         "logic operator (and, or)"},
        {"and=x", "\"failed to parse logic tree (x)\" (line 1, column 4)",
         "unexpected \"x\" expecting \"(\""},
        {"not.or=()", "\"failed to parse logic tree (())\" (line 1, column 8)",
         "unexpected \")\" expecting field name (* or [a..z0..9_$]), negation operator (not) or "
         "logic operator (and, or)"},
        {".or=(a.eq.1)", "\"failed to parse logic path (.or)\" (line 1, column 1)", ""},
        {"a->b.or=(a.eq.1)", "\"failed to parse logic path (a->b.or)\" (line 1, column 2)",
         "unexpected \"-\" expecting \".\" or end of input"},
        {"a..b=eq.1", "\"failed to parse tree path (a..b)\" (line 1, column 3)", ""},
        {"=eq.1", "\"failed to parse tree path ()\" (line 1, column 1)", ""},
        {"*=eq.1", "\"failed to parse tree path (*)\" (line 1, column 1)", ""},
        {"a;b=eq.1", "\"failed to parse tree path (a;b)\" (line 1, column 2)", ""},
        {"a->>b.c=eq.1", "\"failed to parse tree path (a->>b.c)\" (line 1, column 6)", ""},
        {"a*.order=b", "\"failed to parse tree path (a*.order)\" (line 1, column 2)", ""},
        {".limit=1", "\"failed to parse tree path (.limit)\" (line 1, column 1)", ""},
        {"columns=", "\"failed to parse columns parameter ()\" (line 1, column 1)", ""},
        {"on_conflict=a,", "\"failed to parse on_conflict parameter (a,)\" (line 1, column 3)", ""},
        {"a=eq.%zz", "\"failed to parse query string (a=eq.%zz)\" (line 1, column 1)",
         "unexpected bytes expecting percent-encoded UTF-8 without NUL"},
    };
    for (const Fault& fault : faults) {
        const auto query = parse_query_string(fault.query, ParameterUse::filters);
        ASSERT_FALSE(query) << fault.query;
        EXPECT_EQ(query.error().message, fault.message);
        if (!fault.details.empty()) {
            EXPECT_EQ(query.error().details, fault.details);
        }
        EXPECT_EQ(query.error().status, 400);
        EXPECT_EQ(query.error().code, "PGRST100");
    }
    EXPECT_EQ(told("columns=,"), "!1 unexpected \",\" expecting " + std::string(name));
}

TEST(parse_query_string, takes_what_is_no_filter_for_an_argument_of_a_call) {
    constexpr Row rows[] = {
        {"a=5", "argument a '5'"},
        {"a=5&b=eq.6", "where b eq '6'; argument a '5'"},
        {"a=1&a=2", "argument a '1'; argument a '2'"},
        {"a=", "argument a ''"},
        {"a=%7B1,2%7D", "argument a '{1,2}'"},
        {"a=eqq.1", "argument a 'eqq.1'"},
        {"a=eq", "argument a 'eq'"},
        {"a=is", "argument a 'is'"},
        {"a=island", "argument a 'island'"},
        {"a=fts(x", "argument a 'fts(x'"},
        {"odd%20name.x;=5", "argument \"odd name.x;\" '5'"},
        {"=5", "argument \"\" '5'"},
        {"a=x+y", "argument a 'x y'"},
        {"a=is.null", "where a is 'null'"},
        {"a=isdistinct.x", "where a isdistinct 'x'"},
        {"select=x&order=y&limit=1&a=2", "select x; order y; rows 1; argument a '2'"},
        {"a=in.5", "!4 unexpected \"5\" expecting \"(\""},
        {"a=is.5", "!4 unexpected \"5\" expecting null, not_null, true, false or unknown"},
        {"a=not.5", "!5 unexpected \"5\" expecting \"not\" or operator (eq, gt, ...)"},
        {"a=in.(1)x", "!7 unexpected \"x\" expecting end of input"},
        {"a;=eq.5", "!2 unexpected \";\" expecting \".\", \"->\" or end of input"},
        {"or=5", "!3 unexpected \"5\" expecting \"(\""},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(told(row.text, ParameterUse::arguments_too), row.means) << row.text;
    }
}

TEST(parse_query_string, writes_the_canonical_form) {
    constexpr Row rows[] = {
        {"", ""},
        {"select=id", "select=id"},
        {"select=id,name&id=eq.5", "id=eq.5&select=id%2Cname"},
        {"b=eq.2&a=eq.1&b=eq.1", "a=eq.1&b=eq.2&b=eq.1"},
        {"a=eq.x+y", "a=eq.x%20y"},
        {"a=eq.%C3%A4", "a=eq.%C3%A4"},
        {"z&a=", "a=&z"},
        {"&&b=eq.1&", "b=eq.1"},
    };
    for (const Row& row : rows) {
        const auto query = parse_query_string(row.text, ParameterUse::arguments_too);
        ASSERT_TRUE(query) << row.text;
        EXPECT_EQ(query->canonical, row.means) << row.text;
    }
}

TEST(parse_query_string, selects_everything_when_nothing_is_said) {
    const auto query = parse_query_string("id=eq.1", ParameterUse::filters);
    ASSERT_TRUE(query);
    EXPECT_FALSE(query->has_select);
    EXPECT_EQ(testing::select_words(query->select), "*");
    const auto empty = parse_query_string("select=", ParameterUse::filters);
    ASSERT_TRUE(empty);
    EXPECT_TRUE(empty->has_select);
    EXPECT_TRUE(empty->select.empty());
}

TEST(parse_query_string, refuses_bytes_that_are_no_text_wherever_they_stand) {
    for (const std::string bytes :
         {"%00", "%FF", "%C3", "%C0%80", "%ED%A0%80", "\xFF", "%", "%1", "%GG"}) {
        for (const std::string place :
             {"select=", "select=%22", "a=eq.", "a=in.(", "or=(a.eq.",
              "order=", "limit=", "columns=", "on_conflict=", "x", "a.", "a=fts(", "a->"}) {
            for (const auto use : {ParameterUse::filters, ParameterUse::arguments_too}) {
                const auto query = parse_query_string(place + bytes, use);
                ASSERT_FALSE(query) << place << bytes;
                EXPECT_EQ(query.error().code, "PGRST100");
                EXPECT_TRUE(is_plain_text(query.error().message)) << place << bytes;
            }
        }
    }
}

TEST(parse_query_string, bounds_what_one_request_may_ask) {
    std::string many = "a=eq.1";
    for (int i = 1; i < 1000; ++i) many += "&a=eq.1";
    EXPECT_TRUE(parse_query_string(many, ParameterUse::filters));
    EXPECT_FALSE(parse_query_string(many + "&a=eq.1", ParameterUse::filters));
    const std::string longest = "a=eq." + std::string((64 << 10) - 5, 'x');
    EXPECT_TRUE(parse_query_string(longest, ParameterUse::filters));
    EXPECT_FALSE(parse_query_string(longest + "x", ParameterUse::filters));
}

// What an attacker puts where a word is expected.
constexpr std::string_view hostile[] = {
    "'; DROP TABLE users; --",
    "' OR '1'='1",
    "\"; DROP TABLE users; --",
    "\\'; DROP TABLE users; --",
    "x\"\"y",
    "$1",
    "$$",
    "$tag$x$tag$",
    "--",
    "/*",
    "*/",
    "/**/ UNION SELECT 1",
    "1); DELETE FROM users; --",
    "a) UNION SELECT password FROM users",
    "\\",
    "\\\\",
    "\"",
    "'",
    "E'\\x27'",
    "U&\"d\\0061t\"",
    ":x",
    "::text",
    "{\"a\":\"}\"}",
    "\xEF\xBC\x87 OR 1=1",
    "\xE2\x80\xAE",
    "pg_sleep(10)",
    "%s%n",
    "\n;\n",
};

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

// Every name of the query, wherever it stands.
void expect_name(const std::string& query, std::string_view name,
                 const std::string& (*pick)(const Query&)) {
    const auto parsed = parse_query_string(query, ParameterUse::filters);
    ASSERT_TRUE(parsed) << query << ": " << parsed.error().message;
    EXPECT_EQ(pick(*parsed), name) << query;
}

TEST(injection, stays_a_value_wherever_a_value_may_stand) {
    for (const std::string_view text : hostile) {
        const std::string raw = percent_encode(text);
        const std::string in_quotes = percent_encode(quoted(text));
        expect_name("a=eq." + raw, text, [](const Query& q) -> const std::string& {
            return q.conditions[0].condition.filter.value;
        });
        expect_name("a=not.isdistinct." + raw, text, [](const Query& q) -> const std::string& {
            return q.conditions[0].condition.filter.value;
        });
        expect_name("a=fts(english)." + raw, text, [](const Query& q) -> const std::string& {
            return q.conditions[0].condition.filter.value;
        });
        expect_name("a=eq(any)." + raw, text, [](const Query& q) -> const std::string& {
            return q.conditions[0].condition.filter.value;
        });
        expect_name("a=in.(x," + in_quotes + ")", text, [](const Query& q) -> const std::string& {
            return q.conditions[0].condition.filter.list[1];
        });
        expect_name("or=(a.eq." + in_quotes + ",b.eq.1)", text,
                    [](const Query& q) -> const std::string& {
                        return q.conditions[0].condition.terms[0].filter.value;
                    });
        expect_name("or=(a.in.(" + in_quotes + "),b.eq.1)", text,
                    [](const Query& q) -> const std::string& {
                        return q.conditions[0].condition.terms[0].filter.list[0];
                    });
        const auto call = parse_query_string("a=" + raw, ParameterUse::arguments_too);
        ASSERT_TRUE(call) << text;
        ASSERT_EQ(call->arguments.size(), 1u);
        EXPECT_EQ(call->arguments[0].second, text);
    }
}

TEST(injection, stays_a_name_wherever_a_name_may_stand_in_quotes) {
    for (const std::string_view text : hostile) {
        const std::string name = percent_encode(quoted(text));
        expect_name("select=" + name, text,
                    [](const Query& q) -> const std::string& { return q.select[0].field.name; });
        expect_name("select=" + name + ":id", text,
                    [](const Query& q) -> const std::string& { return q.select[0].alias; });
        expect_name("select=" + name + "(id)", text,
                    [](const Query& q) -> const std::string& { return q.select[0].target; });
        expect_name("select=x!" + name + "(id)", text,
                    [](const Query& q) -> const std::string& { return q.select[0].hint; });
        expect_name("select=data->" + name, text, [](const Query& q) -> const std::string& {
            return q.select[0].field.path[0].operand;
        });
        expect_name(name + "=eq.1", text, [](const Query& q) -> const std::string& {
            return q.conditions[0].condition.filter.field.name;
        });
        expect_name(name + ".x=eq.1", text,
                    [](const Query& q) -> const std::string& { return q.conditions[0].path[0]; });
        expect_name(name + ".limit=1", text,
                    [](const Query& q) -> const std::string& { return q.ranges[0].path[0]; });
        expect_name("order=" + name + ".desc", text, [](const Query& q) -> const std::string& {
            return q.orders[0].terms[0].field.name;
        });
        expect_name("order=" + name + "(x)", text, [](const Query& q) -> const std::string& {
            return q.orders[0].terms[0].embed;
        });
        expect_name("or=(" + name + ".eq.1)", text, [](const Query& q) -> const std::string& {
            return q.conditions[0].condition.terms[0].filter.field.name;
        });
        expect_name("columns=" + name, text,
                    [](const Query& q) -> const std::string& { return (*q.columns)[0]; });
        expect_name("on_conflict=" + name, text,
                    [](const Query& q) -> const std::string& { return (*q.on_conflict)[0]; });
    }
}

// The type of a cast goes into the statement as it is written.
TEST(injection, finds_no_way_through_a_cast_or_a_configuration) {
    for (const std::string_view text : hostile) {
        const std::string raw = percent_encode(text);
        for (const std::string& query : {"select=id::" + raw, "select=id::int " + raw,
                                         "select=id.sum()::" + raw, "select=id::" + raw + ",b"}) {
            const auto parsed = parse_query_string(query, ParameterUse::filters);
            if (!parsed) {
                EXPECT_EQ(parsed.error().code, "PGRST100");
                continue;
            }
            const std::string& cast = parsed->select[0].cast + parsed->select[0].aggregate_cast;
            EXPECT_EQ(cast.find_first_of("'\"\\;()[]{}-/*,.:&%\n"), std::string::npos) << cast;
            EXPECT_FALSE(cast.starts_with('$')) << cast;
            EXPECT_EQ(cast.find(" $"), std::string::npos) << cast;
        }
        const auto search = parse_query_string("a=fts(" + raw + ").x", ParameterUse::filters);
        if (search) {
            const std::string& config = search->conditions[0].condition.filter.config;
            EXPECT_EQ(config, text);
            EXPECT_EQ(config.find_first_of("'\"\\;$()[]{}-/*,.:&% \n"), std::string::npos);
        }
    }
}

}  // namespace
}  // namespace torale::rest
