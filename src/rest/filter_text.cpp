// Operators as one table: what each is called, and what may stand between its name and the dot.
#include "rest/filter_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/ascii.hpp"
#include "rest/field_text.hpp"
#include "rest/header_list.hpp"

namespace torale::rest {

namespace {

enum class Modifier { none, quantifier, config };

struct OperatorRow {
    std::string_view name;
    Operator op;
    Modifier modifier = Modifier::none;
};

constexpr std::array<OperatorRow, 25> operators{{
    {"eq", Operator::eq, Modifier::quantifier},
    {"neq", Operator::neq},
    {"gt", Operator::gt, Modifier::quantifier},
    {"gte", Operator::gte, Modifier::quantifier},
    {"lt", Operator::lt, Modifier::quantifier},
    {"lte", Operator::lte, Modifier::quantifier},
    {"like", Operator::like, Modifier::quantifier},
    {"ilike", Operator::ilike, Modifier::quantifier},
    {"match", Operator::match, Modifier::quantifier},
    {"imatch", Operator::imatch, Modifier::quantifier},
    {"in", Operator::in},
    {"is", Operator::is},
    {"isdistinct", Operator::isdistinct},
    {"fts", Operator::fts, Modifier::config},
    {"plfts", Operator::plfts, Modifier::config},
    {"phfts", Operator::phfts, Modifier::config},
    {"wfts", Operator::wfts, Modifier::config},
    {"cs", Operator::cs},
    {"cd", Operator::cd},
    {"ov", Operator::ov},
    {"sl", Operator::sl},
    {"sr", Operator::sr},
    {"nxr", Operator::nxr},
    {"nxl", Operator::nxl},
    {"adj", Operator::adj},
}};

constexpr std::array<std::string_view, 5> is_values{"null", "not_null", "true", "false", "unknown"};

bool ends_term(const Scanner& scanner) {
    return scanner.at_end() || scanner.peek() == ',' || scanner.peek() == ')';
}

// A quoted text that is all of the value, or nothing and no step taken: `a"b` and `"a"b` are raw.
std::optional<std::string> take_quoted_whole(Scanner& scanner) {
    const std::size_t start = scanner.offset();
    auto quoted = scanner.take_quoted();
    if (quoted && ends_term(scanner)) return quoted;
    scanner.rewind(start);
    return std::nullopt;
}

// {…} without braces inside, commas and parentheses included.
std::string_view take_array(Scanner& scanner) {
    const std::string_view rest = scanner.rest();
    if (!rest.starts_with('{')) return {};
    const std::size_t brace = rest.find_first_of("{}", 1);
    if (brace == std::string_view::npos || rest[brace] != '}') return {};
    scanner.rewind(scanner.offset() + brace + 1);
    return rest.substr(0, brace + 1);
}

std::string take_value(Scanner& scanner, ValueEnd end) {
    if (end == ValueEnd::of_text) return std::string(scanner.take_until({}));
    if (auto quoted = take_quoted_whole(scanner)) return std::move(*quoted);
    const std::string_view array = take_array(scanner);
    return std::string(array.empty() ? scanner.take_until(",)") : array);
}

bool read_list(Scanner& scanner, std::vector<std::string>& list) {
    scanner.skip_blanks();
    if (!scanner.expect('(')) return false;
    scanner.skip_blanks();
    do {
        auto quoted = take_quoted_whole(scanner);
        list.push_back(quoted ? std::move(*quoted) : std::string(scanner.take_until(",)")));
    } while (scanner.skip(','));
    if (!scanner.skip(')')) return scanner.fail("\",\" or \")\"");
    scanner.skip_blanks();
    return true;
}

bool read_is(Scanner& scanner, std::string& value) {
    const std::size_t start = scanner.offset();
    const std::string_view word = scanner.take_until(",) \t");
    for (const std::string_view known : is_values) {
        if (!core::equals_ignoring_case(known, word)) continue;
        value = known;
        return true;
    }
    return scanner.fail_at(start, "null, not_null, true, false or unknown");
}

Quantifier take_quantifier(Scanner& scanner) {
    if (scanner.skip("(any)")) return Quantifier::any;
    if (scanner.skip("(all)")) return Quantifier::all;
    return Quantifier::none;
}

bool read_config(Scanner& scanner, std::string& config) {
    if (!scanner.skip('(')) return true;
    const std::size_t start = scanner.offset();
    config = scanner.take_until(")");
    const auto is_part = [](char c) { return is_name_character(c) && c != ' ' && c != '$'; };
    if (config.empty() || !std::ranges::all_of(config, is_part)) {
        return scanner.fail_at(start, "text search configuration");
    }
    return scanner.expect(')');
}

const OperatorRow* read_operator(Scanner& scanner) {
    const std::size_t start = scanner.offset();
    const std::string_view word = scanner.take_until(".(,) ");
    const auto* row = std::ranges::find(operators, word, &OperatorRow::name);
    if (row != operators.end()) return row;
    scanner.fail_at(start, "\"not\" or operator (eq, gt, ...)");
    return nullptr;
}

}  // namespace

bool read_operation(Scanner& scanner, ValueEnd end, Filter& filter) {
    filter.is_negated = scanner.skip("not.");
    const OperatorRow* row = read_operator(scanner);
    if (row == nullptr) return false;
    filter.op = row->op;
    if (row->modifier == Modifier::quantifier) filter.quantifier = take_quantifier(scanner);
    if (row->modifier == Modifier::config && !read_config(scanner, filter.config)) return false;
    if (!scanner.expect('.')) return false;
    if (filter.op == Operator::in) return read_list(scanner, filter.list);
    if (filter.op == Operator::is) return read_is(scanner, filter.value);
    filter.value = take_value(scanner, end);
    if (filter.op == Operator::like || filter.op == Operator::ilike) {
        std::ranges::replace(filter.value, '*', '%');
    }
    return true;
}

}  // namespace torale::rest
