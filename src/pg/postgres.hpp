// The one include of Postgres, always the last include of a file: port.h renames printf and its
// family, which standard headers do not survive. What 15 to 18 call differently stands here.
#pragma once

extern "C" {
// clang-format off
#include "postgres.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pgstat.h"
// clang-format on
#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "commands/extension.h"
#include "commands/prepare.h"
#include "commands/sequence.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "executor/spi_priv.h"
#include "mb/pg_wchar.h"
#include "nodes/parsenodes.h"
#include "parser/analyze.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "rewrite/prs2lock.h"
#include "storage/condition_variable.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
#if PG_VERSION_NUM >= 180000
#include "storage/waiteventset.h"
#endif
}

#undef snprintf
#undef vsnprintf
#undef sprintf
#undef vsprintf
#undef fprintf
#undef vfprintf
#undef printf
#undef vprintf
#undef strerror
#undef strerror_r
#undef gettext
#undef _

// PG 15's PGDLLEXPORT is empty on Linux, so with -fvisibility=hidden nothing would be exported.
#define TORALE_EXPORT extern "C" __attribute__((visibility("default")))

// Opens the definition of a function that SQL may call.
#define TORALE_FUNCTION(name)                                   \
    TORALE_EXPORT Datum name(PG_FUNCTION_ARGS);                 \
    TORALE_EXPORT const Pg_finfo_record* pg_finfo_##name(void); \
    const Pg_finfo_record* pg_finfo_##name(void) {              \
        static const Pg_finfo_record record = {1};              \
        return &record;                                         \
    }                                                           \
    Datum name([[maybe_unused]] PG_FUNCTION_ARGS)

namespace torale::pg {

inline WaitEventSet* create_wait_event_set(int events_max) {
#if PG_VERSION_NUM >= 170000
    return CreateWaitEventSet(nullptr, events_max);
#else
    return CreateWaitEventSet(TopMemoryContext, events_max);
#endif
}

inline bool owns_database(Oid database, Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(DatabaseRelationId, database, role);
#else
    return pg_database_ownercheck(database, role);
#endif
}

// A membership of its own, not one inherited through another role.
inline bool is_direct_member(Oid role, Oid member) {
#if PG_VERSION_NUM >= 160000
    CatCList* found =
        SearchSysCacheList2(AUTHMEMROLEMEM, ObjectIdGetDatum(role), ObjectIdGetDatum(member));
    const bool is_member = found->n_members > 0;
    ReleaseSysCacheList(found);
    return is_member;
#else
    return SearchSysCacheExists2(AUTHMEMROLEMEM, ObjectIdGetDatum(role), ObjectIdGetDatum(member));
#endif
}

}  // namespace torale::pg
