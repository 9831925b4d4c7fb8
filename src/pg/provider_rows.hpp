// Rows of torale.providers with their keys and their pauses.
#pragma once
#include <string>
#include <vector>

#include "pg/secrets.hpp"
#include "pg/spi.hpp"
#include "scheduler/ports.hpp"

namespace torale::pg {

// Fills the lists of `state` with what is enabled and has its key, by priority.
void read_providers(Transaction& transaction, const Secrets& secrets,
                    scheduler::ServerState& state);

// For torale_internal.keep_providers().
std::string write_changes(const std::vector<scheduler::ProviderChange>& changes);

}  // namespace torale::pg
