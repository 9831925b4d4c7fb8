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

// Appends the roles that `member` was granted. Inside a guard.
List* with_granted_roles(List* roles, Oid member) {
    CatCList* grants = SearchSysCacheList1(AUTHMEMMEMROLE, ObjectIdGetDatum(member));
    for (int i = 0; i < grants->n_members; ++i) {
        HeapTuple row = &grants->members[i]->tuple;
        roles = list_append_unique_oid(
            roles, reinterpret_cast<Form_pg_auth_members>(GETSTRUCT(row))->roleid);
    }
    ReleaseSysCacheList(grants);
    return roles;
}

// A predefined role that it is a member of, by whatever way; "" = none. Inside a guard. Not by
// is_member_of_role(): in a process without a database its cache never hears of changes.
NameData predefined_membership(Oid role) {
    NameData found{};
    List* roles = list_make1_oid(role);
    for (int i = 0; i < list_length(roles); ++i) {
        const Oid granted = list_nth_oid(roles, i);
        HeapTuple row = SearchSysCache1(AUTHOID, ObjectIdGetDatum(granted));
        if (HeapTupleIsValid(row)) {
            const NameData name = reinterpret_cast<Form_pg_authid>(GETSTRUCT(row))->rolname;
            if (std::strncmp(NameStr(name), "pg_", 3) == 0) found = name;
            ReleaseSysCache(row);
        }
        roles = with_granted_roles(roles, granted);
    }
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
