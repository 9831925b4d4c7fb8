// Fetches the keys that web workers check tokens with: when they are old, or when a worker met a
// token of a key that it does not know. What was good goes on serving while a fetch fails.
#pragma once
#include <optional>

#include "core/retry.hpp"
#include "net/loop.hpp"
#include "scheduler/jwks_claim.hpp"

namespace torale::scheduler {

class Jwks {
public:
    Jwks(JwksStore& store, net::Loop& net) : store_(store), net_(net) {}

    void turn(Time now);
    // False when the transfer is not ours.
    bool accept(const net::Completion& completion, Time now);
    void look_again() { look_again_ = true; }
    void set_active(bool is_active) { is_active_ = is_active; }
    // When turn() has something to do without a completion; nothing = only when told.
    std::optional<Time> next_turn() const;

private:
    JwksStore& store_;
    net::Loop& net_;
    std::optional<JwksClaim> claim_;  // under way
    std::uint64_t transfer_ = 0;
    std::optional<JwksDone> done_;
    std::optional<Time> next_due_;
    Time next_look_{};
    bool look_again_ = true;
    bool is_active_ = false;
};

// GET through the egress guard as a provider's: like theirs, the address is the administrator's.
core::Request jwks_request(const JwksClaim& claim);

// When it is fetched next: at its age, or after a pause that doubles with each failure from ten
// seconds to ten minutes and is never shorter than what the issuer asked for, up to an hour.
// `unit_random` in [0, 1).
JwksDone settle_jwks(const JwksClaim& claim, const std::optional<core::Failure>& failure, Time now,
                     double unit_random);

}  // namespace torale::scheduler
