// What each node is read from: its relation, its joins, its conditions, its order and range.
#include <algorithm>

#include "rest/read_plan_paths.hpp"
#include "rest/render_read_conditions.hpp"
#include "rest/render_read_tree.hpp"

namespace torale::rest {
namespace {

// Not worth a join of its own: nothing of it is shown, or it is gathered in the select list.
bool is_only_tested(const ReadPlan& embed) {
    return shows_nothing(embed) || (!embed.is_spread && !is_to_one(*embed.relationship));
}

const char* direction_text(Direction direction) {
    switch (direction) {
        case Direction::unset:
            return "";
        case Direction::ascending:
            return " ASC";
        case Direction::descending:
            return " DESC";
    }
    return "";
}

const char* nulls_text(Nulls nulls) {
    switch (nulls) {
        case Nulls::unset:
            return "";
        case Nulls::first:
            return " NULLS FIRST";
        case Nulls::last:
            return " NULLS LAST";
    }
    return "";
}

}  // namespace

void TreeRenderer::source(const Node& node) {
    const ReadPlan& plan = *node.plan;
    if (!plan.from_cte.empty()) {
        out_.identifier(plan.from_cte);
    } else if (plan.relationship && plan.relationship->function) {
        out_.name(plan.relationship->function->schema, plan.relationship->function->name) << "(";
        parent_row(*node.parent);
        out_ << ")";
    } else {
        out_.name(plan.relation->name.schema, plan.relation->name.name);
    }
    out_ << " AS ";
    out_.identifier(node.alias("t"));
    if (!plan.relationship || !plan.relationship->junction) return;

    const Junction& junction = *plan.relationship->junction;
    out_ << " INNER JOIN ";
    out_.name(junction.name.schema, junction.name.name) << " AS ";
    out_.identifier(node.alias("j"));
    const char* word = " ON ";
    for (const ColumnPair& pair : junction.to_target) {
        out_ << word;
        render_column(out_, node.alias("t"), pair.target);
        out_ << " = ";
        render_column(out_, node.alias("j"), pair.origin);
        word = " AND ";
    }
}

// A CTE's rows are records that have forgotten the relation they are of.
void TreeRenderer::parent_row(const Node& parent) {
    const Relation& relation = *parent.plan->relation;
    if (parent.plan->from_cte.empty()) {
        out_.identifier(parent.alias("t")) << ".*";
        return;
    }
    out_ << "ROW(";
    const char* word = "";
    for (const Column& column : relation.columns) {
        out_ << word;
        render_column(out_, parent.alias("t"), column.name);
        word = ", ";
    }
    out_ << ")::";
    out_.name(relation.name.schema, relation.name.name);
}

void TreeRenderer::joins(const Nodes& embeds) {
    for (const Node& embed : embeds) {
        const ReadPlan& plan = *embed.plan;
        if (is_only_tested(plan)) continue;
        const bool is_inner = plan.join == Join::inner;
        const bool is_list = !is_to_one(*plan.relationship);
        out_ << (is_inner ? " INNER JOIN LATERAL (" : " LEFT JOIN LATERAL (");
        if (is_list) {
            gathered_spread(embed);
        } else {
            select(embed, plan.is_spread ? Naming::numbers : Naming::members);
        }
        out_ << ") AS ";
        out_.identifier(embed.alias("e")) << " ON ";
        if (is_inner && is_list) {
            render_column(out_, embed.alias("e"), "c0");
            out_ << " IS NOT NULL";
        } else {
            out_ << "true";
        }
    }
}

void TreeRenderer::join_conditions(const Node& node, const char*& word) {
    if (!node.plan->relationship) return;
    const Relationship& relationship = *node.plan->relationship;
    const auto add = [&](const char* kind, const std::string& column, const std::string& origin) {
        out_ << word;
        render_column(out_, node.alias(kind), column);
        out_ << " = ";
        render_column(out_, node.parent->alias("t"), origin);
        word = " AND ";
    };
    for (const ColumnPair& pair : relationship.columns) add("t", pair.target, pair.origin);
    if (relationship.junction) {
        for (const ColumnPair& pair : relationship.junction->to_origin) {
            add("j", pair.target, pair.origin);
        }
    }
    // A function that returns one row returns one of nulls when it has found none.
    if (relationship.function && is_to_one(relationship)) {
        out_ << word << "NOT (";
        out_.identifier(node.alias("t")) << ".* IS NULL)";
        word = " AND ";
    }
}

void TreeRenderer::where(const Node& node, Inner inner) {
    const char* word = " WHERE ";
    join_conditions(node, word);
    for (const Condition& condition : node.plan->conditions) {
        out_ << word;
        render_condition(out_, node.place(), condition,
                         [&](const Filter& filter) { return embed_condition(node, filter); });
        word = " AND ";
    }
    for (const ReadPlan& embed : node.plan->embeds) {
        if (embed.join != Join::inner) continue;
        if (inner == Inner::joined && !is_only_tested(embed)) continue;
        out_ << word;
        exists(child(node, embed));
        word = " AND ";
    }
}

bool TreeRenderer::embed_condition(const Node& node, const Filter& filter) {
    const std::vector<std::string>& names = node.plan->embed_conditions;
    const bool asks_for_null =
        filter.op == Operator::is && filter.value == "null" && filter.field.path.empty();
    if (!asks_for_null || std::find(names.begin(), names.end(), filter.field.name) == names.end()) {
        return false;
    }
    for (const ReadPlan& embed : node.plan->embeds) {
        if (embed.key != filter.field.name) continue;
        if (!filter.is_negated) out_ << "NOT ";
        exists(child(node, embed));
        return true;
    }
    return false;
}

void TreeRenderer::exists(const Node& node) {
    const ReadPlan& plan = *node.plan;
    out_ << "EXISTS (SELECT 1 FROM ";
    source(node);
    where(node, Inner::tested);
    // A limit of some rows does not change whether there is one.
    if (plan.offset != 0 || (plan.limit && *plan.limit <= 0)) range(plan);
    out_ << ")";
}

void TreeRenderer::order(const Node& node) {
    const char* word = " ORDER BY ";
    for (const OrderTerm& term : node.plan->order) {
        out_ << word;
        if (term.embed.empty()) {
            render_field(out_, node.place(), term.field);
        } else {
            related_value(node, term);
        }
        out_ << direction_text(term.direction) << nulls_text(term.nulls);
        word = ", ";
    }
}

// The column need not be selected in the embed, so it is fetched once more.
void TreeRenderer::related_value(const Node& node, const OrderTerm& term) {
    for (const ReadPlan& embed : node.plan->embeds) {
        if (embed.key != term.embed) continue;
        const Node related = child(node, embed);
        out_ << "(SELECT ";
        render_field(out_, related.place(), term.field);
        out_ << " FROM ";
        source(related);
        where(related, Inner::tested);
        out_ << " LIMIT 1)";
        return;
    }
}

void TreeRenderer::range(const ReadPlan& plan) {
    if (plan.limit) {
        // In the text: PostgreSQL plans for few rows only when it sees how few.
        out_ << " LIMIT ";
        out_.number(*plan.limit);
    }
    if (plan.offset != 0) {
        out_ << " OFFSET ";
        out_.parameter(std::to_string(plan.offset));
    }
}

void TreeRenderer::render_countable(const ReadPlan& root) {
    next_ = 1;
    const Node node{&root, nullptr, 0};
    out_ << "SELECT 1 FROM ";
    source(node);
    where(node, Inner::tested);
}

}  // namespace torale::rest
