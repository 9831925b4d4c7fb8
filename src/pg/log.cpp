// ereport(LOG) behind the boundary.
#include "pg/log.hpp"

#include "pg/boundary.hpp"

namespace torale::pg {

void log_line(const std::string& line) {
    guarded([&] { ereport(LOG, (errmsg_internal("torale: %s", line.c_str()))); });
}

}  // namespace torale::pg
