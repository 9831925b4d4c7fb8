// Is this finding the same event as one the owner was told? Four layers: the same source, or the
// same quote at the same address; nearly the same words, or one story of the same days; shared
// content words with a veto on other values, names and polarity; and a model for the rest.
#pragma once
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/briefing.hpp"
#include "core/result.hpp"
#include "core/retry.hpp"

namespace torale::agent {

enum class Relation { fresh, same, update, contradiction, retraction };
const char* name_of(Relation relation);  // new, same, update, contradiction, retraction

struct Resolution {
    // Of a contested finding: what it counts as when no model is asked.
    Relation relation = Relation::fresh;
    std::string earlier_id;  // the told finding it relates to; "" when fresh
    bool is_contested = false;
    std::vector<std::size_t> candidates;  // at most 5 indices into told, best first
    // Indices into told that the finding may be the same as: reported in the same days, or sharing
    // a value. A model's `same` is not believed about others.
    std::set<std::size_t> believable;
    std::string why;
    bool operator==(const Resolution&) const = default;
};

// Who settles a doubt. With a model all that is neither surely the same nor like nothing that was
// told is contested; without one only what no rule decides.
enum class Reader { none, model };

// `told`: newest first, inside the task's horizon; empty = nothing to repeat. A finding with
// several citations is `same` only when each cited claim was told.
Resolution resolve(const core::Judgement& judgement, const std::vector<core::Source>& sources,
                   const std::vector<ToldFinding>& told, Reader reader = Reader::none);

// Asks a model about a contested finding. The candidates are numbered from 1, best first.
providers::Prompt render_adjudication(const Briefing& briefing, const core::Judgement& judgement,
                                      const std::vector<core::Source>& sources,
                                      const std::vector<ToldFinding>& told,
                                      const Resolution& contested);
// What the model answered, settled: never contested. The failure is bad_reply with what was wrong.
core::Result<Resolution, core::Failure> read_adjudication(std::string_view answer,
                                                          const std::vector<ToldFinding>& told,
                                                          const Resolution& contested);
// Without a model: the relation that resolve() gave with the doubt. What is alike and of the same
// days is the same; all other doubt is told, since told twice is a nuisance and not at all a loss.
Resolution settle_contested(const Resolution& contested);

}  // namespace torale::agent
