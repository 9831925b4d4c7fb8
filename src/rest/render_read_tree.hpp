// One SELECT a node of the plan. Aliases are numbered, so that a relation may embed itself: tN is
// a node's relation, jN its junction, eN what it gives to its parent, rN its rows before they
// are gathered. Pure.
#pragma once
#include <string>
#include <vector>

#include "rest/read_plan.hpp"
#include "rest/render_read_field.hpp"
#include "rest/render_read_items.hpp"

namespace torale::rest {

class TreeRenderer {
public:
    explicit TreeRenderer(SqlWriter& out) : out_(out) {}

    void render_rows(const ReadPlan& root);
    void render_countable(const ReadPlan& root);

private:
    struct Node {
        const ReadPlan* plan = nullptr;
        const Node* parent = nullptr;
        int number = 0;
        std::string alias(const char* kind) const { return kind + std::to_string(number); }
        FieldPlace place() const { return {plan->relation, alias("t")}; }
    };
    using Nodes = std::vector<Node>;

    // How the columns of a SELECT are called: as the JSON's members, or c0, c1 … when a parent
    // lifts them.
    enum class Naming { members, numbers };
    // Inner embeds as joins where a value of theirs is needed anyway, or all of them as EXISTS.
    enum class Inner { joined, tested };

    Node child(const Node& parent, const ReadPlan& plan) { return {&plan, &parent, next_++}; }
    Nodes children(const Node& node);

    void select(const Node& node, Naming naming);
    void select_list(const std::vector<OutputItem>& items, const Node& node, const Nodes& embeds,
                     Naming naming);
    void item(const OutputItem& item, const Node& node, const Nodes& embeds, Naming naming);
    void column_value(const OutputItem& item, const Node& node, Naming naming);
    void lifted_value(const OutputItem& item, const Node& embed, Naming naming);
    void embed_value(const Node& embed);

    void source(const Node& node);
    void parent_row(const Node& parent);
    void joins(const Nodes& embeds);
    void gathered_spread(const Node& embed);
    void where(const Node& node, Inner inner);
    void join_conditions(const Node& node, const char*& word);
    bool embed_condition(const Node& node, const Filter& filter);
    void exists(const Node& node);
    void group(const std::vector<OutputItem>& items);
    void order(const Node& node);
    void related_value(const Node& node, const OrderTerm& term);
    void range(const ReadPlan& plan);

    SqlWriter& out_;
    int next_ = 0;
};

}  // namespace torale::rest
