// The select tree, each node with the relation it reads and the relationship that leads there.
#include "rest/read_plan.hpp"

#include <algorithm>

#include "rest/read_plan_paths.hpp"
#include "rest/relationships.hpp"
#include "rest/render_read_field.hpp"

namespace torale::rest {
namespace {

constexpr std::size_t embeds_max = 1000;

bool is_embed(const SelectItem& item) {
    return item.kind == SelectItem::Kind::embed || item.kind == SelectItem::Kind::spread;
}

bool uses_aggregates(const std::vector<SelectItem>& items) {
    return std::any_of(items.begin(), items.end(), [](const SelectItem& item) {
        return item.aggregate != Aggregate::none || uses_aggregates(item.items);
    });
}

// Aggregates of a spread belong to the parent, so that those of spreads in it count as its own.
bool spreads_aggregates(const std::vector<SelectItem>& items) {
    return std::any_of(items.begin(), items.end(), [](const SelectItem& item) {
        return item.aggregate != Aggregate::none ||
               (item.kind == SelectItem::Kind::spread && spreads_aggregates(item.items));
    });
}

Failure refuse_aggregates() {
    Failure failure;
    failure.code = "PGRST123";
    failure.message = "Use of aggregate functions is not allowed";
    return failure;
}

Failure refuse_spread_aggregates() {
    Failure failure;
    failure.code = "PGRST127";
    failure.message = "Feature not implemented";
    failure.details = "Aggregates are not implemented for one-to-many or many-to-many spreads.";
    return failure;
}

Failure refuse_cast(const std::string& type) {
    Failure failure;
    failure.code = "PGRST100";
    failure.message = "\"failed to parse select parameter (" + type + ")\" (line 1, column 1)";
    failure.details = "a cast takes the name of a type";
    return failure;
}

// Orders by an embed and tests of its absence write its subtree once more each.
struct Repetition {
    std::size_t embeds = 0;
    std::size_t copies = 1;
};

void count_repetition(const ReadPlan& node, Repetition& repetition) {
    repetition.copies += node.embed_conditions.size();
    for (const OrderTerm& term : node.order) repetition.copies += term.embed.empty() ? 0 : 1;
    for (const ReadPlan& embed : node.embeds) {
        repetition.embeds++;
        count_repetition(embed, repetition);
    }
}

std::optional<Failure> refuse_vastness(const ReadPlan& root) {
    Repetition repetition;
    count_repetition(root, repetition);
    if (repetition.embeds * repetition.copies <= embeds_max) return std::nullopt;
    Failure failure;
    failure.code = "PGRST100";
    failure.message = "the query embeds more than one request may";
    failure.details = "at most " + std::to_string(embeds_max) +
                      " embeds, each counted again for every order or null test of an embed";
    return failure;
}

class TreePlanner {
public:
    TreePlanner(const Schema& schema, Name origin) : schema_(schema), origin_(std::move(origin)) {}

    std::optional<Failure> fill(ReadPlan& node, const std::vector<SelectItem>& items) {
        for (const SelectItem& item : items) {
            auto failure = is_embed(item) ? add_embed(node, item) : add_column(node, item);
            if (failure) return failure;
        }
        return std::nullopt;
    }

private:
    std::optional<Failure> add_column(ReadPlan& node, const SelectItem& item) {
        for (const std::string* type : {&item.cast, &item.aggregate_cast}) {
            if (!type->empty() && !is_type_name(*type)) return refuse_cast(*type);
        }
        node.columns.push_back(item);
        return std::nullopt;
    }

    std::optional<Failure> add_embed(ReadPlan& node, const SelectItem& item) {
        if (node.relation == nullptr) {
            return no_relationship(schema_, origin_, item.target, item.hint);
        }
        Result<Relationship> relationship =
            choose_relationship(schema_, node.relation->name, item.target, item.hint);
        if (!relationship) return relationship.error();
        ReadPlan embed;
        embed.is_spread = item.kind == SelectItem::Kind::spread;
        if (embed.is_spread && !is_to_one(*relationship) && spreads_aggregates(item.items)) {
            return refuse_spread_aggregates();
        }
        embed.relation = schema_.find_relation(relationship->target);
        embed.relationship = std::move(*relationship);
        embed.target = item.target;
        embed.key = item.alias.empty() ? item.target : item.alias;
        embed.join = item.join == Join::inner ? Join::inner : Join::left;
        if (auto failure = fill(embed, item.items)) return failure;
        node.embeds.push_back(std::move(embed));
        return std::nullopt;
    }

    const Schema& schema_;
    Name origin_;
};

}  // namespace

Result<ReadPlan> plan_read(const Schema& schema, const Relation* origin,
                           const std::string& schema_name, const Query& query,
                           const ReadWishes& wishes) {
    if (!wishes.aggregates_enabled && uses_aggregates(query.select)) return refuse_aggregates();
    ReadPlan root;
    root.relation = origin;
    TreePlanner planner(schema, {schema_name, wishes.origin_name});
    if (auto failure = planner.fill(root, query.select)) return *failure;
    if (auto failure = place_on_tree(root, query, wishes)) return *failure;
    if (auto failure = refuse_vastness(root)) return *failure;
    return root;
}

}  // namespace torale::rest
