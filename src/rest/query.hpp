// The parsed query string: select, filters, order, ranges. What a request asks for in its own
// words, before anything is known of the schema. Grammar: query_string.hpp parses it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace torale::rest {

// One arrow of a->'b'->>0.
struct JsonStep {
    bool as_text = false;   // ->>
    bool is_index = false;  // `operand` is a number, perhaps negative
    std::string operand;
    bool operator==(const JsonStep&) const = default;
};

struct Field {
    std::string name;
    std::vector<JsonStep> path;
    bool operator==(const Field&) const = default;
};

enum class Aggregate { none, sum, avg, count, max, min };
enum class Join { unset, left, inner };

struct SelectItem {
    enum class Kind { star, column, embed, spread };
    Kind kind = Kind::column;
    std::string alias;
    // column; an aggregate count() alone has an empty field name
    Field field;
    std::string cast;
    Aggregate aggregate = Aggregate::none;
    std::string aggregate_cast;
    // embed, spread
    std::string target;
    std::string hint;
    Join join = Join::unset;
    std::vector<SelectItem> items;
    bool operator==(const SelectItem&) const = default;
};

enum class Operator {
    eq,
    neq,
    gt,
    gte,
    lt,
    lte,
    like,
    ilike,
    match,
    imatch,
    in,
    is,
    isdistinct,
    fts,
    plfts,
    phfts,
    wfts,
    cs,
    cd,
    ov,
    sl,
    sr,
    nxr,
    nxl,
    adj
};
enum class Quantifier { none, any, all };

struct Filter {
    Field field;
    bool is_negated = false;
    Operator op = Operator::eq;
    Quantifier quantifier = Quantifier::none;
    // Raw. `is`: null, not_null, true, false or unknown in lower case. like, ilike: `*` is `%`
    // already.
    std::string value;
    std::vector<std::string>
        list;            // `in`; one empty element means the empty list, as PostgREST has it
    std::string config;  // full-text search: "" = none
    bool operator==(const Filter&) const = default;
};

// A filter, or a tree of them.
struct Condition {
    enum class Kind { filter, all, any };
    Kind kind = Kind::filter;
    bool is_negated = false;  // of all and any; a filter has its own
    Filter filter;
    std::vector<Condition> terms;
    bool operator==(const Condition&) const = default;
};

enum class Direction { unset, ascending, descending };
enum class Nulls { unset, first, last };

struct OrderTerm {
    std::string embed;  // order the parent by a column of this to-one embed; "" = own column
    Field field;
    Direction direction = Direction::unset;
    Nulls nulls = Nulls::unset;
    bool operator==(const OrderTerm&) const = default;
};

using EmbedPath = std::vector<std::string>;  // empty = the root

struct PathCondition {
    EmbedPath path;
    Condition condition;
    bool operator==(const PathCondition&) const = default;
};
struct PathOrder {
    EmbedPath path;
    std::vector<OrderTerm> terms;
    bool operator==(const PathOrder&) const = default;
};
struct PathRange {
    EmbedPath path;
    std::optional<std::int64_t> limit;
    std::optional<std::int64_t> offset;
    bool operator==(const PathRange&) const = default;
};

struct Query {
    std::vector<SelectItem> select;  // "*" when absent; empty for `select=`
    bool has_select = false;
    std::vector<PathCondition> conditions;  // AND-ed, in order
    std::vector<PathOrder> orders;          // one a path
    std::vector<PathRange> ranges;          // one a path, limit and offset together
    std::optional<std::vector<std::string>> columns;
    std::optional<std::vector<std::string>> on_conflict;
    // Calls by GET: what is no filter, decoded, in order; a name may come again (variadic).
    std::vector<std::pair<std::string, std::string>> arguments;
    // For Content-Location: sorted by name, percent-encoded; "" when there is none.
    std::string canonical;
    bool operator==(const Query&) const = default;
};

}  // namespace torale::rest
