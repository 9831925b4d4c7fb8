#include "rest/read_plan_paths.hpp"

#include <algorithm>

namespace torale::rest {
namespace {

Failure refuse_path(const std::string& name) {
    Failure failure;
    failure.code = "PGRST108";
    failure.message = "'" + name + "' is not an embedded resource in this request";
    failure.hint = "Verify that '" + name + "' is included in the 'select' query parameter.";
    return failure;
}

Failure refuse_range(const char* details) {
    Failure failure;
    failure.status = 416;
    failure.code = "PGRST103";
    failure.message = "Requested range not satisfiable";
    failure.details = details;
    return failure;
}

constexpr const char* negative_limit = "Limit should be greater than or equal to zero.";
constexpr const char* crossed_bounds =
    "The lower boundary must be lower than or equal to the upper boundary in the Range header.";

// find_embed() for what the client wrote.
ReadPlan* find_named(ReadPlan& node, const std::string& name) {
    ReadPlan* embed = find_embed(node, name);
    const bool has_alias = embed != nullptr && embed->key != embed->target;
    if (has_alias && embed->key != name) embed->is_misnamed = true;
    return embed;
}

Result<ReadPlan*> find_node(ReadPlan& root, const EmbedPath& path) {
    ReadPlan* node = &root;
    for (const std::string& name : path) {
        node = find_named(*node, name);
        if (node == nullptr) return refuse_path(name);
    }
    return node;
}

bool tests_for_null(const Filter& filter) {
    return filter.op == Operator::is && filter.value == "null" && filter.field.path.empty();
}

// `films=is.null` of an embedded `films` asks for its absence, not for a column.
void resolve_embed_conditions(ReadPlan& node, Condition& condition) {
    for (Condition& term : condition.terms) resolve_embed_conditions(node, term);
    if (condition.kind != Condition::Kind::filter || !tests_for_null(condition.filter)) return;
    std::string& name = condition.filter.field.name;
    const ReadPlan* embed = find_named(node, name);
    if (embed == nullptr) return;
    name = embed->key;
    node.embed_conditions.push_back(name);
}

std::optional<Failure> place_condition(ReadPlan& root, const PathCondition& placed) {
    const Result<ReadPlan*> node = find_node(root, placed.path);
    if (!node) return node.error();
    Condition condition = placed.condition;
    resolve_embed_conditions(**node, condition);
    (*node)->conditions.push_back(std::move(condition));
    return std::nullopt;
}

std::optional<Failure> resolve_related(ReadPlan& node, OrderTerm& term) {
    ReadPlan* embed = find_named(node, term.embed);
    if (embed == nullptr) return refuse_path(term.embed);
    if (!is_to_one(*embed->relationship)) {
        Failure failure;
        failure.code = "PGRST118";
        failure.message = "A related order on '" + term.embed + "' is not possible";
        failure.details = "'" + node.relation->name.name + "' and '" + term.embed +
                          "' do not form a many-to-one or one-to-one relationship";
        return failure;
    }
    term.embed = embed->key;
    return std::nullopt;
}

std::optional<Failure> place_order(ReadPlan& root, const PathOrder& placed) {
    const Result<ReadPlan*> node = find_node(root, placed.path);
    if (!node) return node.error();
    for (OrderTerm term : placed.terms) {
        if (!term.embed.empty()) {
            if (auto failure = resolve_related(**node, term)) return failure;
        }
        (*node)->order.push_back(std::move(term));
    }
    return std::nullopt;
}

std::optional<Failure> place_range(ReadPlan& root, const PathRange& placed) {
    const Result<ReadPlan*> node = find_node(root, placed.path);
    if (!node) return node.error();
    (*node)->limit = placed.limit;
    (*node)->offset = placed.offset.value_or(0);
    return std::nullopt;
}

// The root's limit and offset, cut by the Range header. limit=0 asks for no rows whatever the
// header says; any other range without a row is an error.
std::optional<Failure> settle_root_range(ReadPlan& root, const ReadWishes& wishes) {
    root.offset = std::max<std::int64_t>(root.offset, 0);
    if (root.limit && *root.limit < 0) return refuse_range(negative_limit);
    if (!wishes.range) return std::nullopt;
    const auto& [first, last] = *wishes.range;
    if (last && *last < first) return refuse_range(crossed_bounds);
    if (root.limit && *root.limit == 0) return std::nullopt;
    const std::int64_t skipped = std::max<std::int64_t>(first - root.offset, 0);
    if (root.limit) {
        if (skipped >= *root.limit) return refuse_range(negative_limit);
        *root.limit -= skipped;
    }
    root.offset += skipped;
    if (!last) return std::nullopt;
    if (*last < root.offset) return refuse_range(negative_limit);
    // The whole of int64 is no limit at all.
    const std::int64_t rows = *last - root.offset;
    if (!root.limit || rows < *root.limit - 1) root.limit = rows == INT64_MAX ? rows : rows + 1;
    return std::nullopt;
}

// A to-one embed has one row at most; a limit would only keep the planner from joining it freely.
void cap_rows(ReadPlan& node, std::int64_t max_rows) {
    const bool is_list = !node.relationship || !is_to_one(*node.relationship);
    if (is_list && (!node.limit || *node.limit > max_rows)) node.limit = max_rows;
    for (ReadPlan& embed : node.embeds) cap_rows(embed, max_rows);
}

}  // namespace

bool is_to_one(const Relationship& relationship) {
    return relationship.cardinality == Cardinality::many_to_one ||
           relationship.cardinality == Cardinality::one_to_one;
}

ReadPlan* find_embed(ReadPlan& node, const std::string& name) {
    const auto find_if = [&](auto is_named) -> ReadPlan* {
        const auto found = std::find_if(node.embeds.begin(), node.embeds.end(), is_named);
        return found == node.embeds.end() ? nullptr : &*found;
    };
    if (ReadPlan* by_key = find_if([&](const ReadPlan& each) { return each.key == name; })) {
        return by_key;
    }
    if (ReadPlan* written = find_if([&](const ReadPlan& each) { return each.target == name; })) {
        return written;
    }
    return find_if([&](const ReadPlan& each) { return each.relation->name.name == name; });
}

std::optional<Failure> place_on_tree(ReadPlan& root, const Query& query, const ReadWishes& wishes) {
    for (const PathCondition& placed : query.conditions) {
        if (placed.path.empty() && wishes.ignores_root_conditions) continue;
        if (auto failure = place_condition(root, placed)) return failure;
    }
    for (const PathOrder& placed : query.orders) {
        if (auto failure = place_order(root, placed)) return failure;
    }
    for (const PathRange& placed : query.ranges) {
        if (placed.path.empty() && wishes.ignores_root_range) continue;
        if (auto failure = place_range(root, placed)) return failure;
    }
    if (!wishes.ignores_root_range) {
        if (auto failure = settle_root_range(root, wishes)) return failure;
    }
    if (wishes.max_rows > 0) cap_rows(root, wishes.max_rows);
    return std::nullopt;
}

}  // namespace torale::rest
