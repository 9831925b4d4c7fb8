// What the planner knows of the database: exposed relations, how they relate, routines. A
// snapshot made by pg/schema_reader; nothing in it depends on who asks.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace torale::rest {

struct Name {
    std::string schema;
    std::string name;
    auto operator<=>(const Name&) const = default;
};

struct Column {
    std::string name;
    std::string
        type;  // as for a cast: "integer", "text[]", "torale.mood"; domains: their base type
    std::string nominal_type;  // the domain itself, else as `type`
    bool is_nullable = true;
    std::string comment;
    std::string default_expression;  // "" = none
    int max_length = 0;              // characters; 0 = no limit
    std::vector<std::string> enum_labels;
    bool operator==(const Column&) const = default;
};

struct Relation {
    Name name;
    std::string comment;
    bool is_view = false;  // view or materialized view
    bool is_insertable = true;
    bool is_updatable = true;
    bool is_deletable = true;
    std::vector<std::string> primary_key;  // sorted by name
    std::vector<Column> columns;           // in their order
    const Column* find(std::string_view column) const;
};

enum class Cardinality { many_to_one, one_to_many, one_to_one, many_to_many };

struct ColumnPair {
    std::string origin;
    std::string target;
    bool operator==(const ColumnPair&) const = default;
};

struct Junction {
    Name name;
    std::string target_constraint;      // the junction's key to the target
    std::vector<ColumnPair> to_origin;  // {origin's column, junction's column}
    std::vector<ColumnPair> to_target;  // {junction's column, target's column}
    bool operator==(const Junction&) const = default;
};

struct Relationship {
    Name origin;
    Name target;
    Cardinality cardinality = Cardinality::many_to_one;
    std::string constraint;           // of a many-to-many: the junction's key to the origin
    std::vector<ColumnPair> columns;  // empty for many-to-many and computed
    std::optional<Junction> junction;
    std::optional<Name> function;  // computed: function(origin row) → target rows
    bool origin_is_view = false;
    bool target_is_view = false;
    bool operator==(const Relationship&) const = default;
};

enum class Volatility { immutable, stable, volatile_ };

struct RoutineParameter {
    std::string name;  // "" = unnamed
    std::string type;
    bool is_required = true;
    bool is_variadic = false;
    bool operator==(const RoutineParameter&) const = default;
};

struct Routine {
    Name name;
    std::string comment;
    std::vector<RoutineParameter> parameters;  // input ones
    bool returns_void = false;
    bool returns_set = false;
    bool returns_composite = false;       // row type, TABLE, OUT parameters, record
    std::string return_type;              // as for a cast
    std::optional<Name> return_relation;  // when the row type is a relation's
    Volatility volatility = Volatility::volatile_;
    std::vector<std::pair<std::string, std::string>> settings;  // SET clauses
};

struct Schema {
    std::vector<std::string> exposed;  // the first is the default
    std::map<Name, Relation> relations;
    std::map<Name, std::vector<Relationship>> relationships;  // by origin
    std::map<Name, std::vector<Routine>> routines;            // overloads
    std::map<std::string, std::string> comments;              // of the schemas
    std::string version;                                      // of torale

    const Relation* find_relation(const Name& name) const;
    const std::vector<Relationship>& relationships_of(const Name& origin) const;
    const std::vector<Routine>& overloads(const Name& name) const;
};

// "Perhaps you meant": the candidate nearest to `name` at or above `threshold` (0..1).
std::optional<std::string> nearest_name(std::string_view name,
                                        const std::vector<std::string>& candidates,
                                        double threshold);

}  // namespace torale::rest
