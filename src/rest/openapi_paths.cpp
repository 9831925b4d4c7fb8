// Paths of the OpenAPI document: a relation's methods, and a function's.
#include <algorithm>
#include <map>

#include "rest/openapi_parts.hpp"

namespace torale::rest {

namespace {

using core::OrderedJson;

OrderedJson response(const char* description) {
    return {{"description", description}};
}

OrderedJson shared(std::initializer_list<const char*> keys) {
    OrderedJson list = OrderedJson::array();
    for (const char* key : keys) list.push_back(reference("parameters", key));
    return list;
}

void add_filters(OrderedJson& list, const Relation& relation) {
    for (const Column& column : relation.columns) {
        if (!can_stand_in_query(column.name)) continue;
        list.push_back(reference("parameters", filter_key(relation, column)));
    }
}

OrderedJson operation(const Relation& relation, OrderedJson parameters, OrderedJson responses) {
    OrderedJson object{{"tags", OrderedJson::array({relation.name.name})}};
    add_comment(object, relation.comment);
    object["parameters"] = std::move(parameters);
    object["responses"] = std::move(responses);
    return object;
}

OrderedJson read_operation(const Relation& relation) {
    OrderedJson parameters = OrderedJson::array();
    add_filters(parameters, relation);
    for (OrderedJson& one :
         shared({"select", "order", "range", "rangeUnit", "offset", "limit", "preferCount"})) {
        parameters.push_back(std::move(one));
    }
    OrderedJson rows = response("OK");
    rows["schema"] = {{"type", "array"},
                      {"items", reference("definitions", definition_key(relation.name))}};
    return operation(relation, std::move(parameters),
                     {{"200", std::move(rows)}, {"206", response("Partial Content")}});
}

OrderedJson insert_operation(const Relation& relation) {
    OrderedJson parameters = shared({"select", "on_conflict", "preferPost"});
    parameters.insert(parameters.begin(), reference("parameters", body_key(relation)));
    return operation(relation, std::move(parameters), {{"201", response("Created")}});
}

OrderedJson change_operation(const Relation& relation, bool has_body) {
    OrderedJson parameters = OrderedJson::array();
    add_filters(parameters, relation);
    if (has_body) parameters.push_back(reference("parameters", body_key(relation)));
    parameters.push_back(reference("parameters", "preferReturn"));
    return operation(relation, std::move(parameters), {{"204", response("No Content")}});
}

// The parameters of several overloads as one list: each name once, and required only where every
// overload requires it.
std::vector<RoutineParameter> merged_parameters(const std::vector<const Routine*>& overloads) {
    std::vector<RoutineParameter> merged;
    std::map<std::string, std::size_t> required_in;
    for (const Routine* routine : overloads) {
        for (const RoutineParameter& one : routine->parameters) {
            if (one.is_required) ++required_in[one.name];
            const bool is_known =
                std::any_of(merged.begin(), merged.end(),
                            [&](const RoutineParameter& known) { return known.name == one.name; });
            if (!is_known && !one.name.empty()) merged.push_back(one);
        }
    }
    for (RoutineParameter& one : merged)
        one.is_required = required_in[one.name] == overloads.size();
    return merged;
}

// A parameter of a query needs a type; an array is written {1,2}, variadic ones come repeatedly.
OrderedJson query_parameter(const RoutineParameter& one) {
    OrderedJson object{{"name", one.name}, {"in", "query"}, {"required", one.is_required}};
    const OrderedJson schema = type_schema(one.type);
    if (one.is_variadic && schema.contains("items") && schema["items"].contains("type")) {
        object["type"] = "array";
        object["items"] = schema["items"];
        object["collectionFormat"] = "multi";
        return object;
    }
    const bool is_scalar = schema.contains("type") && schema["type"] != "array";
    object["type"] = is_scalar ? schema["type"] : OrderedJson("string");
    object["format"] = is_scalar ? schema["format"] : OrderedJson(one.type);
    return object;
}

OrderedJson body_parameter(const std::vector<const Routine*>& overloads) {
    OrderedJson required = OrderedJson::array();
    OrderedJson properties = OrderedJson::object();
    for (const RoutineParameter& one : merged_parameters(overloads)) {
        if (one.is_required) required.push_back(one.name);
        properties[one.name] = type_schema(one.type);
    }
    OrderedJson schema = OrderedJson::object();
    const auto& first = overloads.front()->parameters;
    const bool is_unnamed = properties.empty() && first.size() == 1;
    const bool is_required = is_unnamed || !required.empty();
    if (is_unnamed) {
        schema = type_schema(first.front().type);  // unnamed: the body itself
    } else {
        schema["type"] = "object";
        if (!required.empty()) schema["required"] = std::move(required);
        schema["properties"] = std::move(properties);
    }
    return {
        {"name", "args"}, {"in", "body"}, {"required", is_required}, {"schema", std::move(schema)}};
}

OrderedJson result_schema(const Routine& routine, const std::set<Name>& listed) {
    OrderedJson row = {{"type", "object"}};
    if (routine.return_relation && listed.contains(*routine.return_relation)) {
        row = reference("definitions", definition_key(*routine.return_relation));
    } else if (!routine.returns_composite) {
        row = type_schema(routine.return_type);
    }
    if (!routine.returns_set) return row;
    return {{"type", "array"}, {"items", std::move(row)}};
}

OrderedJson call_operation(const std::vector<const Routine*>& overloads, OrderedJson parameters,
                           const std::set<Name>& listed) {
    const Routine& first = *overloads.front();
    OrderedJson object{{"tags", OrderedJson::array({"(rpc) " + first.name.name})}};
    add_comment(object, first.comment);
    for (OrderedJson& one : first.returns_composite
                                ? shared({"select", "order", "offset", "limit", "preferCount"})
                                : OrderedJson::array()) {
        parameters.push_back(std::move(one));
    }
    object["parameters"] = std::move(parameters);
    OrderedJson result = response(first.returns_void ? "No Content" : "OK");
    if (!first.returns_void) result["schema"] = result_schema(first, listed);
    object["responses"] = {{first.returns_void ? "204" : "200", std::move(result)}};
    return object;
}

}  // namespace

OrderedJson relation_path(const Relation& relation) {
    OrderedJson path{{"get", read_operation(relation)}};
    if (relation.is_insertable) path["post"] = insert_operation(relation);
    if (relation.is_updatable) path["patch"] = change_operation(relation, true);
    if (relation.is_deletable) path["delete"] = change_operation(relation, false);
    return path;
}

OrderedJson routine_path(const std::vector<Routine>& overloads, const std::set<Name>& listed) {
    std::vector<const Routine*> all;
    std::vector<const Routine*> readers;
    for (const Routine& one : overloads) {
        all.push_back(&one);
        if (one.volatility != Volatility::volatile_) readers.push_back(&one);
    }
    OrderedJson path = OrderedJson::object();
    if (!readers.empty()) {
        OrderedJson parameters = OrderedJson::array();
        for (const RoutineParameter& one : merged_parameters(readers)) {
            if (can_stand_in_query(one.name)) parameters.push_back(query_parameter(one));
        }
        path["get"] = call_operation(readers, std::move(parameters), listed);
    }
    path["post"] = call_operation(all, OrderedJson::array({body_parameter(all)}), listed);
    return path;
}

}  // namespace torale::rest
