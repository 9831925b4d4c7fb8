// The parts of the OpenAPI document, shared by openapi*.cpp.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "rest/openapi.hpp"

namespace torale::rest {

// "#/definitions/odd%20name": a JSON pointer inside a URI.
core::OrderedJson reference(std::string_view section, std::string_view key);
// Keys under "definitions" and "parameters". Whatever is more than a letter, a digit, an underscore
// or a dash is $ and two hex digits in a parameter's key, so that ("a.b", "c") and ("a", "b.c")
// differ; a definition is called as its relation, with this form for names that hold a percent
// sign: readers of references decode it once too often.
std::string definition_key(const Name& relation);
std::string filter_key(const Relation& relation, const Column& column);
std::string body_key(const Relation& relation);
// Columns and arguments that a query can name: reserved words are taken.
bool can_stand_in_query(std::string_view name);

// {"type":…,"format":…} of an SQL type as for a cast; without a type for json.
core::OrderedJson type_schema(std::string_view sql_type);
core::OrderedJson column_schema(const Column& column);
core::OrderedJson relation_schema(const Schema& schema, const Relation& relation);

// The shared parameters, and those of every listed relation.
core::OrderedJson openapi_parameters(const std::vector<const Relation*>& relations);

core::OrderedJson relation_path(const Relation& relation);
// `listed`: relations that have a definition to refer to.
core::OrderedJson routine_path(const std::vector<Routine>& overloads, const std::set<Name>& listed);

// A comment's first line as summary, the rest as description.
void add_comment(core::OrderedJson& object, std::string_view comment);

}  // namespace torale::rest
