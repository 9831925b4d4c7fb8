// A debug point of developers: torale.debug_crash_after lets the scheduler kill itself where a
// test wants to see a crash.
#pragma once
#include <vector>

#include "scheduler/ports.hpp"

namespace torale::pg {

// Before the reserved prefix is.
void define_debug_settings();

// Right after a commit: SIGKILL when it held a reply whose key begins as the setting says.
void crash_after(const std::vector<scheduler::CheckpointRequest>& committed);

// Right before the finishing transaction, when the setting is `finish`. First attempts alone: a
// second one has to get through.
void crash_before(const std::vector<scheduler::Finished>& finished);

}  // namespace torale::pg
