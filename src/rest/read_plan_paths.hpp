// Conditions, orders and ranges find their node of the select tree by its path. Pure.
#pragma once
#include <optional>

#include "rest/read_plan.hpp"

namespace torale::rest {

bool is_to_one(const Relationship& relationship);

// An embed or spread of `node`: by its alias, or as the select wrote it, or by its relation's
// name; null if there is none.
ReadPlan* find_embed(ReadPlan& node, const std::string& name);

// PGRST103, 108, 118. `root` is a tree without them.
std::optional<Failure> place_on_tree(ReadPlan& root, const Query& query, const ReadWishes& wishes);

}  // namespace torale::rest
