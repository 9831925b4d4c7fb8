// From what a judge says to what torale claims: verified quotes, computed confidence, and no
// text that links to anywhere but the sources.
#pragma once
#include <string>
#include <vector>

#include "core/task.hpp"

namespace torale::agent {

struct Settled {
    core::Judgement judgement;
    core::Confidence confidence;
    std::string fingerprint;  // "" unless met
    int dropped_citations = 0;
    bool demoted = false;  // it was `met` without one quote that stands in a source
};

// A `met` always has a notification afterwards, any other verdict never has one.
Settled settle_judgement(core::Judgement judgement, const std::vector<core::Source>& sources,
                         core::Time now);

}  // namespace torale::agent
