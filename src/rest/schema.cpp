// Lookups in the snapshot of the catalog.
#include "rest/schema.hpp"

#include <algorithm>

namespace torale::rest {

const Column* Relation::find(std::string_view column) const {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const Column& each) { return each.name == column; });
    return found == columns.end() ? nullptr : &*found;
}

const Relation* Schema::find_relation(const Name& name) const {
    const auto found = relations.find(name);
    return found == relations.end() ? nullptr : &found->second;
}

const std::vector<Relationship>& Schema::relationships_of(const Name& origin) const {
    static const std::vector<Relationship> none;
    const auto found = relationships.find(origin);
    return found == relationships.end() ? none : found->second;
}

const std::vector<Routine>& Schema::overloads(const Name& name) const {
    static const std::vector<Routine> none;
    const auto found = routines.find(name);
    return found == routines.end() ? none : found->second;
}

}  // namespace torale::rest
