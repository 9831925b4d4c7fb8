// SQL types, columns and relations as JSON Schema in the dialect of OpenAPI 2.0.
#include <algorithm>
#include <array>
#include <optional>

#include "rest/openapi_parts.hpp"

namespace torale::rest {

namespace {

struct TypeRow {
    std::string_view sql;
    const char* type;    // null = any
    const char* format;  // null = the SQL type's own name
};

// Whatever is not named here travels as text.
constexpr std::array<TypeRow, 9> type_rows{{{"smallint", "integer", "int32"},
                                            {"integer", "integer", "int32"},
                                            {"bigint", "integer", "int64"},
                                            {"real", "number", "float"},
                                            {"double precision", "number", "double"},
                                            {"numeric", "number", nullptr},
                                            {"boolean", "boolean", nullptr},
                                            {"json", nullptr, nullptr},
                                            {"jsonb", nullptr, nullptr}}};

// "numeric(3,1)" → "numeric", "timestamp(3) with time zone" → "timestamp with time zone".
std::string without_modifier(std::string_view sql_type) {
    const std::size_t open = sql_type.find('(');
    const std::size_t close = sql_type.find(')', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
        return std::string(sql_type);
    }
    return std::string(sql_type.substr(0, open)) + std::string(sql_type.substr(close + 1));
}

// 'it''s'::text → it's; nothing for anything but one literal with perhaps a cast.
std::optional<std::string> text_literal(std::string_view expression) {
    if (!expression.starts_with('\'')) return std::nullopt;
    std::string text;
    std::size_t i = 1;
    for (; i < expression.size(); ++i) {
        if (expression[i] == '\'') {
            if (expression.substr(i + 1, 1) != "'") break;
            ++i;
        }
        text += expression[i];
    }
    const std::string_view rest = expression.substr(std::min(i + 1, expression.size()));
    const bool is_whole = i < expression.size() && (rest.empty() || rest.starts_with("::"));
    // A cast may be followed by more of an expression.
    if (!is_whole || rest.find_first_of("(|+'") != std::string_view::npos) return std::nullopt;
    return text;
}

std::optional<core::OrderedJson> plain_literal(std::string_view expression) {
    std::string text(expression.substr(0, expression.find("::")));
    if (const auto quoted_text = text_literal(expression)) text = *quoted_text;
    if (text.starts_with('(') && text.ends_with(')')) text = text.substr(1, text.size() - 2);
    auto value = core::OrderedJson::parse(text, nullptr, false);
    if (value.is_discarded()) return std::nullopt;
    return value;
}

// Only literals that the schema itself accepts: now() is no default that a client could send.
void add_default(core::OrderedJson& schema, const Column& column) {
    const auto type = schema.find("type");
    if (column.default_expression.empty() || type == schema.end()) return;
    if (*type == "string") {
        const bool is_text = column.type == "text" || column.type.starts_with("character") ||
                             !column.enum_labels.empty();
        const auto text = text_literal(column.default_expression);
        const auto& labels = column.enum_labels;
        const bool is_label = labels.empty() || (text && std::find(labels.begin(), labels.end(),
                                                                   *text) != labels.end());
        const bool fits = column.max_length == 0 ||
                          (text && text->size() <= static_cast<std::size_t>(column.max_length));
        if (is_text && text && is_label && fits) schema["default"] = *text;
        return;
    }
    const auto value = plain_literal(column.default_expression);
    if (!value) return;
    const bool fits = (*type == "integer" && value->is_number_integer()) ||
                      (*type == "number" && value->is_number()) ||
                      (*type == "boolean" && value->is_boolean());
    if (fits) schema["default"] = *value;
}

bool is_whole_key(const Relation* relation, const std::string& column) {
    return relation != nullptr && relation->primary_key == std::vector<std::string>{column};
}

// A one-to-one stands at both ends. The key refers to a key; where both are, the constraint's
// name tells, which PostgreSQL begins with the table that has it.
bool refers(const Schema& schema, const Relation& relation, const Relationship& one) {
    if (one.columns.size() != 1 || one.target_is_view || one.function) return false;
    if (one.cardinality == Cardinality::many_to_one) return true;
    if (one.cardinality != Cardinality::one_to_one) return false;
    const bool target_is_key =
        is_whole_key(schema.find_relation(one.target), one.columns[0].target);
    const bool origin_is_key = is_whole_key(&relation, one.columns[0].origin);
    if (target_is_key != origin_is_key) return target_is_key;
    return one.constraint.starts_with(relation.name.name + "_");
}

// The notes that tools read keys from are PostgREST's, to the letter.
std::string column_notes(const Schema& schema, const Relation& relation, const Column& column) {
    std::string notes;
    const auto& key = relation.primary_key;
    if (std::find(key.begin(), key.end(), column.name) != key.end()) {
        notes += "\nThis is a Primary Key.<pk/>";
    }
    for (const Relationship& one : schema.relationships_of(relation.name)) {
        if (!refers(schema, relation, one) || one.columns[0].origin != column.name) continue;
        const std::string& table = one.target.name;
        const std::string& target = one.columns[0].target;
        notes += "\nThis is a Foreign Key to `" + table + "." + target + "`.<fk table='" + table +
                 "' column='" + target + "'/>";
        break;
    }
    return notes.empty() ? notes : "Note:" + notes;
}

}  // namespace

core::OrderedJson type_schema(std::string_view sql_type) {
    if (sql_type.ends_with("[]")) {
        return {{"type", "array"}, {"items", type_schema(sql_type.substr(0, sql_type.size() - 2))}};
    }
    const std::string name = without_modifier(sql_type);
    core::OrderedJson schema = core::OrderedJson::object();
    const auto found = std::find_if(type_rows.begin(), type_rows.end(),
                                    [&](const TypeRow& row) { return row.sql == name; });
    if (found == type_rows.end()) {
        schema["type"] = "string";
        schema["format"] = name;
        return schema;
    }
    if (found->type != nullptr) schema["type"] = found->type;
    schema["format"] = found->format != nullptr ? found->format : name;
    return schema;
}

core::OrderedJson column_schema(const Column& column) {
    core::OrderedJson schema = type_schema(column.type);
    const auto type = schema.find("type");
    const bool is_text = type != schema.end() && *type == "string";
    if (is_text && column.max_length > 0) schema["maxLength"] = column.max_length;
    if (is_text && !column.enum_labels.empty()) schema["enum"] = column.enum_labels;
    add_default(schema, column);
    return schema;
}

core::OrderedJson relation_schema(const Schema& schema, const Relation& relation) {
    core::OrderedJson object;
    if (!relation.comment.empty()) object["description"] = relation.comment;
    core::OrderedJson required = core::OrderedJson::array();
    core::OrderedJson properties = core::OrderedJson::object();
    for (const Column& column : relation.columns) {
        if (!column.is_nullable) required.push_back(column.name);
        core::OrderedJson property = column_schema(column);
        std::string description = column.comment;
        const std::string notes = column_notes(schema, relation, column);
        if (!description.empty() && !notes.empty()) description += "\n\n";
        description += notes;
        if (!description.empty()) property["description"] = description;
        properties[column.name] = std::move(property);
    }
    if (!required.empty()) object["required"] = std::move(required);
    object["properties"] = std::move(properties);
    object["type"] = "object";
    return object;
}

}  // namespace torale::rest
