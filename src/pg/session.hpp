// How a worker enters a database: signals, its place in shared memory, the connection, and the
// session settings that nobody's ALTER DATABASE or ALTER ROLE may bend.
#pragma once
#include <cstdint>
#include <string>

#include "pg/shared.hpp"

namespace torale::pg {

struct WorkerStart {
    WorkerKind kind = WorkerKind::scheduler;
    std::uint32_t database = 0;
    std::uint32_t role = 0;  // 0 = the bootstrap superuser, for probes only
};

// False when this worker is not wanted (blocked database, a twin): leave at once, with exit
// code 0. From here SIGTERM is a request, see waiter.hpp.
bool begin_session(const WorkerStart& start);

std::string database_name(std::uint32_t database);  // "" when there is none

}  // namespace torale::pg
