// The worker of one database: from its start to the loop that runs tasks.
#pragma once
#include <cstdint>
#include <string>

namespace torale::pg {

struct SchedulerContext {
    std::uint32_t database = 0;
    std::string database_name;
};

// Returns when SIGTERM asks for it. Throws ExtensionGone when there is nothing left to serve.
void run_scheduler(SchedulerContext& context);

}  // namespace torale::pg
