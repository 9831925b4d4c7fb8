// Logic trees. A term is a tree only when a parenthesis follows its and/or: columns may be called
// and, or, not.
#include "rest/logic_text.hpp"

#include "rest/field_text.hpp"
#include "rest/filter_text.hpp"

namespace torale::rest {

namespace {

constexpr std::string_view term_expected =
    "field name (* or [a..z0..9_$]), negation operator (not) or logic operator (and, or)";

bool read_terms(Scanner& scanner, std::vector<Condition>& terms, int depth);

// [not.] and|or, up to the parenthesis; no step taken when it is none.
bool skip_logic_operator(Scanner& scanner, Condition& condition) {
    const std::size_t start = scanner.offset();
    const bool is_negated = scanner.skip("not.");
    const bool is_and = scanner.skip("and");
    if (is_and || scanner.skip("or")) {
        scanner.skip_blanks();
        if (scanner.peek() == '(') {
            condition.kind = is_and ? Condition::Kind::all : Condition::Kind::any;
            condition.is_negated = is_negated;
            return true;
        }
    }
    scanner.rewind(start);
    return false;
}

bool read_term(Scanner& scanner, Condition& condition, int depth) {
    if (skip_logic_operator(scanner, condition)) {
        return read_terms(scanner, condition.terms, depth + 1);
    }
    if (!is_name_character(scanner.peek()) && scanner.peek() != '"') {
        return scanner.fail(term_expected);
    }
    Filter& filter = condition.filter;
    return read_field(scanner, filter.field) && scanner.expect('.') &&
           read_operation(scanner, ValueEnd::of_term, filter);
}

bool read_terms(Scanner& scanner, std::vector<Condition>& terms, int depth) {
    if (depth > nesting_max) {
        return scanner.fail("at most " + std::to_string(nesting_max) + " levels of logic");
    }
    if (!scanner.expect('(')) return false;
    do {
        scanner.skip_blanks();
        if (!read_term(scanner, terms.emplace_back(), depth)) return false;
        scanner.skip_blanks();
    } while (scanner.skip(','));
    if (!scanner.skip(')')) return scanner.fail("\",\" or \")\"");
    return true;
}

}  // namespace

bool read_logic(Scanner& scanner, std::vector<Condition>& terms) {
    scanner.skip_blanks();
    if (!read_terms(scanner, terms, 1)) return false;
    scanner.skip_blanks();
    return scanner.expect_end("end of input");
}

}  // namespace torale::rest
