// Nothing is claimed that the stored sources do not say: keeps only citations whose quote
// stands in the source, and takes back a `met` that has none.
#pragma once
#include <vector>

#include "core/task.hpp"

namespace torale::agent {

struct Grounded {
    core::Judgement judgement;  // citations verified; quotes are the source's own bytes
    int dropped_citations = 0;
    bool demoted = false;  // met → unknown, for lack of a verified quote
};

// Citations that name no source, are empty after folding, are shorter than a word, or do not
// occur are dropped. Quotes longer than 300 characters are cut at a boundary.
Grounded ground(core::Judgement judgement, const std::vector<core::Source>& sources);

// Computed from the cited sources, all 0 when nothing is cited:
// value = 0.3 independent_domains + 0.3 quote_strength + 0.2 date_certainty + 0.2 agreement.
// Domains: one 40, two 70, three 90, four 100. Quote strength, of the strongest: 8 a distinct
// word, 20 more with a value in it. Date certainty: mean of 100 dated, 30 undated, 0 dated in
// the future. Agreement: share of the pairs of sources that name the same value; 50 for one.
core::Confidence compute_confidence(const core::Judgement& judgement,
                                    const std::vector<core::Source>& sources, core::Time now);

// SHA-256 over the sorted, folded quotes: equal for the same finding.
std::string fingerprint(const core::Judgement& judgement);

}  // namespace torale::agent
