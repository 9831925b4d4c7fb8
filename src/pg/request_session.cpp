// DISCARD ALL without a statement and without what costs time when there is nothing to discard.
#include "pg/request_session.hpp"

#include "pg/boundary.hpp"

namespace torale::pg {

namespace {

void drop_temporary_tables() {
    Oid tables = InvalidOid;
    Oid toast = InvalidOid;
    GetTempNamespaceState(&tables, &toast);
    if (!OidIsValid(tables)) return;
    StartTransactionCommand();
    ResetTempTableNamespace();
    CommitTransactionCommand();
}

}  // namespace

void reset_session() {
    static const Oid authenticator = GetSessionUserId();
    guarded([] {
        if (GetSessionUserId() != authenticator)
            elog(ERROR, "the session user of a web worker was changed");
        PortalHashTableDeleteAll();
        ResetAllOptions();
        // ResetAllOptions() leaves the role alone.
        if (OidIsValid(GetCurrentRoleId()))
            SetConfigOption("role", "none", PGC_USERSET, PGC_S_SESSION);
        DropAllPreparedStatements();
        LockReleaseAll(USER_LOCKMETHOD, true);
        ResetSequenceCaches();
        drop_temporary_tables();
    });
}

}  // namespace torale::pg
