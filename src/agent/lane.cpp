// Which providers a run can use.
#include "agent/lane.hpp"

namespace torale::agent {

Lane usable_lane(const std::vector<providers::Provider>& candidates) {
    Lane lane;
    for (const providers::Provider& provider : candidates) {
        if (!providers::is_usable(provider)) continue;
        if (!works_without_call(*providers::find_adapter(provider.adapter))) {
            lane.providers.push_back(&provider);
        } else if (lane.providers.empty()) {
            lane.providers.push_back(&provider);
            break;
        }
    }
    return lane;
}

}  // namespace torale::agent
