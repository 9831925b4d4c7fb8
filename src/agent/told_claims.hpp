// The two sides of a comparison, read once: what was told, and what a finding cites.
#pragma once
#include <cstddef>
#include <vector>

#include "agent/briefing.hpp"
#include "agent/likeness.hpp"
#include "agent/story.hpp"
#include "core/task.hpp"

namespace torale::agent {

struct ToldClaim {
    std::size_t finding = 0;  // index into told
    Claim claim;
    Story story;
};
struct Told {
    const std::vector<ToldFinding>& findings;
    std::vector<ToldClaim> claims;  // in the order of the findings: newest first
    std::vector<ToldContext> contexts;
};

struct Cited {
    const core::Source* source = nullptr;
    Claim claim;
    Story story;
    core::Time reference{};
};

Told read_told(const std::vector<ToldFinding>& findings);
// `reference` gives years that undated sources leave out.
std::vector<Cited> read_cited(const core::Judgement& judgement,
                              const std::vector<core::Source>& sources, core::Time reference);

}  // namespace torale::agent
