// Order terms: a field, or a field of an embed in parentheses, with direction before nulls.
#include "rest/order_text.hpp"

#include "rest/field_text.hpp"

namespace torale::rest {

namespace {

bool ends_word(const Scanner& scanner) {
    return scanner.at_end() || !is_name_character(scanner.peek()) || scanner.peek() == ' ';
}

bool skip_word(Scanner& scanner, std::string_view word) {
    const std::size_t start = scanner.offset();
    if (scanner.skip(word) && ends_word(scanner)) return true;
    scanner.rewind(start);
    return false;
}

bool read_subject(Scanner& scanner, OrderTerm& term) {
    if (!read_name(scanner, term.field.name)) return false;
    if (scanner.skip('(')) {
        term.embed = std::move(term.field.name);
        scanner.skip_blanks();
        return read_field(scanner, term.field) && scanner.expect(')');
    }
    return read_json_path(scanner, term.field.path);
}

bool read_suffixes(Scanner& scanner, OrderTerm& term) {
    if (!scanner.skip('.')) return true;
    if (skip_word(scanner, "asc"))
        term.direction = Direction::ascending;
    else if (skip_word(scanner, "desc"))
        term.direction = Direction::descending;
    if (term.direction != Direction::unset && !scanner.skip('.')) return true;
    if (skip_word(scanner, "nullsfirst"))
        term.nulls = Nulls::first;
    else if (skip_word(scanner, "nullslast"))
        term.nulls = Nulls::last;
    else {
        return scanner.fail(term.direction == Direction::unset
                                ? "asc, desc, nullsfirst or nullslast"
                                : "nullsfirst or nullslast");
    }
    return true;
}

}  // namespace

bool read_order(Scanner& scanner, std::vector<OrderTerm>& terms) {
    do {
        scanner.skip_blanks();
        OrderTerm& term = terms.emplace_back();
        if (!read_subject(scanner, term) || !read_suffixes(scanner, term)) return false;
        scanner.skip_blanks();
    } while (scanner.skip(','));
    return scanner.expect_end("\",\", \".\" or end of input");
}

}  // namespace torale::rest
