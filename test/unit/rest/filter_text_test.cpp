#include "rest/filter_text.hpp"

#include "unit/rest/query_words.hpp"

namespace torale::rest {
namespace {

using testing::filter_words;
using testing::read_words;
using testing::Row;

std::string told(std::string_view text, ValueEnd end = ValueEnd::of_text) {
    const auto read = [end](Scanner& scanner, Filter& filter) {
        return read_operation(scanner, end, filter);
    };
    return read_words<Filter>(text, read, filter_words);
}

TEST(read_operation, knows_every_operator) {
    for (const std::string name :
         {"eq",    "neq",    "gt",         "gte", "lt",    "lte",   "like", "ilike",
          "match", "imatch", "isdistinct", "fts", "plfts", "phfts", "wfts", "cs",
          "cd",    "ov",     "sl",         "sr",  "nxr",   "nxl",   "adj"}) {
        EXPECT_EQ(told(name + ".x"), name + " 'x'");
        EXPECT_EQ(told("not." + name + ".x"), "not " + name + " 'x'");
        EXPECT_EQ(told(name + "."), name + " ''");
    }
    for (const std::string name :
         {"eq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch"}) {
        EXPECT_EQ(told(name + "(any).{1,2}"), name + " any '{1,2}'");
        EXPECT_EQ(told("not." + name + "(all).{1,2}"), "not " + name + " all '{1,2}'");
    }
    for (const std::string name : {"fts", "plfts", "phfts", "wfts"}) {
        EXPECT_EQ(told(name + "(english).fat & rat"), name + " <english> 'fat & rat'");
    }
    for (const std::string name :
         {"neq", "in", "is", "isdistinct", "cs", "cd", "ov", "sl", "adj"}) {
        EXPECT_EQ(told(name + "(any).{1,2}").front(), '!') << name << " takes no quantifier";
    }
}

TEST(read_operation, takes_a_parameter_value_raw_to_the_end) {
    constexpr Row rows[] = {
        {"eq.a.b,c", "eq 'a.b,c'"},
        {"eq.\"a\"", "eq '\"a\"'"},
        {"eq. a ", "eq ' a '"},
        {"eq.not.null", "eq 'not.null'"},
        {"eq.(a)", "eq '(a)'"},
        {"eq.a*b", "eq 'a*b'"},
        {"like.*a*b%", "like '%a%b%'"},
        {"ilike.*", "ilike '%'"},
        {"like(any).{O*,*n}", "like any '{O%,%n}'"},
        {"match.^a*$", "match '^a*$'"},
        {"cs.{a,b}", "cs '{a,b}'"},
        {"cs.{\"a\":1}", "cs '{\"a\":1}'"},
        {"cd.[1,5)", "cd '[1,5)'"},
        {"ov.(1,10]", "ov '(1,10]'"},
        {"fts.a & b", "fts 'a & b'"},
        {"wfts(simple).fat or rat", "wfts <simple> 'fat or rat'"},
        {"plfts(pg_catalog_x).x", "plfts <pg_catalog_x> 'x'"},
        {"eq.\xC3\xA4", "eq '\xC3\xA4'"},
        {"eq.line\nline", "eq 'line\nline'"},
        {"isdistinct.null", "isdistinct 'null'"},
    };
    for (const Row& row : rows) EXPECT_EQ(told(row.text), row.means) << row.text;
}

TEST(read_operation, reads_is_in_any_letter_case) {
    constexpr Row rows[] = {
        {"is.null", "is 'null'"},
        {"is.NULL", "is 'null'"},
        {"is.Not_Null", "is 'not_null'"},
        {"is.true", "is 'true'"},
        {"is.FALSE", "is 'false'"},
        {"is.unknown", "is 'unknown'"},
        {"not.is.null", "not is 'null'"},
        {"is.", "!4 unexpected end of input expecting null, not_null, true, false or unknown"},
        {"is.nil", "!4 unexpected \"n\" expecting null, not_null, true, false or unknown"},
        {"is.nullx", "!4 unexpected \"n\" expecting null, not_null, true, false or unknown"},
        {"is.not.null", "!4 unexpected \"n\" expecting null, not_null, true, false or unknown"},
        {"is.null;drop", "!4 unexpected \"n\" expecting null, not_null, true, false or unknown"},
    };
    for (const Row& row : rows) EXPECT_EQ(told(row.text), row.means) << row.text;
}

TEST(read_operation, reads_lists) {
    constexpr Row rows[] = {
        {"in.(1,2,3)", "in ['1', '2', '3']"},
        {"not.in.(1)", "not in ['1']"},
        {"in.()", "in ['']"},
        {R"(in.(""))", "in ['']"},
        {"in.(,)", "in ['', '']"},
        {"in.(a b, c)", "in ['a b', ' c']"},
        {"in. ( a,b) ", "in ['a', 'b']"},
        {R"(in.("a,b","c)d"))", "in ['a,b', 'c)d']"},
        {R"(in.("a\"b","c\\d"))", R"(in ['a"b', 'c\d'])"},
        {R"(in.(Double"Quote,x))", R"(in ['Double"Quote', 'x'])"},
        {R"(in.("a"b,c))", R"(in ['"a"b', 'c'])"},
        {R"(in.("open,c))", R"(in ['"open', 'c'])"},
        {R"(in.("a" ,c))", R"(in ['"a" ', 'c'])"},
        {R"(in.(a\,b))", R"(in ['a\', 'b'])"},
        {"in.(null)", "in ['null']"},
        {"in.({1,2})", "in ['{1', '2}']"},
        {"in.((a)", "in ['(a']"},
        {"in.(\xC3\xA4,\xE2\x82\xAC)", "in ['\xC3\xA4', '\xE2\x82\xAC']"},
        {"in.(1)zz", "in ['1'] | zz"},
        {"in.(1", "!6 unexpected end of input expecting \",\" or \")\""},
        {"in.(", "!5 unexpected end of input expecting \",\" or \")\""},
        {"in.1,2", "!4 unexpected \"1\" expecting \"(\""},
        {"in.", "!4 unexpected end of input expecting \"(\""},
    };
    for (const Row& row : rows) EXPECT_EQ(told(row.text), row.means) << row.text;
}

