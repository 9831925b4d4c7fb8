// The scheduler's store for the keys of a token issuer: one row for torale.jwt_jwks_url, in the
// database that HTTP serves.
#pragma once
#include <optional>
#include <string>

#include "scheduler/jwks_claim.hpp"

namespace torale::pg {

class SqlJwksStore final : public scheduler::JwksStore {
public:
    explicit SqlJwksStore(std::string database) : database_(std::move(database)) {}

    scheduler::JwksTurn claim_jwks(core::Time now) override;
    std::string fault_of(const std::string& document) const override;
    void finish_jwks(const scheduler::JwksDone& done) override;

private:
    std::string database_;
    std::optional<std::string> url_;  // as it was claimed last
    int failures_ = 0;                // as they were then
};

}  // namespace torale::pg
