// Attributes and memberships of the authenticator.
#include "pg/authenticator.hpp"

#include <cstring>

#include "pg/boundary.hpp"

namespace torale::pg {

namespace {

// Null when the attributes are those of a role without rights of its own. Inside a guard.
const char* forbidden_attribute(Oid role) {
    HeapTuple row = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
    if (!HeapTupleIsValid(row)) return "does not exist";
    const Form_pg_authid form = reinterpret_cast<Form_pg_authid>(GETSTRUCT(row));
    const char* found = nullptr;
    if (form->rolsuper) found = "is a superuser";
    if (form->rolcreaterole) found = "has CREATEROLE";
    if (form->rolbypassrls) found = "has BYPASSRLS";
    if (form->rolreplication) found = "has REPLICATION";
    if (!form->rolcanlogin) found = "has NOLOGIN";
    ReleaseSysCache(row);
    return found;
}

// The first predefined role that it is a member of, by whatever way; "" = none. Inside a guard.
NameData predefined_membership(Oid role) {
    NameData found{};
    Relation relation = table_open(AuthIdRelationId, AccessShareLock);
    TableScanDesc scan = table_beginscan_catalog(relation, 0, nullptr);
    while (HeapTuple row = heap_getnext(scan, ForwardScanDirection)) {
        const Form_pg_authid other = reinterpret_cast<Form_pg_authid>(GETSTRUCT(row));
        if (std::strncmp(NameStr(other->rolname), "pg_", 3) != 0) continue;
        if (is_member_of_role_nosuper(role, other->oid)) found = other->rolname;
    }
    table_endscan(scan);
    table_close(relation, AccessShareLock);
    return found;
}

}  // namespace

Authenticator find_authenticator(const std::string& name) {
    struct Found {
        Oid role;
        const char* attribute;
        NameData membership;
    };
    const Found found = guarded([&] {
        Found result{};
        StartTransactionCommand();
        PushActiveSnapshot(GetTransactionSnapshot());
        result.role = get_role_oid(name.c_str(), true);
        result.attribute = forbidden_attribute(result.role);
        if (result.attribute == nullptr) result.membership = predefined_membership(result.role);
        PopActiveSnapshot();
        CommitTransactionCommand();
        return result;
    });
    Authenticator authenticator{.role = found.role, .problem = {}};
    if (found.attribute != nullptr) {
        authenticator.problem = "role " + name + " " + found.attribute;
    } else if (NameStr(found.membership)[0] != '\0') {
        authenticator.problem =
            "role " + name + " is a member of " + std::string(NameStr(found.membership));
    }
    return authenticator;
}

}  // namespace torale::pg
