// For who opens and ends a transaction itself: what pg::Transaction is made of.
#pragma once
#include <vector>

#include "pg/spi.hpp"

namespace torale::pg {

// Inside a transaction with SPI connected already.
Rows run_connected(const char* sql, const std::vector<Parameter>& parameters = {});

// Whatever state the transaction of this process is in. FATAL when even that fails.
void abort_transaction() noexcept;

// A share lock on the extension until the transaction ends; false when there is none any more.
// May raise.
bool lock_extension();

}  // namespace torale::pg
