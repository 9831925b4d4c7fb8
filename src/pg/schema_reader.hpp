// Catalog → rest::Schema: relations, columns, keys, routines of the exposed schemas, and the
// columns behind every view.
#pragma once
#include <string>
#include <vector>

#include "rest/schema.hpp"

namespace torale::pg {

// In a transaction of its own, some ten milliseconds for a hundred tables. Throws Error, and
// ExtensionGone. `timeout_ms` is for a session without a statement_timeout; 0 = none.
rest::Schema read_schema(const std::vector<std::string>& exposed, int timeout_ms);

}  // namespace torale::pg
