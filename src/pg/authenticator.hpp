// The role that web workers connect as: what a request could gain by escaping from its own role.
#pragma once
#include <cstdint>
#include <string>

namespace torale::pg {

struct Authenticator {
    std::uint32_t role = 0;
    std::string problem;  // why no worker may connect as it; "" = it may
};

// Reads shared catalogs alone, in a transaction of its own.
Authenticator find_authenticator(const std::string& name);

}  // namespace torale::pg
