// Foreign keys and the columns behind views → relationships of every kind, and which of them an
// embed means. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "rest/failure.hpp"
#include "rest/schema.hpp"

namespace torale::rest {

struct ForeignKey {
    std::string constraint;
    Name table;
    std::vector<std::string> columns;
    Name referenced;
    std::vector<std::string> referenced_columns;  // in the order of `columns`
    bool is_one_to_one =
        false;  // its columns are exactly those of a primary key or UNIQUE constraint
    bool is_in_primary_key = false;  // its columns are all part of the table's primary key
};

// One column of a view and the column of the relation it selects from (a table or another view).
struct ViewColumn {
    Name view;
    std::string column;
    Name base;
    std::string base_column;
};

// A function that takes a relation's row and returns rows of a relation.
struct ComputedRelationship {
    Name function;
    Name origin;
    Name target;
    bool is_to_one = false;
};

struct Links {
    std::vector<ForeignKey> foreign_keys;
    std::vector<ViewColumn> view_columns;
    std::vector<ComputedRelationship> computed;
    // Of tables that are not in schema.relations: views may show their keys.
    std::map<Name, std::vector<std::string>> primary_keys;
};

// Fills schema.relationships (both ends and the junction are in schema.relations), and the primary
// keys of views whose base key they show whole.
void derive_relationships(Schema& schema, const Links& links);

// The one relationship that `target!hint` means from `origin`; PGRST200 none, PGRST201 several.
Result<Relationship> choose_relationship(const Schema& schema, const Name& origin,
                                         const std::string& target, const std::string& hint);

// PGRST200, with what was perhaps meant.
Failure no_relationship(const Schema& schema, const Name& origin, const std::string& target,
                        const std::string& hint);

}  // namespace torale::rest
