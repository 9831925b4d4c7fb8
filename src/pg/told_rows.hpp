// Rows of torale_internal.told_findings() and fingerprints, as the agent reads them.
#pragma once
#include <cstdint>
#include <vector>

#include "pg/spi.hpp"
#include "scheduler/ports.hpp"

namespace torale::pg {

TextArray tasks_of(const std::vector<scheduler::ToldRequest>& requests);

// `rows`: (task_id, findings), one a task at most. In the order of the requests.
std::vector<agent::ToldFindings> read_told_findings(
    const Rows& rows, const std::vector<scheduler::ToldRequest>& requests);

// A text[] of signed numbers, or null.
std::vector<std::uint64_t> read_fingerprints(const Value& value);

}  // namespace torale::pg
