// View → view → table, walked to the tables; then asked from the tables' side.
#include "rest/relationships_views.hpp"

#include <algorithm>
#include <set>

namespace torale::rest {
namespace {

// A view that shows each of many key columns many times would have no end of combinations.
constexpr std::size_t combinations_max = 64;

using ColumnId = std::pair<Name, std::string>;
using Bases = std::map<ColumnId, std::vector<ColumnId>>;

// The ends of the walk: columns of what is no view. `seen` ends it should a view contain itself.
void collect_origins(const Bases& bases, const ColumnId& column, std::set<ColumnId>& seen,
                     std::set<ColumnId>& origins) {
    if (!seen.insert(column).second) return;
    const auto found = bases.find(column);
    if (found == bases.end()) {
        origins.insert(column);
        return;
    }
    for (const ColumnId& base : found->second) collect_origins(bases, base, seen, origins);
}

std::vector<std::vector<std::string>> combine(
    const std::vector<const std::vector<std::string>*>& choices) {
    std::vector<std::vector<std::string>> combinations{{}};
    for (const std::vector<std::string>* names : choices) {
        std::vector<std::vector<std::string>> longer;
        for (const std::vector<std::string>& begun : combinations) {
            for (const std::string& name : *names) {
                if (longer.size() == combinations_max) break;
                longer.push_back(begun);
                longer.back().push_back(name);
            }
        }
        combinations = std::move(longer);
    }
    return combinations;
}

}  // namespace

ShownColumns::ShownColumns(const std::vector<ViewColumn>& view_columns) {
    Bases bases;
    for (const ViewColumn& each : view_columns) {
        bases[{each.view, each.column}].emplace_back(each.base, each.base_column);
    }
    for (const auto& [column, ignored] : bases) {
        std::set<ColumnId> seen;
        std::set<ColumnId> origins;
        collect_origins(bases, column, seen, origins);
        for (const auto& [table, base_column] : origins) {
            shown_[table][column.first][base_column].push_back(column.second);
        }
    }
}

std::vector<ShownColumns::Showing> ShownColumns::showings(
    const Name& table, const std::vector<std::string>& columns) const {
    std::vector<Showing> result;
    const auto views = shown_.find(table);
    if (views == shown_.end() || columns.empty()) return result;
    for (const auto& [view, names] : views->second) {
        std::vector<const std::vector<std::string>*> choices;
        for (const std::string& column : columns) {
            const auto found = names.find(column);
            if (found != names.end()) choices.push_back(&found->second);
        }
        if (choices.size() != columns.size()) continue;
        for (std::vector<std::string>& combination : combine(choices)) {
            result.push_back({view, std::move(combination)});
        }
    }
    return result;
}

}  // namespace torale::rest
