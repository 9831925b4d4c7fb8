// Parsed queries as one line of text, so that a rule of the grammar is one row of a table.
// Names other than plain words stand in double quotes, values in single ones; "!N …" is a fault at
// column N.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "rest/failure.hpp"
#include "rest/query.hpp"
#include "rest/scanner.hpp"

namespace torale::rest::testing {

struct Row {
    std::string_view text;
    std::string_view means;
};

inline std::string name_words(std::string_view name) {
    const bool is_plain = !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
    return is_plain ? std::string(name) : '"' + std::string(name) + '"';
}

inline std::string value_words(std::string_view value) {
    return "'" + std::string(value) + "'";
}

template <class Items, class Words>
std::string joined(const Items& items, Words words, std::string_view separator = ", ") {
    std::string text;
    for (const auto& item : items) {
        if (&item != &items.front()) text += separator;
        text += words(item);
    }
    return text;
}

inline std::string field_words(const Field& field) {
    std::string text = name_words(field.name);
    for (const JsonStep& step : field.path) {
        text += step.as_text ? "->>" : "->";
        text += step.is_index ? "#" + step.operand : name_words(step.operand);
    }
    return text;
}

inline std::string aggregate_words(Aggregate aggregate) {
    constexpr std::string_view names[] = {"", ".sum", ".avg", ".count", ".max", ".min"};
    return std::string(names[static_cast<int>(aggregate)]);
}

inline std::string item_words(const SelectItem& item) {
    using Kind = SelectItem::Kind;
    if (item.kind == Kind::star) return "*";
    std::string text = item.alias.empty() ? "" : name_words(item.alias) + ":";
    const auto cast = [](const std::string& type) {
        return type.empty() ? type : "::<" + type + ">";
    };
    if (item.kind == Kind::column) {
        if (!item.field.name.empty()) text += field_words(item.field);
        return text + cast(item.cast) + aggregate_words(item.aggregate) + cast(item.aggregate_cast);
    }
    if (item.kind == Kind::spread) text += "...";
    text += name_words(item.target);
    if (!item.hint.empty()) text += "!" + name_words(item.hint);
    if (item.join != Join::unset) text += item.join == Join::inner ? " inner" : " left";
    return text + "{" + joined(item.items, item_words) + "}";
}

inline std::string select_words(const std::vector<SelectItem>& items) {
    return joined(items, item_words);
}

inline std::string filter_words(const Filter& filter) {
    constexpr std::string_view names[] = {
        "eq",     "neq", "gt", "gte",        "lt",  "lte",   "like",  "ilike", "match",
        "imatch", "in",  "is", "isdistinct", "fts", "plfts", "phfts", "wfts",  "cs",
        "cd",     "ov",  "sl", "sr",         "nxr", "nxl",   "adj"};
    std::string text = filter.is_negated ? "not " : "";
    text += names[static_cast<int>(filter.op)];
    if (filter.quantifier == Quantifier::any) text += " any";
    if (filter.quantifier == Quantifier::all) text += " all";
    if (!filter.config.empty()) text += " <" + filter.config + ">";
    if (filter.op == Operator::in) return text + " [" + joined(filter.list, value_words) + "]";
    return text + " " + value_words(filter.value);
}

inline std::string condition_words(const Condition& condition) {
    if (condition.kind == Condition::Kind::filter) {
        return field_words(condition.filter.field) + " " + filter_words(condition.filter);
    }
    return std::string(condition.is_negated ? "not " : "") +
           (condition.kind == Condition::Kind::all ? "all(" : "any(") +
           joined(condition.terms, condition_words) + ")";
}

inline std::string order_words(const std::vector<OrderTerm>& terms) {
    return joined(terms, [](const OrderTerm& term) {
        constexpr std::string_view directions[] = {"", " asc", " desc"};
        constexpr std::string_view nulls[] = {"", " nullsfirst", " nullslast"};
        const std::string field = field_words(term.field);
        return (term.embed.empty() ? field : name_words(term.embed) + "(" + field + ")") +
               std::string(directions[static_cast<int>(term.direction)]) +
               std::string(nulls[static_cast<int>(term.nulls)]);
    });
}

inline std::string path_words(const EmbedPath& path) {
    return path.empty() ? "" : joined(path, name_words, "/") + ": ";
}

inline std::string names_words(const std::vector<std::string>& names) {
    return joined(names, name_words);
}

// All but `canonical`; a select that was not given is left out.
inline std::string query_words(const Query& query) {
    std::vector<std::string> parts;
    if (query.has_select) parts.push_back("select " + select_words(query.select));
    for (const PathCondition& entry : query.conditions) {
        parts.push_back("where " + path_words(entry.path) + condition_words(entry.condition));
    }
    for (const PathOrder& entry : query.orders) {
        parts.push_back("order " + path_words(entry.path) + order_words(entry.terms));
    }
    for (const PathRange& entry : query.ranges) {
        std::string text = "rows " + path_words(entry.path);
        text += entry.limit ? std::to_string(*entry.limit) : "all";
        if (entry.offset) text += " from " + std::to_string(*entry.offset);
        parts.push_back(text);
    }
    if (query.columns) parts.push_back("columns " + names_words(*query.columns));
    if (query.on_conflict) parts.push_back("on_conflict " + names_words(*query.on_conflict));
    for (const auto& [name, value] : query.arguments) {
        parts.push_back("argument " + name_words(name) + " " + value_words(value));
    }
    return joined(
        parts, [](const std::string& part) { return part; }, "; ");
}

inline std::string failure_words(const Failure& failure) {
    EXPECT_EQ(failure.status, 400);
    EXPECT_EQ(failure.code, "PGRST100");
    const std::string_view marker = ")\" (line 1, column ";
    const std::size_t at = failure.message.rfind(marker);
    if (at == std::string::npos) return "a message without a place: " + failure.message;
    const std::size_t start = at + marker.size();
    return "!" + failure.message.substr(start, failure.message.size() - start - 1) + " " +
           failure.details;
}

// What a reader made of all of `text`; what it left over is shown behind a "|".
template <class Value, class Read, class Words>
std::string read_words(std::string_view text, Read read, Words words) {
    Scanner scanner(text);
    Value value{};
    if (!read(scanner, value)) return failure_words(scanner.failure("it"));
    const std::string rest(scanner.rest());
    return words(value) + (rest.empty() ? "" : " | " + rest);
}

}  // namespace torale::rest::testing
