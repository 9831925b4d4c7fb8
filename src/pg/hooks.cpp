// Where PostgreSQL lets us see what is about to happen to a database: workers step aside for
// DROP, RENAME, SET TABLESPACE and TEMPLATE, and learn of extensions at commit. Nothing is
// stopped for someone who has no right to the command.
#include <algorithm>
#include <cstring>

#include "pg/boundary.hpp"
#include "pg/module.hpp"
#include "pg/shared.hpp"
#include "pg/shared_http.hpp"
#include "pg/wake.hpp"

namespace torale::pg {

namespace {

object_access_hook_type previous_object_access = nullptr;
ProcessUtility_hook_type previous_utility = nullptr;

// What this backend owes the others at the end of its transaction.
struct Pending {
    bool wake;
    bool probe;
    bool schema;  // NOTIFY pgrst: web workers read the schema again
    // One database at most: the commands that block refuse to run inside a transaction block.
    Oid blocked;
    bool drops;
};
Pending pending{};

void step_aside(Oid database, bool drops) {
    if (!block_database(database)) return;
    pending.blocked = database;
    pending.drops = drops;
    // If somebody stays, the command itself reports it; the message is PostgreSQL's own.
    wait_for_workers(database);
}

void watch_object_access(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id,
                         void* arg) {
    if (previous_object_access != nullptr)
        previous_object_access(access, class_id, object_id, sub_id, arg);
    // dropdb() comes here after its ownership check and before it counts the other sessions.
    if (class_id == DatabaseRelationId && access == OAT_DROP) step_aside(object_id, true);
    if (class_id == ExtensionRelationId &&
        (access == OAT_POST_CREATE || access == OAT_POST_ALTER || access == OAT_DROP))
        pending.probe = true;
}

bool may_create_databases() {
    if (superuser()) return true;
    HeapTuple role = SearchSysCache1(AUTHOID, ObjectIdGetDatum(GetUserId()));
    if (!HeapTupleIsValid(role)) return false;
    const bool may = reinterpret_cast<Form_pg_authid>(GETSTRUCT(role))->rolcreatedb;
    ReleaseSysCache(role);
    return may;
}

bool is_template(Oid database) {
    HeapTuple row = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(database));
    if (!HeapTupleIsValid(row)) return false;
    const bool is = reinterpret_cast<Form_pg_database>(GETSTRUCT(row))->datistemplate;
    ReleaseSysCache(row);
    return is;
}

const DefElem* find_option(const List* options, const char* name) {
    const ListCell* cell = nullptr;
    foreach (cell, options) {
        const DefElem* option = static_cast<const DefElem*>(lfirst(cell));
        if (strcmp(option->defname, name) == 0) return option;
    }
    return nullptr;
}

// The database that must be empty of sessions for this command, if the user may give it.
Oid database_to_empty(const Node* command) {
    Oid database = InvalidOid;
    bool may = false;
    if (IsA(command, RenameStmt)) {
        const RenameStmt* rename = reinterpret_cast<const RenameStmt*>(command);
        if (rename->renameType != OBJECT_DATABASE) return InvalidOid;
        database = get_database_oid(rename->subname, true);
        may =
            OidIsValid(database) && owns_database(database, GetUserId()) && may_create_databases();
    } else if (IsA(command, AlterDatabaseStmt)) {
        const AlterDatabaseStmt* alter = reinterpret_cast<const AlterDatabaseStmt*>(command);
        if (find_option(alter->options, "tablespace") == nullptr) return InvalidOid;
        database = get_database_oid(alter->dbname, true);
        may = OidIsValid(database) && owns_database(database, GetUserId());
    } else if (IsA(command, CreatedbStmt)) {
        const CreatedbStmt* create = reinterpret_cast<const CreatedbStmt*>(command);
        const DefElem* option = find_option(create->options, "template");
        const char* name = option != nullptr && option->arg != nullptr
                               ? defGetString(const_cast<DefElem*>(option))
                               : "template1";
        database = get_database_oid(name, true);
        may = OidIsValid(database) && may_create_databases() &&
              (is_template(database) || owns_database(database, GetUserId()));
    }
    return may ? database : InvalidOid;
}

// As PostgREST reads it: no payload means both.
bool asks_for_reload(const Node* command) {
    if (!IsA(command, NotifyStmt)) return false;
    const NotifyStmt* notify = reinterpret_cast<const NotifyStmt*>(command);
    if (strcmp(notify->conditionname, "pgrst") != 0) return false;
    const char* payload = notify->payload == nullptr ? "" : notify->payload;
    return *payload == '\0' || strcmp(payload, "reload schema") == 0 ||
           strcmp(payload, "reload config") == 0;
}

void watch_utility(PlannedStmt* statement, const char* query, bool read_only_tree,
                   ProcessUtilityContext context, ParamListInfo params, QueryEnvironment* env,
                   DestReceiver* dest, QueryCompletion* completion) {
    // Inside a transaction block the command will fail, and its own check comes first.
    if (context == PROCESS_UTILITY_TOPLEVEL && !IsTransactionBlock() && !RecoveryInProgress()) {
        const Oid database = database_to_empty(statement->utilityStmt);
        if (OidIsValid(database)) step_aside(database, false);
    }
    if (asks_for_reload(statement->utilityStmt)) pending.schema = true;
    const auto next = previous_utility != nullptr ? previous_utility : standard_ProcessUtility;
    next(statement, query, read_only_tree, context, params, env, dest, completion);
}

// After commit nothing may fail: flags and latches only.
void settle(XactEvent event, void*) {
    const bool is_commit = event == XACT_EVENT_COMMIT;
    const bool is_end = is_commit || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE;
    if (!is_end) return;
    const Pending owed = pending;
    pending = {};
    // A dropped database stays blocked: a worker already on its way would only fail.
    if (OidIsValid(owed.blocked) && !(is_commit && owed.drops)) unblock_database(owed.blocked);
    if (is_commit && owed.probe) request_probe(MyDatabaseId);
    if (is_commit && owed.wake) wake_database(MyDatabaseId);
    if (is_commit && owed.schema) note_schema_change(MyDatabaseId);
    // Who has no transaction id has written nothing.
    if (is_commit && has_streams() && TransactionIdIsValid(GetTopTransactionIdIfAny()))
        note_events(MyDatabaseId);
}

}  // namespace

void wake_at_commit() {
    // The scheduler knows what it wrote itself.
    static const bool is_scheduler =
        MyBgworkerEntry != nullptr &&
        strcmp(MyBgworkerEntry->bgw_function_name, "torale_scheduler_main") == 0;
    if (!is_scheduler) pending.wake = true;
}

void install_hooks() {
    previous_object_access = object_access_hook;
    object_access_hook = watch_object_access;
    previous_utility = ProcessUtility_hook;
    ProcessUtility_hook = watch_utility;
    RegisterXactCallback(settle, nullptr);
}

}  // namespace torale::pg
