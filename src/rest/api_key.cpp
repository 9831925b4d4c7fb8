// API keys: 256 random bits need no salt and no slow hash.
#include "core/text.hpp"
#include "rest/auth.hpp"

namespace torale::rest {

std::string api_key_hash(std::string_view key) {
    return core::sha256_hex(key);
}

}  // namespace torale::rest
