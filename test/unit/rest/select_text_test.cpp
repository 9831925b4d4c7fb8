#include <span>

#include "rest/query_string.hpp"
#include "unit/rest/query_words.hpp"

namespace torale::rest {
namespace {

using testing::Row;

std::string told(std::string_view text) {
    const auto items = parse_select(text);
    return items ? testing::select_words(*items) : testing::failure_words(items.error());
}

TEST(parse_select, reads_columns) {
    constexpr Row rows[] = {
        {"", ""},
        {"  ", ""},
        {"*", "*"},
        {"id", "id"},
        {"id,name", "id, name"},
        {"*,id", "*, id"},
        {" id , name ", "id, name"},
        {"id,id", "id, id"},
        {"b:c", "b:c"},
        {"b: c", "b:c"},
        {"id::text", "id::<text>"},
        {"b:id::text", "b:id::<text>"},
        {"t::double precision", "t::<double precision>"},
        {"t::timestamp with time zone , x", "t::<timestamp with time zone>, x"},
        {"t:: text", "t::<text>"},
        {"t::int4", "t::<int4>"},
        {"t::_int4", "t::<_int4>"},
        {"t::my$type", "t::<my$type>"},
        {R"("a b":"c.d"::int)", R"("a b":"c.d"::<int>)"},
        {R"("alias:with":id)", R"("alias:with":id)"},
        {"data->a", "data->a"},
        {"x:data->a->>b::int", "x:data->a->>b::<int>"},
        {"data->0->>b,c", "data->#0->>b, c"},
        {"data->-1::int", "data->#-1::<int>"},
        {"langs->0", "langs->#0"},
        {"location->>lat", "location->>lat"},
        {"a-b,c-d", "a-b, c-d"},
        {"\xC3\xA4:\xC3\xB6::text", "\"\xC3\xA4\":\"\xC3\xB6\"::<text>"},
        {"count", "count"},
        {"n:count", "n:count"},
        {"sum", "sum"},
        // aggregates
        {"count()", ".count"},
        {"n:count()", "n:.count"},
        {"count()::text", ".count::<text>"},
        {"amount.sum()", "amount.sum"},
        {"t:amount.avg()", "t:amount.avg"},
        {"amount::int.sum()::text", "amount::<int>.sum::<text>"},
        {"data->a.max()", "data->a.max"},
        {"data->0.min()", "data->#0.min"},
        {"id.count(),x", "id.count, x"},
        {"count.sum()", "count.sum"},
    };
    for (const Row& row : rows) EXPECT_EQ(told(row.text), row.means) << row.text;
}

TEST(parse_select, reads_embeds) {
    constexpr Row rows[] = {
        {"films(title)", "films{title}"},
        {"*,films(*)", "*, films{*}"},
        {"films()", "films{}"},
        {"films( )", "films{}"},
        {"films(title,year)", "films{title, year}"},
        {"f:films(title)", "f:films{title}"},
        {"films!inner(title)", "films inner{title}"},
        {"films!left(title)", "films left{title}"},
        {"films!films_director_id_fkey(title)", "films!films_director_id_fkey{title}"},
        {"films!fk!inner(title)", "films!fk inner{title}"},
        {"films!inner!fk(title)", "films!fk inner{title}"},
        {"films!fk!left(title)", "films!fk left{title}"},
        {"films!left!inner(title)", "films left{title}"},
        {"films!a!b(title)", "films!a{title}"},
        {"films!innermost(title)", "films!innermost{title}"},
        {R"(films!"odd.key"(title))", R"(films!"odd.key"{title})"},
        {R"("odd films"("a b"))", R"("odd films"{"a b"})"},
        {"odd-films(a)", "odd-films{a}"},
        {"a(b(c(d)))", "a{b{c{d}}}"},
        {"a(b(c),d(e)),f", "a{b{c}, d{e}}, f"},
        {"a(x:b!inner(y:c::text))", "a{x:b inner{y:c::<text>}}"},
        {"a( b , c( d ) ) , e", "a{b, c{d}}, e"},
        {"a(data->0)", "a{data->#0}"},
        {"a(data->>k)", "a{data->>k}"},
        {"a(count())", "a{.count}"},
        {"a(n.sum())", "a{n.sum}"},
        {"films()::x", "!8 unexpected \":\" expecting \",\" or end of input"},
        {"sum()", "sum{}"},
        // spreads
        {"...directors(name)", "...directors{name}"},
        {"*,...directors!inner(name)", "*, ...directors inner{name}"},
        {"...directors!fk(n:name,...x(y))", "...directors!fk{n:name, ...x{y}}"},
        {"...a()", "...a{}"},
    };
    for (const Row& row : rows) EXPECT_EQ(told(row.text), row.means) << row.text;
}

constexpr std::string_view name = " expecting field name (* or [a..z0..9_$])";
constexpr std::string_view end = " expecting \",\" or end of input";

struct Fault {
    std::string_view text;
    std::string_view place;
    std::string_view expecting;
};

void expect_faults(std::span<const Fault> faults) {
    for (const Fault& fault : faults) {
        EXPECT_EQ(told(fault.text), std::string(fault.place) + std::string(fault.expecting))
            << fault.text;
    }
}

TEST(parse_select, says_where_columns_stopped) {
    const Fault faults[] = {
        {"id,", "!4 unexpected end of input", name},
        {",id", "!1 unexpected \",\"", name},
        {"a,,b", "!3 unexpected \",\"", name},
        {")", "!1 unexpected \")\"", end},
        {"id)", "!3 unexpected \")\"", end},
        {"(id)", "!1 unexpected \"(\"", name},
        {"*id", "!2 unexpected \"i\"", end},
        {"a:*", "!3 unexpected \"*\"", name},
        {"a:b:c", "!4 unexpected \":\"", end},
        {":a", "!1 unexpected \":\"", name},
        {"a:", "!3 unexpected end of input", name},
        {"a:...b(c)", "!3 unexpected \".\"", name},
        {"a'b", "!2 unexpected \"'\"", end},
        {"a;b", "!2 unexpected \";\"", end},
        {"a/*b", "!2 unexpected \"/\"", end},
        {"a=b", "!2 unexpected \"=\"", end},
        {"id::", "!5 unexpected end of input", " expecting type name"},
        {"id::  ", "!5 unexpected \" \"", " expecting type name"},
        {"id::text[]", "!9 unexpected \"[\"", end},
        {"id::numeric(3,1)", "!12 unexpected \"(\"", end},
        {"id::\"x\"", "!5 unexpected \"\\\"\"", " expecting type name"},
        {"id::text;", "!9 unexpected \";\"", end},
        {"id::text--", "!9 unexpected \"-\"", end},
        {"id::$1", "!5 unexpected \"$\"", " expecting type name"},
        {"id::$$", "!5 unexpected \"$\"", " expecting type name"},
        {"id::int $a$", "!9 unexpected \"$\"", " expecting type name"},
        {"id::4", "!5 unexpected \"4\"", " expecting type name"},
        {"id::int::text", "!8 unexpected \":\"", end},
    };
    expect_faults(faults);
}

TEST(parse_select, says_where_embeds_and_aggregates_stopped) {
    const Fault faults[] = {
        {"a(b", "!4 unexpected end of input", " expecting \")\""},
        {"a(b))", "!5 unexpected \")\"", end},
        {"a(b,)", "!5 unexpected \")\"", name},
        {"a(b)c", "!5 unexpected \"c\"", end},
        {"a!", "!3 unexpected end of input", name},
        {"a!inner", "!8 unexpected end of input", " expecting \"(\""},
        {"a!b!c!d(e)", "!6 unexpected \"!\"", " expecting \"(\""},
        {"a->b(c)", "!5 unexpected \"(\"", end},
        {"count(id)", "!6 unexpected \"(\"", end},
        {"count!x(id)", "!6 unexpected \"!\"", end},
        {"...", "!4 unexpected end of input", name},
        {"...a", "!5 unexpected end of input", " expecting \"(\""},
        {"...*", "!4 unexpected \"*\"", name},
        {"..a(b)", "!1 unexpected \".\"", name},
        {"a.b", "!3 unexpected \"b\"",
         " expecting aggregate function (sum(), avg(), count(), max() or min())"},
        {"a.sum", "!3 unexpected \"s\"",
         " expecting aggregate function (sum(), avg(), count(), max() or min())"},
        {"a.median()", "!3 unexpected \"m\"",
         " expecting aggregate function (sum(), avg(), count(), max() or min())"},
        {"a.sum().avg()", "!8 unexpected \".\"", end},
        {"\"a", "!3 unexpected end of input", " expecting closing double quote"},
        {"\xC3\xA4,?", "!3 unexpected \"?\"", name},
    };
    expect_faults(faults);
}

TEST(parse_select, names_the_parameter_and_its_text) {
    const auto items = parse_select("id,");
    ASSERT_FALSE(items);
    EXPECT_EQ(items.error().message,
              "\"failed to parse select parameter (id,)\" (line 1, column 4)");
}

TEST(parse_select, refuses_bytes_that_are_no_text) {
    EXPECT_FALSE(parse_select(std::string_view("a\0b", 3)));
    EXPECT_FALSE(parse_select("a\xFF"));
    EXPECT_FALSE(parse_select("\"\xC3\""));
}

std::string nested(int levels) {
    std::string text = "id";
    for (int i = 0; i < levels; ++i) text = "a(" + text + ")";
    return text;
}

TEST(parse_select, bounds_depth_and_number_of_embeds) {
    EXPECT_TRUE(parse_select(nested(nesting_max)));
    EXPECT_EQ(told(nested(nesting_max + 1)),
              "!66 unexpected \"(\" expecting at most 32 levels of embeds");
    EXPECT_FALSE(parse_select(nested(5'000)));
    std::string wide = "a()";
    for (int i = 1; i < 100; ++i) wide += ",a()";
    EXPECT_TRUE(parse_select(wide));
    EXPECT_EQ(told(wide + ",a()"), "!402 unexpected \"(\" expecting at most 100 embeds");
}

}  // namespace
}  // namespace torale::rest
