// What the worker functions of SQL need from PostgreSQL: names, rights, rows.
#pragma once
#include <cstdint>

struct FunctionCallInfoBaseData;

namespace torale::pg {

// The database named by a `name` Datum, if the caller may stop its workers: its owner, a
// superuser. Throws Error.
std::uint32_t controlled_database(std::uintptr_t name);

// Fills the result of torale_internal.worker_rows(): pid int, database oid, kind text, state
// text, in_flight bigint, due bigint, lag interval, started_at timestamptz, last_error text.
void put_worker_rows(FunctionCallInfoBaseData* call);

}  // namespace torale::pg
