// SQL-callable functions about workers and about who is asking. Three lines each; the work is
// elsewhere.
#include "pg/boundary.hpp"
#include "pg/owner.hpp"
#include "pg/shared.hpp"
#include "pg/wake.hpp"
#include "pg/worker_control.hpp"

using namespace torale::pg;

// torale.current_owner() → text, STABLE
TORALE_FUNCTION(torale_current_owner) {
    varlena* owner = entry([] { return current_owner_text(); });
    if (owner == nullptr) PG_RETURN_NULL();
    PG_RETURN_TEXT_P(owner);
}

// torale_internal.wake_on_write() → trigger, AFTER … FOR EACH STATEMENT
TORALE_FUNCTION(torale_wake) {
    wake_at_commit();
    PG_RETURN_POINTER(nullptr);
}

// torale.stop_workers(db name) → boolean: whether all are gone. At once, transaction or not.
TORALE_FUNCTION(torale_stop_workers) {
    const Oid database = entry([&] { return controlled_database(PG_GETARG_DATUM(0)); });
    hold_database(database);
    PG_RETURN_BOOL(wait_for_workers(database));
}

// torale.start_workers(db name) → boolean
TORALE_FUNCTION(torale_start_workers) {
    const Oid database = entry([&] { return controlled_database(PG_GETARG_DATUM(0)); });
    PG_RETURN_BOOL(release_database(database));
}

// torale_internal.worker_rows() → setof record, see worker_control.cpp for the columns
TORALE_FUNCTION(torale_worker_rows) {
    entry([&] { put_worker_rows(fcinfo); });
    return Datum(0);
}
