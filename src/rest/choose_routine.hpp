// Which overload a call means. Names decide, and for bodies that are no arguments their type;
// types of parameters never do. Pure.
#pragma once
#include <string>
#include <vector>

#include "rest/ask.hpp"
#include "rest/schema.hpp"

namespace torale::rest {

struct RoutineChoice {
    const Routine* routine = nullptr;
    bool takes_raw_body = false;  // the single unnamed parameter
};

// `names`: of the arguments given, sorted. PGRST202, 203.
Result<RoutineChoice> choose_routine(const Schema& schema, const Ask& ask,
                                     const std::vector<std::string>& names);

}  // namespace torale::rest
