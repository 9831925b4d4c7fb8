// [not.] operator [modifier] . value → Filter.
#pragma once
#include "rest/query.hpp"
#include "rest/scanner.hpp"

namespace torale::rest {

// How far a value goes: in a parameter to the end, raw; in a tree to "," or ")", with quotes.
enum class ValueEnd { of_text, of_term };

// All of `filter` but its field.
bool read_operation(Scanner& scanner, ValueEnd end, Filter& filter);

}  // namespace torale::rest
