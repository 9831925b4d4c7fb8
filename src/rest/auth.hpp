// Who asks: what a request carries, and whether its token is good. JWT: HS256, RS256, ES256 and
// nothing else. API keys are looked up by their hash. Pure: keys, policy and time come in.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/http.hpp"
#include "core/json.hpp"
#include "rest/failure.hpp"

namespace torale::rest {

struct Credential {
    enum class Kind { none, jwt, api_key };
    Kind kind = Kind::none;
    std::string token;
};

// Authorization: Bearer, else the apikey header, else the cookie __session, which counts only when
// the request comes from no page of another origin. PGRST301 for an empty bearer or a token above
// 8 KiB.
Result<Credential> read_credential(const core::HttpRequest& request);

// SHA-256 of an API key in lower-case hex: what the database knows of it.
std::string api_key_hash(std::string_view key);

// Verification keys by algorithm: one HS256 secret, and public keys from JWKS documents.
class KeySet {
public:
    KeySet();
    ~KeySet();
    KeySet(KeySet&&) noexcept;
    KeySet& operator=(KeySet&&) noexcept;

    // The secret must have 32 bytes at least.
    core::Result<bool> add_secret(std::string_view secret);
    // {"keys":[…]}; keys of other types or uses are left out, as are secrets, private keys, RSA
    // below 2048 bits and what exceeds 64 keys. How many were taken.
    core::Result<int> add_jwks(std::string_view document);
    bool is_empty() const;

    struct State;
    const State& state() const { return *state_; }

private:
    std::unique_ptr<State> state_;
};

struct TokenPolicy {
    std::string issuer;                  // "" = any
    std::vector<std::string> audiences;  // empty = any
    std::vector<std::string>
        authorized_parties;  // azp; empty = any, else a token without azp is refused
    core::seconds leeway{30};
    std::string role_claim = "$.role";  // JSON path, or the old .a.b[0]
};

struct Verified {
    core::Json claims;                // an object
    std::optional<std::string> role;  // what role_claim names
    std::string subject;              // "" when absent
};

// Whether the failure may go away with newer keys (unknown kid, bad signature).
bool is_key_failure(const Failure& failure);

// PGRST300 without any key, PGRST301 for the token, PGRST303 for its claims.
Result<Verified> verify_token(std::string_view token, const KeySet& keys, const TokenPolicy& policy,
                              core::Time now);
// The signature alone, then the claims alone: a cache keeps the first, time needs the second.
Result<core::Json> verify_signature(std::string_view token, const KeySet& keys);
Result<Verified> check_claims(core::Json claims, const TokenPolicy& policy, core::Time now);

}  // namespace torale::rest
