// What the worker functions of SQL need from PostgreSQL: names, rights, rows. Includes Postgres,
// as only functions_worker.cpp uses it.
#pragma once
#include "pg/postgres.hpp"

namespace torale::pg {

// The database named by a `name` Datum, if the caller may stop its workers: its owner, a
// superuser. Throws Error.
Oid controlled_database(Datum name);

// Fills the result of torale_internal.worker_rows(): pid int, database oid, kind text, state
// text, in_flight bigint, due bigint, lag interval, started_at timestamptz, last_error text.
void put_worker_rows(FunctionCallInfo call);

}  // namespace torale::pg
