// Reads names as PostgREST does: bare with dashes and blanks inside, or quoted with anything.
#include "rest/field_text.hpp"

#include <optional>

#include "core/ascii.hpp"

namespace torale::rest {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// A dash inside a word; that of an arrow is none.
bool skip_dash(Scanner& scanner) {
    return scanner.peek() == '-' && scanner.peek(1) != '>' && scanner.skip('-');
}

// Words joined by single dashes; `is_part` tells what a word is made of.
template <class IsPart>
bool read_dashed(Scanner& scanner, IsPart is_part, std::string_view expecting) {
    do {
        const std::size_t start = scanner.offset();
        while (!scanner.at_end() && is_part(scanner.peek())) scanner.rewind(scanner.offset() + 1);
        if (scanner.offset() == start) return scanner.fail(expecting);
    } while (skip_dash(scanner));
    return true;
}

bool ends_index(const Scanner& scanner) {
    const std::string_view rest = scanner.rest();
    // The parenthesis is ours: PostgREST takes a(data->0) for a key, and then finds nothing in an
    // array.
    return rest.empty() || rest.starts_with("->") || rest.starts_with("::") || rest[0] == '.' ||
           rest[0] == ',' || rest[0] == ')';
}

bool read_index(Scanner& scanner, JsonStep& step) {
    const std::size_t start = scanner.offset();
    const std::string_view rest = scanner.rest();
    scanner.skip('-');
    const std::size_t digits = scanner.offset();
    while (is_digit(scanner.peek())) scanner.rewind(scanner.offset() + 1);
    if (scanner.offset() == digits || !ends_index(scanner)) {
        scanner.rewind(start);
        return false;
    }
    step.is_index = true;
    step.operand = rest.substr(0, scanner.offset() - start);
    return true;
}

bool read_operand(Scanner& scanner, JsonStep& step) {
    if (read_index(scanner, step)) return true;
    if (auto quoted = scanner.take_quoted()) {
        step.operand = std::move(*quoted);
        return true;
    }
    const std::string_view rest = scanner.rest();
    const std::size_t start = scanner.offset();
    const auto is_part = [](char c) {
        return std::string_view("(-:.,>)").find(c) == std::string_view::npos;
    };
    if (!read_dashed(scanner, is_part, "json key or array index")) return false;
    step.operand = rest.substr(0, scanner.offset() - start);
    return true;
}

}  // namespace

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
           c == ' ' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

bool read_name(Scanner& scanner, std::string& name) {
    const std::size_t start = scanner.offset();
    if (scanner.peek() == '"') {
        auto quoted = scanner.take_quoted();
        if (!quoted) {
            return scanner.fail_at(start + scanner.rest().size(), "closing double quote");
        }
        name = std::move(*quoted);
    } else {
        const std::string_view rest = scanner.rest();
        if (!read_dashed(scanner, is_name_character, name_expected)) return false;
        name = core::trim(rest.substr(0, scanner.offset() - start), " ");
    }
    return !name.empty() || scanner.fail_at(start, name_expected);
}

bool read_json_path(Scanner& scanner, std::vector<JsonStep>& path) {
    while (scanner.rest().starts_with("->")) {
        if (path.size() == nesting_max) {
            return scanner.fail("at most " + std::to_string(nesting_max) + " arrows");
        }
        scanner.skip("->");
        JsonStep& step = path.emplace_back();
        step.as_text = scanner.skip('>');
        if (!read_operand(scanner, step)) return false;
    }
    return true;
}

bool read_field(Scanner& scanner, Field& field) {
    return read_name(scanner, field.name) && read_json_path(scanner, field.path);
}

bool read_path(Scanner& scanner, EmbedPath& path) {
    do {
        if (!read_name(scanner, path.emplace_back())) return false;
    } while (scanner.skip('.'));
    return true;
}

bool read_names(Scanner& scanner, std::vector<std::string>& names) {
    do {
        scanner.skip_blanks();
        if (!read_name(scanner, names.emplace_back())) return false;
        scanner.skip_blanks();
    } while (scanner.skip(','));
    return scanner.expect_end("\",\" or end of input");
}

}  // namespace torale::rest
