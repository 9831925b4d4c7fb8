// A Schema written by hand, derived as the server's would be; and the neutral one most tests use.
#pragma once
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "rest/relationships.hpp"

namespace torale::rest::testing {

class SchemaBuilder {
public:
    using Columns = std::vector<std::pair<std::string, std::string>>;  // name, type
    using Names = std::vector<std::string>;

    // Relations that are named without a schema belong to the first.
    explicit SchemaBuilder(Names exposed) { schema_.exposed = std::move(exposed); }

    Name name(const std::string& relation) const { return {schema_.exposed.front(), relation}; }

    SchemaBuilder& table(const Name& name, const Columns& columns, Names primary_key = {}) {
        Relation relation;
        relation.name = name;
        std::sort(primary_key.begin(), primary_key.end());
        relation.primary_key = std::move(primary_key);
        for (const auto& [column, type] : columns) {
            Column made;
            made.name = column;
            made.type = type;
            made.nominal_type = type;
            relation.columns.push_back(std::move(made));
        }
        schema_.relations[name] = std::move(relation);
        return *this;
    }
    SchemaBuilder& table(const std::string& relation, const Columns& columns,
                         Names primary_key = {}) {
        return table(name(relation), columns, std::move(primary_key));
    }
    SchemaBuilder& view(const std::string& relation, const Columns& columns) {
        table(relation, columns);
        schema_.relations[name(relation)].is_view = true;
        return *this;
    }
    // {view's column, base's column} pairs.
    SchemaBuilder& shows(const std::string& view, const Name& base, const Columns& columns) {
        for (const auto& [shown, column] : columns) {
            links_.view_columns.push_back({name(view), shown, base, column});
        }
        return *this;
    }
    SchemaBuilder& shows(const std::string& view, const std::string& base, const Columns& columns) {
        return shows(view, name(base), columns);
    }
    SchemaBuilder& key(ForeignKey key) {
        links_.foreign_keys.push_back(std::move(key));
        return *this;
    }
    // `table`'s columns to `referenced`'s, named as PostgreSQL would.
    SchemaBuilder& key(const std::string& table, const Names& columns,
                       const std::string& referenced, const Names& referenced_columns) {
        std::string constraint = table;
        for (const std::string& column : columns) constraint += "_" + column;
        return key({constraint + "_fkey", name(table), columns, name(referenced),
                    referenced_columns, false, false});
    }
    SchemaBuilder& unique_key(const std::string& table, const Names& columns,
                              const std::string& referenced, const Names& referenced_columns) {
        key(table, columns, referenced, referenced_columns);
        links_.foreign_keys.back().is_one_to_one = true;
        return *this;
    }
    SchemaBuilder& computed(const std::string& function, const std::string& origin,
                            const std::string& target, bool is_to_one) {
        links_.computed.push_back({name(function), name(origin), name(target), is_to_one});
        return *this;
    }
    SchemaBuilder& hidden_primary_key(const Name& table, Names columns) {
        links_.primary_keys[table] = std::move(columns);
        return *this;
    }
    SchemaBuilder& routine(Routine routine) {
        schema_.routines[routine.name].push_back(std::move(routine));
        return *this;
    }
    Schema build() const {
        Schema schema = schema_;
        derive_relationships(schema, links_);
        return schema;
    }

private:
    Schema schema_;
    Links links_;
};

}  // namespace torale::rest::testing
