#include "rest/render_read_field.hpp"

namespace torale::rest {
namespace {

bool is_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}

bool is_inner(char letter) {
    return is_letter(letter) || (letter >= '0' && letter <= '9') || letter == '$';
}

bool is_json(const FieldPlace& place, const std::string& name) {
    const Column* column = place.relation == nullptr ? nullptr : place.relation->find(name);
    return column != nullptr && (column->type == "json" || column->type == "jsonb");
}

}  // namespace

void render_column(SqlWriter& out, std::string_view alias, std::string_view column) {
    out.identifier(alias) << ".";
    out.identifier(column);
}

void render_field(SqlWriter& out, const FieldPlace& place, const Field& field) {
    // Arrays and composites are reached into as JSON, and so is what is unknown.
    const bool is_converted = !field.path.empty() && !is_json(place, field.name);
    if (is_converted) out << "to_jsonb(";
    render_column(out, place.alias, field.name);
    if (is_converted) out << ")";
    for (const JsonStep& step : field.path) {
        out << (step.as_text ? "->>" : "->");
        out.parameter(step.operand) << (step.is_index ? "::int" : "::text");
    }
}

bool is_type_name(std::string_view text) {
    char before = ' ';
    for (const char letter : text) {
        const bool is_fine =
            letter == ' ' || (before == ' ' ? is_letter(letter) : is_inner(letter));
        if (!is_fine) return false;
        before = letter;
    }
    return text.find_first_not_of(' ') != std::string_view::npos;
}

void render_type_name(SqlWriter& out, std::string_view type) {
    if (is_type_name(type)) {
        out << type;
    } else {
        out.identifier(type);
    }
}

}  // namespace torale::rest