TEST(read_operation, ends_a_value_in_a_tree_at_comma_and_parenthesis) {
    constexpr Row rows[] = {
        {"eq.a,b", "eq 'a' | ,b"},
        {"eq.a)b", "eq 'a' | )b"},
        {"eq.a.b(c,d", "eq 'a.b(c' | ,d"},
        {"eq.", "eq ''"},
        {"eq.,b", "eq '' | ,b"},
        {R"~(eq."a,b)c",d)~", "eq 'a,b)c' | ,d"},
        {R"(eq."a\"b\\c"))", R"(eq 'a"b\c' | ))"},
        {R"(eq."a"b,c)", R"(eq '"a"b' | ,c)"},
        {R"(eq."a,c)", R"(eq '"a' | ,c)"},
        {R"(eq."")", "eq ''"},
        {"eq.a ,b", "eq 'a ' | ,b"},
        {"cs.{a,b},c", "cs '{a,b}' | ,c"},
        {"cs.{},c", "cs '{}' | ,c"},
        {"cs.{a,b", "cs '{a' | ,b"},
        {"cs.{{1,2},{3,4}},c", "cs '{{1' | ,2},{3,4}},c"},
        {"ov.[1,5),c", "ov '[1' | ,5),c"},
        {R"~(ov."[1,5)",c)~", "ov '[1,5)' | ,c"},
        {"eq(any).{1,2},c", "eq any '{1,2}' | ,c"},
        {"is.null,b", "is 'null' | ,b"},
        {"is.TRUE )", "is 'true' |  )"},
        {"in.(1,2),b", "in ['1', '2'] | ,b"},
        {"like.*a*,b", "like '%a%' | ,b"},
        {R"(like."*,*",b)", "like '%,%' | ,b"},
        {"fts(english).a b,c", "fts <english> 'a b' | ,c"},
        {"not.eq.1)", "not eq '1' | )"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(told(row.text, ValueEnd::of_term), row.means) << row.text;
    }
}

TEST(read_operation, refuses_what_is_no_operation) {
    constexpr std::string_view op = " expecting \"not\" or operator (eq, gt, ...)";
    const std::pair<std::string_view, std::string> faults[] = {
        {"", "!1 unexpected end of input" + std::string(op)},
        {"5", "!1 unexpected \"5\"" + std::string(op)},
        {"eqq.1", "!1 unexpected \"e\"" + std::string(op)},
        {"EQ.1", "!1 unexpected \"E\"" + std::string(op)},
        {"e.1", "!1 unexpected \"e\"" + std::string(op)},
        {"=1", "!1 unexpected \"=\"" + std::string(op)},
        {"not.", "!5 unexpected end of input" + std::string(op)},
        {"not.5", "!5 unexpected \"5\"" + std::string(op)},
        {"not.not.eq.1", "!5 unexpected \"n\"" + std::string(op)},
        {"not", "!1 unexpected \"n\"" + std::string(op)},
        {"null", "!1 unexpected \"n\"" + std::string(op)},
        {"eq", "!3 unexpected end of input expecting \".\""},
        {"eq5", "!1 unexpected \"e\"" + std::string(op)},
        {"eq(some).1", "!3 unexpected \"(\" expecting \".\""},
        {"eq(any)", "!8 unexpected end of input expecting \".\""},
        {"eq(any)(all).1", "!8 unexpected \"(\" expecting \".\""},
        {"neq(any).1", "!4 unexpected \"(\" expecting \".\""},
        {"fts().x", "!5 unexpected \")\" expecting text search configuration"},
        {"fts(a'b).x", "!5 unexpected \"a\" expecting text search configuration"},
        {"fts(a.b).x", "!5 unexpected \"a\" expecting text search configuration"},
        {"fts(english.x", "!5 unexpected \"e\" expecting text search configuration"},
        {"fts(english", "!12 unexpected end of input expecting \")\""},
        {"fts(english)", "!13 unexpected end of input expecting \".\""},
    };
    for (const auto& [text, means] : faults) EXPECT_EQ(told(text), means) << text;
}

}  // namespace
}  // namespace torale::rest
