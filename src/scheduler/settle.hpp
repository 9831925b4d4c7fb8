// What the end of a run means for its task and its slots: core::decide with what the scheduler
// knows.
#pragma once
#include "scheduler/limits.hpp"
#include "scheduler/run_in_flight.hpp"
#include "scheduler/throttle.hpp"

namespace torale::scheduler {

// Where a run that met a provider's outage waits in the queue; nothing when it met none. It keeps
// its place, so that the backlog drains in due order; only a probe goes behind those who are due
// by then, so that no single task can keep a provider closed to all others.
std::optional<Time> place_in_line(const Ended& ended, const Throttle& throttle, Time now);

Finished settle(Ended ended, std::optional<Time> put_off_to, const Limits& limits, Time now);

}  // namespace torale::scheduler
