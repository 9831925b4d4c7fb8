// The providers of one kind that a run can use now, in order, and how far it got.
#pragma once
#include <cstddef>
#include <vector>

#include "providers/catalog.hpp"

namespace torale::agent {

struct Lane {
    std::vector<const providers::Provider*> providers;
    std::size_t at = 0;
    int attempt = 0;  // failed sends to the current one

    bool is_empty() const { return providers.empty(); }
    bool has_next() const { return at + 1 < providers.size(); }
    const providers::Provider& current() const { return *providers[at]; }
    const providers::Adapter& adapter() const {
        return *providers::find_adapter(current().adapter);
    }
    void advance() {
        ++at;
        attempt = 0;
    }
};

// Of `candidates`, which must outlive the lane. A local provider is used when it comes first and
// never as a fallback: an outage of the real search must not read as "nothing found".
Lane usable_lane(const std::vector<providers::Provider>& candidates);

}  // namespace torale::agent
