// What the plans of reads, writes and calls have in common.
#pragma once
#include <string>
#include <vector>

#include "rest/plan.hpp"

namespace torale::rest {

// The root's rows are read from these CTEs: what a write returned, what a call returned.
constexpr const char* written_cte = "_written";
constexpr const char* called_cte = "_called";
// The one column of a call's rows that are plain values.
constexpr const char* scalar_column = "pgrst_scalar";

// PGRST205.
Result<const Relation*> require_relation(const Schema& schema, const Ask& ask);

// The last steps of every plan: media, strict preferences, Preference-Applied. PGRST107, 122.
Result<Plan> finish_plan(Plan plan, const Ask& ask);

// Those of the wishes that mean something here, in PostgREST's order; "" = none.
std::string applied_preferences(const Ask& ask, const Plan& plan);

bool is_strict(const Ask& ask);
// What reads of relations and of results share.
ReadWishes read_wishes(const Ask& ask, const PlanWishes& wishes);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace torale::rest
