// What `target!hint` means from an origin (postgrest.md §6.2), and the errors that say which
// relationships there are.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "rest/relationships.hpp"

namespace torale::rest {
namespace {

constexpr double name_threshold = 0.33;

bool is_single_column(const Relationship& relationship, std::string ColumnPair::*side,
                      const std::string& name) {
    return relationship.columns.size() == 1 && relationship.columns.front().*side == name;
}

bool holds_the_key(const Relationship& relationship) {
    return relationship.cardinality == Cardinality::many_to_one ||
           relationship.cardinality == Cardinality::one_to_one;
}

// One key, two relationships: the name means the many, the column the one.
bool is_meant_in_self_reference(const Relationship& relationship, const std::string& target,
                                const std::string& hint) {
    if (relationship.cardinality == Cardinality::many_to_one) {
        return hint.empty() && is_single_column(relationship, &ColumnPair::origin, target);
    }
    if (relationship.cardinality != Cardinality::one_to_many) return false;
    if (target != relationship.target.name) return false;
    return hint.empty() || hint == relationship.constraint ||
           is_single_column(relationship, &ColumnPair::target, hint);
}

bool is_meant_without_hint(const Relationship& relationship, const std::string& target) {
    if (target == relationship.target.name) return true;
    // Views repeat the keys of their tables: a key or column names the table's relationship.
    if (relationship.target_is_view || relationship.junction) return false;
    return target == relationship.constraint ||
           (holds_the_key(relationship) &&
            is_single_column(relationship, &ColumnPair::origin, target));
}

bool is_meant(const Relationship& relationship, const std::string& target,
              const std::string& hint) {
    if (relationship.function) return target == relationship.function->name;
    if (relationship.origin == relationship.target) {
        return is_meant_in_self_reference(relationship, target, hint);
    }
    if (hint.empty()) return is_meant_without_hint(relationship, target);
    if (target != relationship.target.name) return false;
    if (relationship.junction) return hint == relationship.junction->name.name;
    return hint == relationship.constraint ||
           is_single_column(relationship, &ColumnPair::origin, hint) ||
           is_single_column(relationship, &ColumnPair::target, hint);
}

std::string column_list(const std::vector<ColumnPair>& columns, std::string ColumnPair::*side) {
    std::string list = "(";
    for (const ColumnPair& pair : columns) {
        if (list.size() > 1) list += ", ";
        list += pair.*side;
    }
    return list + ")";
}

const char* cardinality_name(Cardinality cardinality) {
    switch (cardinality) {
        case Cardinality::many_to_one:
            return "many-to-one";
        case Cardinality::one_to_many:
            return "one-to-many";
        case Cardinality::one_to_one:
            return "one-to-one";
        case Cardinality::many_to_many:
            return "many-to-many";
    }
    return "";
}

std::string describe(const Relationship& relationship) {
    if (relationship.function) return relationship.function->name;
    if (relationship.junction) {
        const Junction& junction = *relationship.junction;
        return junction.name.name + " using " + relationship.constraint +
               column_list(junction.to_origin, &ColumnPair::target) + " and " +
               junction.target_constraint + column_list(junction.to_target, &ColumnPair::origin);
    }
    return relationship.constraint + " using " + relationship.origin.name +
           column_list(relationship.columns, &ColumnPair::origin) + " and " +
           relationship.target.name + column_list(relationship.columns, &ColumnPair::target);
}

std::string hint_for(const Relationship& relationship) {
    if (relationship.function) return relationship.function->name;
    return relationship.target.name + "!" +
           (relationship.junction ? relationship.junction->name.name : relationship.constraint);
}

Failure refuse_ambiguity(const Name& origin, const std::string& target,
                         const std::vector<const Relationship*>& found) {
    nlohmann::json details = nlohmann::json::array();
    std::string choices;
    for (const Relationship* each : found) {
        details.push_back({{"cardinality", cardinality_name(each->cardinality)},
                           {"embedding", origin.name + " with " + each->target.name},
                           {"relationship", describe(*each)}});
        if (!choices.empty()) choices += ", ";
        choices += "'" + hint_for(*each) + "'";
    }
    Failure failure;
    failure.status = 300;
    failure.code = "PGRST201";
    failure.message = "Could not embed because more than one relationship was found for '" +
                      origin.name + "' and '" + target + "'";
    failure.details = details.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    failure.details_are_json = true;
    failure.hint = "Try changing '" + target + "' to one of the following: " + choices +
                   ". Find the desired relationship in the 'details' key.";
    return failure;
}

// An origin that has no relationships is likely misspelt itself; else the target is.
std::string suggestion(const Schema& schema, const Name& origin, const std::string& target) {
    const std::vector<Relationship>& own = schema.relationships_of(origin);
    std::vector<std::string> names;
    if (own.empty()) {
        for (const auto& [name, relationships] : schema.relationships) {
            if (name.schema == origin.schema && !relationships.empty()) names.push_back(name.name);
        }
    } else {
        for (const Relationship& each : own) {
            if (each.target.schema == origin.schema) names.push_back(each.target.name);
        }
    }
    const std::string& wrong = own.empty() ? origin.name : target;
    const std::optional<std::string> nearest = nearest_name(wrong, names, name_threshold);
    if (!nearest || *nearest == wrong) return "";
    return "Perhaps you meant '" + *nearest + "' instead of '" + wrong + "'.";
}

}  // namespace

Failure no_relationship(const Schema& schema, const Name& origin, const std::string& target,
                        const std::string& hint) {
    const std::string both = "'" + origin.name + "' and '" + target + "'";
    const std::string with_hint = hint.empty() ? "" : " using the hint '" + hint + "'";
    Failure failure;
    failure.status = 400;
    failure.code = "PGRST200";
    failure.message = "Could not find a relationship between " + both + " in the schema cache";
    failure.details = "Searched for a foreign key relationship between " + both + with_hint +
                      " in the schema '" + origin.schema + "', but no matches were found.";
    failure.hint = suggestion(schema, origin, target);
    return failure;
}

Result<Relationship> choose_relationship(const Schema& schema, const Name& origin,
                                         const std::string& target, const std::string& hint) {
    std::vector<const Relationship*> found;
    for (const Relationship& each : schema.relationships_of(origin)) {
        if (each.target.schema == origin.schema && is_meant(each, target, hint)) {
            found.push_back(&each);
        }
    }
    if (found.empty()) return no_relationship(schema, origin, target, hint);
    // A computed relationship means to replace what was detected.
    const auto computed = std::find_if(found.begin(), found.end(), [](const Relationship* each) {
        return each->function.has_value();
    });
    if (computed != found.end()) return **computed;
    if (found.size() > 1) return refuse_ambiguity(origin, target, found);
    return *found.front();
}

}  // namespace torale::rest
