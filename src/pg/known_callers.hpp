// The usual case of admission, in one index lookup: a user or a key of a user that was let in
// within the last minute. Who is not known, is refused or is to be noted is for
// torale_internal.admit_user() and admit_key(), which decide alone about all others.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace torale::pg {

// In a request's transaction, as the authenticator. Nothing: ask the functions. Throw Error.
std::optional<std::string> role_of_known_user(const std::string& subject,
                                              const std::optional<std::string>& claimed);
struct KnownKey {
    std::string id;
    std::string owner;
    std::int64_t requests_per_minute = 0;  // 0 = the setting
};
// Always of the role torale_user.
std::optional<KnownKey> known_key(const std::string& hash);

}  // namespace torale::pg
