// What the root's rows must hold for the rest of the plan: RETURNING lists no more than that, so
// that privileges on those columns suffice.
#include <algorithm>

#include "rest/read_plan.hpp"

namespace torale::rest {
namespace {

using Names = std::vector<std::string>;

void add(Names& names, const std::string& name) {
    if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) return;
    names.push_back(name);
}

void add_condition(Names& names, const ReadPlan& plan, const Condition& condition) {
    for (const Condition& term : condition.terms) add_condition(names, plan, term);
    if (condition.kind != Condition::Kind::filter) return;
    const std::string& name = condition.filter.field.name;
    const Names& embeds = plan.embed_conditions;
    if (std::find(embeds.begin(), embeds.end(), name) == embeds.end()) add(names, name);
}

void add_join(Names& names, const ReadPlan& plan, const Relationship& relationship) {
    for (const ColumnPair& pair : relationship.columns) add(names, pair.origin);
    if (relationship.junction) {
        for (const ColumnPair& pair : relationship.junction->to_origin) add(names, pair.origin);
    }
    // The function takes the whole row.
    if (relationship.function && plan.relation != nullptr) add(names, "*");
}

}  // namespace

std::vector<std::string> needed_columns(const ReadPlan& plan) {
    Names names;
    for (const SelectItem& item : plan.columns) {
        add(names, item.kind == SelectItem::Kind::star ? "*" : item.field.name);
    }
    for (const Condition& condition : plan.conditions) add_condition(names, plan, condition);
    for (const OrderTerm& term : plan.order) {
        if (term.embed.empty()) add(names, term.field.name);
    }
    for (const ReadPlan& embed : plan.embeds) add_join(names, plan, *embed.relationship);

    if (std::find(names.begin(), names.end(), "*") == names.end()) return names;
    Names reduced{"*"};
    for (const std::string& name : names) {
        const bool is_among_all =
            name == "*" || plan.relation == nullptr || plan.relation->find(name) != nullptr;
        if (!is_among_all) reduced.push_back(name);
    }
    return reduced;
}

}  // namespace torale::rest
