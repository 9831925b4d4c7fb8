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
TORALE_FUNCTION(torale_wake_on_write) {
    wake_at_commit();
    PG_RETURN_POINTER(nullptr);
}

// torale_internal.wake() → void
TORALE_FUNCTION(torale_wake) {
    wake_at_commit();
    PG_RETURN_VOID();
}

// torale_internal.lifecycle() → void: the last statement of install and update scripts
TORALE_FUNCTION(torale_lifecycle) {
    announce_at_commit();
    PG_RETURN_VOID();
}

// torale.stop_workers(db name) → void. Takes effect at once, transaction or not.
TORALE_FUNCTION(torale_stop_workers) {
    const Oid database = entry([&] { return controlled_database(PG_GETARG_DATUM(0)); });
    hold_database(database);
    require_no_workers(database);
    PG_RETURN_VOID();
}

// torale.start_workers(db name) → void
TORALE_FUNCTION(torale_start_workers) {
    const Oid database = entry([&] { return controlled_database(PG_GETARG_DATUM(0)); });
    release_database(database);
    PG_RETURN_VOID();
}

// torale_internal.is_preloaded() → boolean
TORALE_FUNCTION(torale_is_preloaded) {
    PG_RETURN_BOOL(has_shared_memory());
}

// torale_internal.worker_rows() → setof record, see worker_control.cpp for the columns
TORALE_FUNCTION(torale_worker_rows) {
    entry([&] { put_worker_rows(fcinfo); });
    return Datum(0);
}
