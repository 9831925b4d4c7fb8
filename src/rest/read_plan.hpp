// Query + schema → what is read: the tree of embeds with each node's columns, conditions, order
// and range, resolved to relationships. Shared by reads, calls and what writes return. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rest/failure.hpp"
#include "rest/query.hpp"
#include "rest/schema.hpp"
#include "rest/statement.hpp"

namespace torale::rest {

struct ReadPlan {
    // The root: a relation (null for a call that returns no relation's rows) and what its rows
    // are read from: "" = the relation itself, else the name of a CTE.
    const Relation* relation = nullptr;
    std::string from_cte;
    std::optional<Relationship> relationship;  // to the parent; nothing at the root
    std::string key;                           // the member's name in the parent's JSON
    std::string target;                        // as the select wrote it
    bool is_misnamed = false;  // has an alias, but a parameter calls it by its relation
    Join join = Join::left;
    bool is_spread = false;
    std::vector<SelectItem> columns;  // star and column only
    std::vector<Condition> conditions;
    std::vector<OrderTerm> order;       // an `embed` in it is a key of `embeds`
    std::optional<std::int64_t> limit;  // max_rows included
    std::int64_t offset = 0;
    std::vector<ReadPlan> embeds;
    // Names that `conditions` test for null and that are keys of `embeds`, not columns.
    std::vector<std::string> embed_conditions;
};

struct ReadWishes {
    std::int64_t max_rows = 0;             // 0 = no cap
    bool ignores_root_conditions = false;  // writes: they stand in the statement itself
    bool ignores_root_range = false;
    std::optional<std::pair<std::int64_t, std::optional<std::int64_t>>>
        range;  // Range header: first, last
    bool aggregates_enabled = false;
    std::string origin_name;  // what errors call an origin that is no relation: the routine
};

// `origin` is the relation whose rows are read, null when the rows have no relation; then only
// columns can be selected. PGRST100 (a cast to what is no name), 103, 108, 118, 123, 127, 200, 201.
Result<ReadPlan> plan_read(const Schema& schema, const Relation* origin,
                           const std::string& schema_name, const Query& query,
                           const ReadWishes& wishes);

// SELECT … of the whole tree, each row one row; without the outer aggregation.
void render_read(SqlWriter& out, const ReadPlan& plan);
// SELECT 1 FROM … with the root's conditions and inner embeds, without range: what a count counts.
void render_countable(SqlWriter& out, const ReadPlan& plan);
// " AND "-joined conditions over `table_alias`; "true" when there are none.
void render_conditions(SqlWriter& out, const Relation* relation, std::string_view table_alias,
                       const std::vector<Condition>& conditions);
// Columns of the root that the plan reads, those of joins included. "*", first, means all columns
// of the relation; names that are not among them are computed fields, for `alias."name"`.
std::vector<std::string> needed_columns(const ReadPlan& plan);

}  // namespace torale::rest
