// The select list of each node; what it is read from stands in render_read_from.cpp.
#include "rest/read_plan_paths.hpp"
#include "rest/render_read_tree.hpp"

namespace torale::rest {
namespace {

using Kind = OutputItem::Kind;

std::string number_name(std::size_t number) {
    return "c" + std::to_string(number);
}

bool is_plain_column(const OutputItem& item) {
    const SelectItem& column = item.column;
    return item.kind == Kind::column && item.aggregate == Aggregate::none && column.alias.empty() &&
           column.cast.empty() && column.field.path.empty();
}

// Aggregates go around the value of `item` unless its parent lifts it and applies them.
struct Wrapping {
    Wrapping(SqlWriter& out, const OutputItem& item, bool is_applied)
        : out_(out), item_(item), is_applied_(is_applied && item.aggregate != Aggregate::none) {
        if (!is_applied_) return;
        if (!item.aggregate_cast.empty()) out << "CAST(";
        out << function_name(item.aggregate) << "(";
    }
    void close() {
        if (!is_applied_) return;
        out_ << ")";
        if (item_.aggregate_cast.empty()) return;
        out_ << " AS ";
        render_type_name(out_, item_.aggregate_cast);
        out_ << ")";
    }

private:
    SqlWriter& out_;
    const OutputItem& item_;
    bool is_applied_;
};

}  // namespace

TreeRenderer::Nodes TreeRenderer::children(const Node& node) {
    Nodes embeds;
    for (const ReadPlan& embed : node.plan->embeds) embeds.push_back(child(node, embed));
    return embeds;
}

void TreeRenderer::select(const Node& node, Naming naming) {
    const ReadPlan& plan = *node.plan;
    const Nodes embeds = children(node);
    std::vector<OutputItem> items = output_items(plan, Star::kept);
    const bool is_grouped = naming == Naming::members && has_aggregates(items);
    // A CTE may hold more than the relation's columns: what joins and computed fields need.
    const bool is_expanded =
        is_grouped || naming == Naming::numbers || (!plan.from_cte.empty() && plan.relation);
    if (is_expanded) items = output_items(plan, Star::expanded);

    out_ << "SELECT";
    select_list(items, node, embeds, naming);
    out_ << " FROM ";
    source(node);
    joins(embeds);
    where(node, Inner::joined);
    if (is_grouped) group(items);
    order(node);
    range(plan);
}

void TreeRenderer::select_list(const std::vector<OutputItem>& items, const Node& node,
                               const Nodes& embeds, Naming naming) {
    const bool is_grouped = naming == Naming::members && has_aggregates(items);
    std::size_t number = 0;
    for (const OutputItem& each : items) {
        out_ << (number == 0 ? " " : ", ");
        item(each, node, embeds, naming);
        // json has no equality.
        if (is_grouped && each.kind == Kind::embed) out_ << "::jsonb";
        if (naming == Naming::numbers) {
            out_ << " AS ";
            out_.identifier(number_name(number));
        } else if (each.kind != Kind::all_columns && !is_plain_column(each)) {
            out_ << " AS ";
            out_.identifier(each.key);
        }
        number++;
    }
}

void TreeRenderer::item(const OutputItem& each, const Node& node, const Nodes& embeds,
                        Naming naming) {
    switch (each.kind) {
        case Kind::all_columns:
            out_.identifier(node.alias("t")) << ".*";
            return;
        case Kind::column:
            column_value(each, node, naming);
            return;
        case Kind::embed:
            embed_value(embeds[each.embed]);
            return;
        case Kind::lifted:
            lifted_value(each, embeds[each.embed], naming);
            return;
    }
}

void TreeRenderer::column_value(const OutputItem& each, const Node& node, Naming naming) {
    const SelectItem& column = each.column;
    const bool counts_rows = column.field.name.empty();
    Wrapping wrapping(out_, each, naming == Naming::members);
    if (counts_rows) {
        out_ << (naming == Naming::members ? "*" : "1");
    } else {
        if (!column.cast.empty()) out_ << "CAST(";
        render_field(out_, node.place(), column.field);
        if (!column.cast.empty()) {
            out_ << " AS ";
            render_type_name(out_, column.cast);
            out_ << ")";
        }
    }
    wrapping.close();
}

void TreeRenderer::lifted_value(const OutputItem& each, const Node& embed, Naming naming) {
    const bool is_list = !is_to_one(*embed.plan->relationship);
    Wrapping wrapping(out_, each, naming == Naming::members);
    if (is_list) out_ << "coalesce(";
    render_column(out_, embed.alias("e"), number_name(each.lifted));
    if (is_list) out_ << ", '[]')";
    wrapping.close();
}

// To-many embeds are subqueries of the select list, not joins: PostgreSQL then gathers them only
// for the rows that are left after ORDER BY and LIMIT.
void TreeRenderer::embed_value(const Node& embed) {
    if (is_to_one(*embed.plan->relationship)) {
        out_ << "row_to_json(";
        out_.identifier(embed.alias("e")) << ".*)";
        return;
    }
    out_ << "(SELECT coalesce(json_agg(";
    out_.identifier(embed.alias("r")) << ".*), '[]') FROM (";
    select(embed, Naming::members);
    out_ << ") AS ";
    out_.identifier(embed.alias("r")) << ")";
}

// The rows of a to-many spread, each column an array.
void TreeRenderer::gathered_spread(const Node& embed) {
    out_ << "SELECT";
    const std::size_t count = output_items(*embed.plan, Star::expanded).size();
    for (std::size_t number = 0; number < count; number++) {
        out_ << (number == 0 ? " json_agg(" : ", json_agg(");
        render_column(out_, embed.alias("r"), number_name(number));
        out_ << ") AS ";
        out_.identifier(number_name(number));
    }
    out_ << " FROM (";
    select(embed, Naming::numbers);
    out_ << ") AS ";
    out_.identifier(embed.alias("r"));
}

void TreeRenderer::group(const std::vector<OutputItem>& items) {
    const char* word = " GROUP BY ";
    for (std::size_t index = 0; index < items.size(); index++) {
        if (items[index].aggregate != Aggregate::none) continue;
        out_ << word;
        out_.number(static_cast<std::int64_t>(index + 1));
        word = ", ";
    }
}

void TreeRenderer::render_rows(const ReadPlan& root) {
    next_ = 1;
    select({&root, nullptr, 0}, Naming::members);
}

void render_read(SqlWriter& out, const ReadPlan& plan) {
    TreeRenderer(out).render_rows(plan);
}

void render_countable(SqlWriter& out, const ReadPlan& plan) {
    TreeRenderer(out).render_countable(plan);
}

}  // namespace torale::rest
