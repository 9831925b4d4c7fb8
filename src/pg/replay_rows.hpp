// A replay as torale_internal.replay_case() writes it: the sources that were judged, in the order
// in which they were judged, and the instant.
#pragma once
#include "core/json.hpp"
#include "scheduler/claim.hpp"

namespace torale::pg {

// Fills all but the judges: claim.judge names the one.
void read_replay(const core::Json& replay, scheduler::Claim& claim);

// The whole replay at once, by the rules judge: {verdict, evidence, quote, url}; without a verdict
// the evidence says why there is none.
core::Json replay_by_rules(const core::Json& replay);

}  // namespace torale::pg
