// Refusals that more than one door of the server gives, in the words of PostgREST where it has
// them.
#pragma once
#include "rest/failure.hpp"

namespace torale::rest {

// PGRST302: no credential, and nobody is let in without one.
Failure anonymous_refused();
// 429 for an address that brought too many bad credentials.
Failure locked_out();

}  // namespace torale::rest
