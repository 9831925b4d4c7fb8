// Calling a definer function of plpgsql costs as much as half a page of ten rows: these statements
// read the same rows as the tables' owner.
#include "pg/known_callers.hpp"

#include "pg/boundary.hpp"
#include "pg/open_transaction.hpp"

namespace torale::pg {

namespace {

constexpr const char* seen_user =
    "SELECT role FROM torale.users"
    " WHERE id = $1 AND is_active AND last_seen_at >= pg_catalog.now() - interval '1 minute'";

constexpr const char* seen_key =
    "SELECT a.id::text, a.owner, a.requests_per_minute::int8"
    " FROM torale_internal.api_key_hashes h"
    " JOIN torale.api_keys a ON a.id = h.key_id"
    " JOIN torale.users u ON u.id = a.owner"
    " WHERE h.key_hash = $1 AND a.role = 'torale_user' AND NOT pg_catalog.starts_with(a.owner, "
    "'pg:')"
    " AND a.revoked_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > pg_catalog.now())"
    " AND u.is_active AND a.last_used_at >= pg_catalog.now() - interval '1 minute'"
    " AND u.last_seen_at >= pg_catalog.now() - interval '1 minute'";

// The authenticator itself reads no table. Neither of the two calls can raise.
class AsOwner {
public:
    explicit AsOwner(Oid owner) {
        GetUserIdAndSecContext(&user_, &context_);
        SetUserIdAndSecContext(owner, context_ | SECURITY_LOCAL_USERID_CHANGE);
    }
    ~AsOwner() { SetUserIdAndSecContext(user_, context_); }
    AsOwner(const AsOwner&) = delete;
    AsOwner& operator=(const AsOwner&) = delete;

private:
    Oid user_ = InvalidOid;
    int context_ = 0;
};

// One row or none.
Rows read_as_owner(const char* sql, const std::string& parameter) {
    const Oid owner = guarded([] { return get_role_oid("torale_worker", true); });
    if (!OidIsValid(owner)) return {};
    const AsOwner as_owner(owner);
    return run_connected(sql, {as_text(parameter)});
}

}  // namespace

std::optional<std::string> role_of_known_user(const std::string& subject,
                                              const std::optional<std::string>& claimed) {
    const bool has_claim = claimed && !claimed->empty();
    // Database users have no tokens; other roles have to be looked at.
    if (subject.starts_with("pg:") || (has_claim && *claimed != "torale_user")) return std::nullopt;
    const Rows rows = read_as_owner(seen_user, subject);
    if (rows.size() != 1) return std::nullopt;
    return has_claim || rows.text(0, 0) != "admin" ? "torale_user" : "torale_admin";
}

std::optional<KnownKey> known_key(const std::string& hash) {
    const Rows rows = read_as_owner(seen_key, hash);
    if (rows.size() != 1) return std::nullopt;
    KnownKey key{rows.text(0, 0), rows.text(0, 1)};
    if (!rows.is_null(0, 2)) key.requests_per_minute = rows.integer(0, 2);
    return key;
}

}  // namespace torale::pg
