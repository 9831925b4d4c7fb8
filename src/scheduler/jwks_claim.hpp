// Keys of a token issuer as they travel between the scheduler and its store: to be fetched, and
// fetched.
#pragma once
#include <optional>
#include <string>

#include "core/clock.hpp"

namespace torale::scheduler {

using core::Time;

struct JwksClaim {
    std::string url;
    int failures = 0;            // in a row, until now
    core::seconds max_age{300};  // after a success it is fetched again this much later
};

// A claim, or when to ask for one again; neither = not before something was written.
struct JwksTurn {
    std::optional<JwksClaim> claim;
    std::optional<Time> next;
};

struct JwksDone {
    std::string url;
    std::string document;  // "" = none came, the one before goes on serving
    std::string error;     // "" = fetched well
    int failures = 0;
    Time next_fetch_at{};
};

// What fetching keys needs from the server.
class JwksStore {
public:
    virtual ~JwksStore() = default;
    virtual JwksTurn claim_jwks(Time now) = 0;
    // Why no token could be checked with this document; "" when one could.
    virtual std::string fault_of(const std::string& document) const = 0;
    virtual void finish_jwks(const JwksDone& done) = 0;
};

}  // namespace torale::scheduler
