// Which providers of one kind a run that starts now may use, and how many runs they can take.
#pragma once
#include <optional>
#include <vector>

#include "scheduler/throttle.hpp"

namespace torale::scheduler {

struct Supply {
    // By priority. Without any the run says that nothing can be searched, or judged.
    std::vector<const ProviderState*> usable;
    // There are some, and all are left alone: nothing that needs the kind may start.
    bool is_out = false;
    std::optional<Time> out_until;  // nothing: until a probe that is under way ends
    bool has_probe = false;         // some usable one wants one probe first
    bool is_probe = false;          // every one does: one run may start
    std::optional<int> runs_max;    // in flight, by rate and concurrency of the first

    std::vector<providers::Provider> providers() const;
};

// A built-in provider counts when it stands before every other one: used as a fallback, an
// outage of the real search would read as "nothing found".
Supply supply_of(const std::vector<ProviderState>& configured, const Throttle& throttle, Time now);

// How many runs may start now, and until when at least none may.
struct Room {
    int runs = 0;
    bool is_probe = false;
    std::optional<Time> none_until;
};

}  // namespace torale::scheduler
