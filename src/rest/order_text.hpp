// The text of order → its terms.
#pragma once
#include <vector>

#include "rest/query.hpp"
#include "rest/scanner.hpp"

namespace torale::rest {

bool read_order(Scanner& scanner, std::vector<OrderTerm>& terms);

}  // namespace torale::rest
