#include "rest/render_read_items.hpp"

#include <algorithm>

namespace torale::rest {
namespace {

// The alias; else an aggregate's function; else the last key of the path; else the column.
std::string key_of(const SelectItem& item) {
    if (!item.alias.empty()) return item.alias;
    if (item.aggregate != Aggregate::none) return function_name(item.aggregate);
    const auto& path = item.field.path;
    const auto key = std::find_if(path.rbegin(), path.rend(),
                                  [](const JsonStep& step) { return !step.is_index; });
    return key == path.rend() ? item.field.name : key->operand;
}

OutputItem column_item(const SelectItem& item) {
    OutputItem output;
    output.key = key_of(item);
    output.column = item;
    output.aggregate = item.aggregate;
    output.aggregate_cast = item.aggregate_cast;
    return output;
}

void add_all_columns(std::vector<OutputItem>& items, const ReadPlan& node, Star star) {
    if (star == Star::kept || node.relation == nullptr) {
        OutputItem all;
        all.kind = OutputItem::Kind::all_columns;
        items.push_back(std::move(all));
        return;
    }
    for (const Column& column : node.relation->columns) {
        SelectItem item;
        item.field.name = column.name;
        items.push_back(column_item(item));
    }
}

void add_lifted(std::vector<OutputItem>& items, const ReadPlan& spread, std::size_t index) {
    std::size_t number = 0;
    for (const OutputItem& inner : output_items(spread, Star::expanded)) {
        OutputItem output;
        output.kind = OutputItem::Kind::lifted;
        output.key = inner.key;
        output.embed = index;
        output.lifted = number++;
        output.aggregate = inner.aggregate;
        output.aggregate_cast = inner.aggregate_cast;
        items.push_back(std::move(output));
    }
}

}  // namespace

const char* function_name(Aggregate aggregate) {
    switch (aggregate) {
        case Aggregate::none:
            return "";
        case Aggregate::sum:
            return "sum";
        case Aggregate::avg:
            return "avg";
        case Aggregate::count:
            return "count";
        case Aggregate::max:
            return "max";
        case Aggregate::min:
            return "min";
    }
    return "";
}

std::vector<OutputItem> output_items(const ReadPlan& node, Star star) {
    std::vector<OutputItem> items;
    for (const SelectItem& item : node.columns) {
        if (item.kind == SelectItem::Kind::star) {
            add_all_columns(items, node, star);
        } else {
            items.push_back(column_item(item));
        }
    }
    for (std::size_t index = 0; index < node.embeds.size(); index++) {
        const ReadPlan& embed = node.embeds[index];
        if (shows_nothing(embed)) continue;
        if (embed.is_spread) {
            add_lifted(items, embed, index);
            continue;
        }
        OutputItem output;
        output.kind = OutputItem::Kind::embed;
        output.key = embed.key;
        output.embed = index;
        items.push_back(std::move(output));
    }
    return items;
}

bool shows_nothing(const ReadPlan& embed) {
    return embed.columns.empty() &&
           std::all_of(embed.embeds.begin(), embed.embeds.end(), shows_nothing);
}

bool has_aggregates(const std::vector<OutputItem>& items) {
    return std::any_of(items.begin(), items.end(),
                       [](const OutputItem& item) { return item.aggregate != Aggregate::none; });
}

}  // namespace torale::rest
