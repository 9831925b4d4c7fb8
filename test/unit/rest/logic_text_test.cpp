#include "rest/logic_text.hpp"

#include "unit/rest/query_words.hpp"

namespace torale::rest {
namespace {

using testing::Row;

std::string told(std::string_view text) {
    return testing::read_words<std::vector<Condition>>(
        text, read_logic, [](const std::vector<Condition>& terms) {
            return testing::joined(terms, testing::condition_words);
        });
}

TEST(read_logic, reads_trees) {
    constexpr Row rows[] = {
        {"(a.eq.1)", "a eq '1'"},
        {"(a.eq.1,b.gt.2)", "a eq '1', b gt '2'"},
        {" ( a.eq.1, b.gt.2 ) ", "a eq '1', b gt '2 '"},
        {"(a.is.null , b.is.true )", "a is 'null', b is 'true'"},
        {"(a.not.eq.1)", "a not eq '1'"},
        {"(and(a.eq.1,b.eq.2),c.eq.3)", "all(a eq '1', b eq '2'), c eq '3'"},
        {"(or(a.eq.1,b.eq.2))", "any(a eq '1', b eq '2')"},
        {"(not.and(a.eq.1,b.eq.2))", "not all(a eq '1', b eq '2')"},
        {"(a.eq.1,and(b.gt.2,not.or(c.is.null,d.in.(1,2))))",
         "a eq '1', all(b gt '2', not any(c is 'null', d in ['1', '2']))"},
        {"(and (a.eq.1))", "all(a eq '1')"},
        {"(and( or( a.eq.1 ) , b.eq.2))", "all(any(a eq '1 '), b eq '2')"},
        {"(a.in.(\"x,y\",z),b.eq.\"1,2\")", "a in ['x,y', 'z'], b eq '1,2'"},
        {"(a.cs.{1,2},b.eq.3)", "a cs '{1,2}', b eq '3'"},
        {"(a.ov.\"[1,5)\")", "a ov '[1,5)'"},
        {"(a.like.*x*,b.fts(english).y)", "a like '%x%', b fts <english> 'y'"},
        {"(a.eq(any).{1,2},b.like(all).{*a,b*})", "a eq any '{1,2}', b like all '{%a,b%}'"},
        {"(data->>a.eq.1,data->0->b.gt.2)", "data->>a eq '1', data->#0->b gt '2'"},
        {"(\"a.b\".eq.1,\"and\".eq.2)", "\"a.b\" eq '1', and eq '2'"},
        {"(a-b.eq.1,a b.eq.2)", "a-b eq '1', \"a b\" eq '2'"},
        // and, or and not are columns where no parenthesis follows
        {"(and.eq.1,or.eq.2,not.eq.3)", "and eq '1', or eq '2', not eq '3'"},
        {"(android.eq.1,order.eq.2,notes.eq.3)", "android eq '1', order eq '2', notes eq '3'"},
        {"(not.is.null)", "not is 'null'"},
        {"(and.not.eq.1)", "and not eq '1'"},
        {"(a.eq.)", "a eq ''"},
        {"(\xC3\xA4.eq.\xC3\xB6)", "\"\xC3\xA4\" eq '\xC3\xB6'"},
    };
    for (const Row& row : rows) EXPECT_EQ(told(row.text), row.means) << row.text;
}

TEST(read_logic, says_where_it_stopped) {
    constexpr std::string_view term =
        " expecting field name (* or [a..z0..9_$]), negation operator (not) or logic operator "
        "(and, or)";
    const std::pair<std::string_view, std::string> faults[] = {
        {"", "!1 unexpected end of input expecting \"(\""},
        {"a.eq.1", "!1 unexpected \"a\" expecting \"(\""},
        {"()", "!2 unexpected \")\"" + std::string(term)},
        {"(,a.eq.1)", "!2 unexpected \",\"" + std::string(term)},
        {"(a.eq.1,)", "!9 unexpected \")\"" + std::string(term)},
        {"(and())", "!6 unexpected \")\"" + std::string(term)},
        {"(not.and())", "!10 unexpected \")\"" + std::string(term)},
        {"(*.eq.1)", "!2 unexpected \"*\"" + std::string(term)},
        {"((a.eq.1))", "!2 unexpected \"(\"" + std::string(term)},
        {"(a.eq.1", "!8 unexpected end of input expecting \",\" or \")\""},
        {"(a.eq.1)b", "!9 unexpected \"b\" expecting end of input"},
        {"(a.eq.1))", "!9 unexpected \")\" expecting end of input"},
        {"(a)", "!3 unexpected \")\" expecting \".\""},
        {"(a,b.eq.1)", "!3 unexpected \",\" expecting \".\""},
        {"(a.b.eq.1)", "!4 unexpected \"b\" expecting \"not\" or operator (eq, gt, ...)"},
        {"(a.eqq.1)", "!4 unexpected \"e\" expecting \"not\" or operator (eq, gt, ...)"},
        {"(a.in.1)", "!7 unexpected \"1\" expecting \"(\""},
        {"(a.is.x)", "!7 unexpected \"x\" expecting null, not_null, true, false or unknown"},
        {"(not.not.and(a.eq.1))",
         "!10 unexpected \"a\" expecting \"not\" or operator (eq, gt, ...)"},
        {"(xor(a.eq.1))", "!5 unexpected \"(\" expecting \".\""},
        {"(a.in.(1,2)b)", "!12 unexpected \"b\" expecting \",\" or \")\""},
        {"(a.cs.{1}x)", "!10 unexpected \"x\" expecting \",\" or \")\""},
    };
    for (const auto& [text, means] : faults) EXPECT_EQ(told(text), means) << text;
}

std::string nested(int levels) {
    std::string text = "(a.eq.1)";
    for (int i = 1; i < levels; ++i) text = "(and" + text + ")";
    return text;
}

TEST(read_logic, bounds_the_depth) {
    EXPECT_EQ(told(nested(nesting_max)).front(), 'a');
    EXPECT_EQ(told(nested(nesting_max + 1)),
              "!129 unexpected \"(\" expecting at most 32 levels of logic");
    EXPECT_EQ(told(nested(5'000)).front(), '!');
    std::string open;
    for (int i = 0; i < 100'000; ++i) open += "(not.or";
    EXPECT_EQ(told(open).front(), '!');
}

}  // namespace
}  // namespace torale::rest
