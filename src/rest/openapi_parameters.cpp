// Parameters of the OpenAPI document: the dialect's own, and a filter for each column.
#include <algorithm>
#include <array>

#include "rest/openapi_parts.hpp"

namespace torale::rest {

namespace {

core::OrderedJson parameter(const char* in, std::string_view name, std::string_view description) {
    core::OrderedJson object{{"name", name}, {"in", in}, {"required", false}, {"type", "string"}};
    if (!description.empty()) object["description"] = description;
    return object;
}

core::OrderedJson preference(std::string_view description, std::vector<std::string> values) {
    core::OrderedJson object = parameter("header", "Prefer", description);
    object["enum"] = std::move(values);
    return object;
}

core::OrderedJson shared_parameters() {
    const std::vector<std::string> returns{"return=representation", "return=minimal",
                                           "return=headers-only"};
    std::vector<std::string> posts = returns;
    posts.insert(posts.end(), {"resolution=ignore-duplicates", "resolution=merge-duplicates"});
    core::OrderedJson range_unit = parameter("header", "Range-Unit", "Limiting and Pagination");
    range_unit["default"] = "items";
    return {
        {"preferReturn", preference("Preference", returns)},
        {"preferCount",
         preference("Preference", {"count=exact", "count=planned", "count=estimated"})},
        {"preferPost", preference("Preference", posts)},
        {"select", parameter("query", "select", "Filtering Columns")},
        {"on_conflict", parameter("query", "on_conflict", "On Conflict")},
        {"order", parameter("query", "order", "Ordering")},
        {"range", parameter("header", "Range", "Limiting and Pagination")},
        {"rangeUnit", std::move(range_unit)},
        {"offset", parameter("query", "offset", "Limiting and Pagination")},
        {"limit", parameter("query", "limit", "Limiting and Pagination")},
    };
}

bool is_plain_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string key_part(std::string_view name) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string key;
    for (const char c : name) {
        if (is_plain_letter(c) || c == '-') {
            key += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        key += '$';
        key += digits[byte >> 4];
        key += digits[byte & 15];
    }
    return key;
}

// A name as a query writes it: what is more than letters, digits and underscores is quoted.
std::string query_name(std::string_view name) {
    const bool is_plain = std::all_of(name.begin(), name.end(), [](char c) {
        return is_plain_letter(c) || c == ' ' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
    });
    if (is_plain) return std::string(name);
    std::string quoted_name = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') quoted_name += '\\';
        quoted_name += c;
    }
    return quoted_name + "\"";
}

}  // namespace

bool can_stand_in_query(std::string_view name) {
    constexpr std::array<std::string_view, 8> reserved{"select", "columns", "on_conflict", "order",
                                                       "limit",  "offset",  "and",         "or"};
    return !name.empty() && std::find(reserved.begin(), reserved.end(), name) == reserved.end();
}

std::string definition_key(const Name& relation) {
    const bool is_safe = relation.name.find('%') == std::string::npos;
    return is_safe ? relation.name : key_part(relation.name);
}

std::string filter_key(const Relation& relation, const Column& column) {
    return "rowFilter." + key_part(relation.name.name) + "." + key_part(column.name);
}

std::string body_key(const Relation& relation) {
    return "body." + key_part(relation.name.name);
}

core::OrderedJson openapi_parameters(const std::vector<const Relation*>& relations) {
    core::OrderedJson parameters = shared_parameters();
    for (const Relation* relation : relations) {
        core::OrderedJson body{{"name", relation->name.name}, {"in", "body"}, {"required", false}};
        body["description"] = relation->comment.empty() ? relation->name.name : relation->comment;
        body["schema"] = reference("definitions", definition_key(relation->name));
        parameters[body_key(*relation)] = std::move(body);
        for (const Column& column : relation->columns) {
            if (!can_stand_in_query(column.name)) continue;
            parameters[filter_key(*relation, column)] =
                parameter("query", query_name(column.name), column.comment);
        }
    }
    return parameters;
}

}  // namespace torale::rest
