// Every foreign key makes a relationship each way, between each pair of what shows its ends: the
// tables themselves and the views that show the whole key.
#include "rest/relationships.hpp"

#include <algorithm>
#include <set>

#include "rest/relationships_views.hpp"

namespace torale::rest {
namespace {

using Showing = ShownColumns::Showing;

// A foreign key as one pair of relations shows it.
struct ShownKey {
    std::string constraint;
    bool is_one_to_one = false;
    Showing from;
    Showing to;
    bool from_is_view = false;
    bool to_is_view = false;
};

std::vector<ColumnPair> pairs(const std::vector<std::string>& origin,
                              const std::vector<std::string>& target) {
    std::vector<ColumnPair> result;
    for (std::size_t i = 0; i < origin.size() && i < target.size(); i++) {
        result.push_back({origin[i], target[i]});
    }
    return result;
}

std::vector<Showing> showings_of(const Schema& schema, const ShownColumns& shown, const Name& table,
                                 const std::vector<std::string>& columns) {
    std::vector<Showing> all{{table, columns}};
    for (Showing& each : shown.showings(table, columns)) all.push_back(std::move(each));
    std::erase_if(all,
                  [&](const Showing& each) { return schema.find_relation(each.view) == nullptr; });
    return all;
}

std::vector<ShownKey> shown_keys(const Schema& schema, const Links& links,
                                 const ShownColumns& shown) {
    std::vector<ShownKey> keys;
    for (const ForeignKey& key : links.foreign_keys) {
        const std::vector<Showing> ends =
            showings_of(schema, shown, key.referenced, key.referenced_columns);
        for (const Showing& from : showings_of(schema, shown, key.table, key.columns)) {
            for (const Showing& to : ends) {
                keys.push_back({key.constraint, key.is_one_to_one, from, to, from.view != key.table,
                                to.view != key.referenced});
            }
        }
    }
    return keys;
}

void add_both_ways(Schema& schema, const ShownKey& key) {
    Relationship forward;
    forward.origin = key.from.view;
    forward.target = key.to.view;
    forward.cardinality = key.is_one_to_one ? Cardinality::one_to_one : Cardinality::many_to_one;
    forward.constraint = key.constraint;
    forward.columns = pairs(key.from.columns, key.to.columns);
    forward.origin_is_view = key.from_is_view;
    forward.target_is_view = key.to_is_view;

    Relationship back = forward;
    std::swap(back.origin, back.target);
    std::swap(back.origin_is_view, back.target_is_view);
    back.columns = pairs(key.to.columns, key.from.columns);
    if (!key.is_one_to_one) back.cardinality = Cardinality::one_to_many;

    schema.relationships[key.from.view].push_back(std::move(forward));
    schema.relationships[key.to.view].push_back(std::move(back));
}

bool primary_key_holds(const Relation& junction, const ShownKey& near, const ShownKey& far) {
    const std::set<std::string> key(junction.primary_key.begin(), junction.primary_key.end());
    const auto is_in = [&](const std::string& column) { return key.count(column) == 1; };
    return std::all_of(near.from.columns.begin(), near.from.columns.end(), is_in) &&
           std::all_of(far.from.columns.begin(), far.from.columns.end(), is_in);
}

void add_many_to_many(Schema& schema, const ShownKey& near, const ShownKey& far) {
    Relationship result;
    result.origin = near.to.view;
    result.target = far.to.view;
    result.cardinality = Cardinality::many_to_many;
    result.constraint = near.constraint;
    result.origin_is_view = near.to_is_view;
    result.target_is_view = far.to_is_view;
    result.junction =
        Junction{near.from.view, far.constraint, pairs(near.to.columns, near.from.columns),
                 pairs(far.from.columns, far.to.columns)};
    schema.relationships[result.origin].push_back(std::move(result));
}

// Two different many-to-one keys of one junction, all within its primary key.
void add_junctions(Schema& schema, const std::vector<ShownKey>& keys) {
    std::map<Name, std::vector<const ShownKey*>> by_junction;
    for (const ShownKey& key : keys) {
        if (!key.is_one_to_one) by_junction[key.from.view].push_back(&key);
    }
    for (const auto& [name, of_junction] : by_junction) {
        const Relation& junction = schema.relations.at(name);
        for (const ShownKey* near : of_junction) {
            for (const ShownKey* far : of_junction) {
                if (near->constraint != far->constraint &&
                    primary_key_holds(junction, *near, *far)) {
                    add_many_to_many(schema, *near, *far);
                }
            }
        }
    }
}

// A user's own function of a relation's name means to replace what was detected.
void add_computed(Schema& schema, const std::vector<ComputedRelationship>& computed) {
    for (const ComputedRelationship& each : computed) {
        const Relation* origin = schema.find_relation(each.origin);
        const Relation* target = schema.find_relation(each.target);
        if (origin == nullptr || target == nullptr) continue;
        std::vector<Relationship>& all = schema.relationships[each.origin];
        std::erase_if(all, [&](const Relationship& other) {
            return !other.function && other.target.name == each.function.name;
        });
        Relationship result;
        result.origin = each.origin;
        result.target = each.target;
        result.cardinality = each.is_to_one ? Cardinality::many_to_one : Cardinality::one_to_many;
        result.function = each.function;
        result.origin_is_view = origin->is_view;
        result.target_is_view = target->is_view;
        all.push_back(std::move(result));
    }
}

// A view has the keys of the tables whose whole key it shows; a join of two has both keys' columns.
void find_keys_of_views(Schema& schema, const Links& links, const ShownColumns& shown) {
    std::map<Name, std::vector<std::string>> keys = links.primary_keys;
    for (const auto& [name, relation] : schema.relations) {
        if (!relation.is_view) keys[name] = relation.primary_key;
    }
    std::map<Name, std::set<std::string>> found;
    for (const auto& [table, columns] : keys) {
        std::set<Name> seen;
        for (const Showing& each : shown.showings(table, columns)) {
            // The first combination: a column shown twice belongs to the key once.
            if (!seen.insert(each.view).second) continue;
            found[each.view].insert(each.columns.begin(), each.columns.end());
        }
    }
    for (const auto& [view, columns] : found) {
        const auto relation = schema.relations.find(view);
        if (relation == schema.relations.end() || !relation->second.is_view) continue;
        relation->second.primary_key.assign(columns.begin(), columns.end());
    }
}

}  // namespace

void derive_relationships(Schema& schema, const Links& links) {
    schema.relationships.clear();
    const ShownColumns shown(links.view_columns);
    find_keys_of_views(schema, links, shown);
    const std::vector<ShownKey> keys = shown_keys(schema, links, shown);
    for (const ShownKey& key : keys) add_both_ways(schema, key);
    add_junctions(schema, keys);
    add_computed(schema, links.computed);
}

}  // namespace torale::rest
