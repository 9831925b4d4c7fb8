// Between rows of torale_internal's functions and the scheduler's values. No transaction here.
#pragma once
#include <string>
#include <vector>

#include "pg/spi.hpp"
#include "scheduler/ports.hpp"

namespace torale::pg {

// A timestamptz as PostgreSQL writes it in UTC.
std::optional<core::Time> read_timestamptz(const std::optional<std::string>& text);

// A task as to_jsonb writes its row, or the input of a preview or suggestion: the same keys.
core::Task read_task(const core::Json& row);

std::vector<scheduler::Claim> read_due_claims(const Rows& rows);
std::vector<scheduler::Claim> read_request_claims(const Rows& rows);
std::vector<scheduler::DeliveryClaim> read_delivery_claims(const Rows& rows);

// The jsonb arguments of torale_internal.finish().
struct FinishArguments {
    std::string runs;
    std::string sources;
    std::string citations;
    std::string memories;
};
FinishArguments write_finished(const std::vector<scheduler::Finished>& finished);

std::string write_checks(const std::vector<scheduler::CheckpointRequest>& requests);
std::string write_deliveries_done(const std::vector<scheduler::DeliveryDone>& done);

}  // namespace torale::pg
