// The GUCs torale.jwt_* and torale.jwks_*: which tokens are good. The secret of HS256 is none of
// them: it is TORALE_JWT_SECRET in the secrets file. Read current_jwt() at a start and after a
// reload.
#pragma once
#include <chrono>
#include <string>
#include <vector>

namespace torale::pg {

struct JwtSettings {
    std::string jwks_url;   // "" = none
    std::string jwks_file;  // "" = none
    std::chrono::seconds jwks_max_age{300};
    std::string issuer;                           // "" = any
    std::vector<std::string> audiences;           // empty = any
    std::vector<std::string> authorized_parties;  // empty = any
    std::string role_claim = "$.role";
    std::chrono::seconds leeway{30};
};

JwtSettings current_jwt();

// Part of define_settings().
void define_jwt_settings();

}  // namespace torale::pg
