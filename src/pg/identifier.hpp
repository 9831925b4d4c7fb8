// Identifiers, signing secrets and tokens, from the system's CSPRNG.
#pragma once
#include <string>

#include "core/clock.hpp"

namespace torale::pg {

// UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 bits of the fraction of the millisecond so that
// one process's ids are in order, 62 random bits. `bytes` has room for 16.
void write_uuid_v7(unsigned char* bytes, core::Time now);

// 8-4-4-4-12 lower-case hex digits.
std::string uuid_text(const unsigned char* bytes);

std::string new_uuid_v7(core::Time now);

// whsec_ and 32 random bytes in base64, the form of Standard Webhooks.
std::string new_signing_secret();

// So many random bytes in base64url without padding: 43 characters for 32.
std::string new_token(int bytes);

}  // namespace torale::pg
