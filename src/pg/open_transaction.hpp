// For who opens and ends a transaction itself: what pg::Transaction is made of.
#pragma once
#include <string>
#include <vector>

#include "pg/spi.hpp"

namespace torale::pg {

struct Opening {
    const char* activity;  // as in Transaction
    int timeout_ms = 0;    // of the whole transaction; 0 = none
    Hold hold = Hold::extension;
    std::string isolation{};  // "" = the session's
};

// With SPI connected and a snapshot. Throws Error and ExtensionGone, and then nothing is open.
void open_transaction(const Opening& opening);

// Throws what a deferred constraint raises; the transaction is then there to abort. Who has
// committed calls report_idle() once nothing is left to do.
void commit_transaction();
void report_idle();

// Whatever state the transaction of this process is in. FATAL when even that fails.
void abort_transaction() noexcept;

// Inside a transaction with SPI connected already.
Rows run_connected(const char* sql, const std::vector<Parameter>& parameters = {});

// Until the transaction ends. Inside a guard.
void set_local(const char* name, const std::string& value);

// Core arms it for client statements only: in a worker SPI would run for ever. 0 = leave it. Inside
// a guard.
void arm_timeout(int milliseconds);

}  // namespace torale::pg
