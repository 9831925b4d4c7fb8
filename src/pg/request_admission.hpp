// Credential → Identity: what the tables of users and keys say about who asks.
#pragma once
#include <optional>

#include "pg/request_database.hpp"

namespace torale::pg {

// In a request's transaction, as the authenticator. Throws Error when the tables cannot be read.
rest::Result<rest::Identity> admit_request(const RequestDatabaseOptions& options,
                                           const rest::Credential& credential,
                                           const std::optional<rest::Verified>& token);

}  // namespace torale::pg
