// The one order in which a worker's transaction begins and ends.
#include "pg/open_transaction.hpp"

#include "pg/boundary.hpp"

namespace torale::pg {

namespace {

// A member, gone whenever the extension is: found in a cache, where the extension itself costs a
// scan of its catalog.
Oid member_of_extension() {
    const Oid schema = get_namespace_oid("torale", true);
    return OidIsValid(schema) ? get_relname_relid("users", schema) : InvalidOid;
}

// A share lock until the transaction ends; false when there is no extension any more. Found under
// the lock, for DROP and CREATE EXTENSION may come before it. Inside a guard.
bool lock_extension() {
    static Oid known = InvalidOid;
    static Oid known_member = InvalidOid;
    for (int tries = 0; tries < 2; ++tries) {
        if (OidIsValid(known)) LockDatabaseObject(ExtensionRelationId, known, 0, AccessShareLock);
        // Locking has taken in what others committed.
        const Oid member = member_of_extension();
        if (OidIsValid(member) && member == known_member) return true;
        const Oid found = get_extension_oid("torale", true);
        if (!OidIsValid(found)) return false;
        if (found == known) {
            known_member = member;
            return true;
        }
        known = found;
        known_member = InvalidOid;
    }
    return false;
}

// Inside a guard.
void go_idle() {
    // Throttled by core to once a second; without it autovacuum never sees our writes.
    pgstat_report_stat(false);
    pgstat_report_activity(STATE_IDLE, nullptr);
}

// False without the extension. Inside a guard.
bool begin(const Opening& opening) {
    SetCurrentStatementStartTimestamp();
    pgstat_report_activity(STATE_RUNNING, opening.activity);
    StartTransactionCommand();
    arm_timeout(opening.timeout_ms);
    if (!opening.isolation.empty()) set_local("transaction_isolation", opening.isolation);
    if (opening.hold == Hold::extension && !lock_extension()) return false;
    SPI_connect();
    PushActiveSnapshot(GetTransactionSnapshot());
    return true;
}

}  // namespace

void open_transaction(const Opening& opening) {
    bool is_there = false;
    try {
        is_there = guarded([&] { return begin(opening); });
    } catch (...) {
        abort_transaction();
        throw;
    }
    if (is_there) return;
    abort_transaction();
    throw ExtensionGone();
}

void commit_transaction() {
    // Two guards: the first one's memory context is SPI's, which SPI_finish() frees.
    guarded([] { SPI_finish(); });
    guarded([] {
        PopActiveSnapshot();
        CommitTransactionCommand();
        disable_timeout(STATEMENT_TIMEOUT, false);
    });
}

void report_idle() {
    guarded(go_idle);
}

// Also after a failed commit, and when another transaction of the process never ended.
void abort_transaction() noexcept {
    try {
        // The current context may be one that the abort frees.
        MemoryContextSwitchTo(TopMemoryContext);
        guarded([] {
            disable_timeout(STATEMENT_TIMEOUT, false);
            AbortCurrentTransaction();
            go_idle();
        });
    } catch (const std::exception& error) {
        // Nothing is left to fall back to; the launcher starts a new process.
        ereport(FATAL, errmsg_internal("transaction abort failed: %s", error.what()));
    }
}

void set_local(const char* name, const std::string& value) {
    set_config_option(name, value.c_str(), PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0,
                      false);
}

void arm_timeout(int milliseconds) {
    if (milliseconds > 0) enable_timeout_after(STATEMENT_TIMEOUT, milliseconds);
}

}  // namespace torale::pg
