// What a node of the plan puts into the rows of its parent: its columns, the values of its embeds
// and what its spreads lift, in the order of the JSON. Pure.
#pragma once
#include <string>
#include <vector>

#include "rest/read_plan.hpp"

namespace torale::rest {

struct OutputItem {
    enum class Kind { all_columns, column, embed, lifted };
    Kind kind = Kind::column;
    std::string key;         // the member's name; "" for all columns
    SelectItem column;       // column
    std::size_t embed = 0;   // embed, lifted: its index in the node's embeds
    std::size_t lifted = 0;  // lifted: which of the spread's own items
    // Of a lifted one: what the spread asked for, applied where it arrives.
    Aggregate aggregate = Aggregate::none;
    std::string aggregate_cast;
};

enum class Star {
    kept,     // "*" stays one item
    expanded  // into the relation's columns, if it has one
};

std::vector<OutputItem> output_items(const ReadPlan& node, Star star);

// An embed of which nothing is shown: it only takes part in joins and conditions.
bool shows_nothing(const ReadPlan& embed);

// As SQL calls it.
const char* function_name(Aggregate aggregate);
bool has_aggregates(const std::vector<OutputItem>& items);

}  // namespace torale::rest
