// Inside of a KeySet: each key is bound to the one algorithm it may check, so that a public key
// can never serve as a shared secret.
#pragma once
#include <cjose/jwk.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rest/auth.hpp"
#include "rest/token.hpp"

namespace torale::rest {

struct JwkRelease {
    void operator()(cjose_jwk_t* jwk) const { cjose_jwk_release(jwk); }
};
using Jwk = std::unique_ptr<cjose_jwk_t, JwkRelease>;

struct VerificationKey {
    TokenAlgorithm algorithm = TokenAlgorithm::hs256;
    std::optional<std::string> id;  // kid; only ever compared
    Jwk jwk;
};

struct KeySet::State {
    std::vector<VerificationKey> keys;
};

}  // namespace torale::rest
