// (term, term, …) of and= and or= → a tree of conditions.
#pragma once
#include <vector>

#include "rest/query.hpp"
#include "rest/scanner.hpp"

namespace torale::rest {

// The parentheses and what is in them, to the end of the text.
bool read_logic(Scanner& scanner, std::vector<Condition>& terms);

}  // namespace torale::rest
