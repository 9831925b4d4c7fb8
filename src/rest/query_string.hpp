// Query string → Query. PostgREST's grammar (filters, select, order, logic trees), PGRST100 with
// the place of the fault for what does not parse. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rest/failure.hpp"
#include "rest/query.hpp"

namespace torale::rest {

// How parameters that are no reserved word are read.
enum class ParameterUse {
    filters,       // relations, and calls by POST
    arguments_too  // calls by GET: what is no filter is an argument
};

Result<Query> parse_query_string(std::string_view query, ParameterUse use);

// "+" is a blank only in a query; nothing for a broken escape or a NUL.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank);
std::string percent_encode(std::string_view text);

// The text after the "=" of select, also used by tests.
Result<std::vector<SelectItem>> parse_select(std::string_view text);

}  // namespace torale::rest
