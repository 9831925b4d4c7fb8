// An API key acts as its owner with its role; a token as its subject, with the role it claims if
// that is allowed; who brings nothing is anonymous.
#include "pg/request_admission.hpp"

#include "core/json.hpp"
#include "pg/known_callers.hpp"
#include "pg/open_transaction.hpp"
#include "rest/refusals.hpp"

namespace torale::pg {

namespace {

constexpr const char* admit_key =
    "SELECT key_id::text, owner, role::text, requests_per_minute::int8, refusal"
    " FROM torale_internal.admit_key($1)";
constexpr const char* admit_user =
    "SELECT role::text, refusal FROM torale_internal.admit_user($1, $2, $3)";

constexpr const char* local_owner = "local";

// Which of unknown, expired and revoked it was is nobody's business but the owner's.
rest::Failure refused_key() {
    return {.status = 401,
            .code = "PGRST301",
            .message = "API key is not valid",
            .hint = "It may have expired or been revoked; torale.create_api_key() makes a new one.",
            .headers = {
                {"WWW-Authenticate",
                 "Bearer error=\"invalid_token\", error_description=\"API key is not valid\""}}};
}

rest::Failure refused_user(const std::string& refusal) {
    return {.status = 401,
            .code = "PGRST301",
            .message = refusal,
            .headers = {{"WWW-Authenticate",
                         "Bearer error=\"invalid_token\", error_description=\"not admitted\""}}};
}

std::string claims_of_role(const std::string& role) {
    return core::write_json({{"role", role}});
}

std::string claims_with_role(const core::Json& claims, const std::string& role) {
    const auto claimed = claims.find("role");
    if (claimed != claims.end() && *claimed == role) return core::write_json(claims);
    core::Json changed = claims;
    changed["role"] = role;
    return core::write_json(changed);
}

rest::Result<rest::Identity> admit_by_key(const std::string& key) {
    const std::string hash = rest::api_key_hash(key);
    if (const auto known = known_key(hash))
        return rest::Identity{.role = "torale_user",
                              .owner = known->owner,
                              .claims = claims_of_role("torale_user"),
                              .limit_key = "key:" + known->id,
                              .requests_per_minute = known->requests_per_minute,
                              .is_anonymous = false};
    const Rows rows = run_connected(admit_key, {as_text(hash)});
    if (rows.size() != 1) return refused_key();
    if (const auto refusal = rows.optional_text(0, 4)) {
        if (*refusal == "inactive") return refused_user("the user is deactivated");
        return refused_key();
    }
    rest::Identity identity;
    identity.owner = rows.text(0, 1);
    identity.role = rows.text(0, 2);
    identity.claims = claims_of_role(identity.role);
    identity.limit_key = "key:" + rows.text(0, 0);
    if (!rows.is_null(0, 3)) identity.requests_per_minute = rows.integer(0, 3);
    identity.is_anonymous = false;
    return identity;
}

rest::Result<std::string> role_of_user(const std::string& subject, const core::Json& claims,
                                       const std::optional<std::string>& claimed) {
    if (auto role = role_of_known_user(subject, claimed)) return std::move(*role);
    const Rows rows =
        run_connected(admit_user, {as_text(subject), as_jsonb(core::write_json(claims)),
                                   claimed ? as_text(*claimed) : as_null(Type::text)});
    if (rows.size() != 1) throw Error("XX000", "admit_user returned no row");
    if (const auto refusal = rows.optional_text(0, 1))
        return refused_user(*refusal == "inactive" ? "the user is deactivated" : *refusal);
    return rows.text(0, 0);
}

rest::Result<rest::Identity> admit_by_token(const RequestDatabaseOptions& options,
                                            const rest::Verified& token) {
    rest::Identity identity;
    identity.role = token.role.value_or(options.anon_role);
    if (!token.subject.empty()) {
        auto role = role_of_user(token.subject, token.claims, token.role);
        if (!role) return role.error();
        identity.role = *role;
        identity.limit_key = "user:" + token.subject;
    }
    if (identity.role.empty()) return rest::anonymous_refused();
    identity.claims = claims_with_role(token.claims, identity.role);
    identity.is_anonymous = identity.role == options.anon_role;
    return identity;
}

}  // namespace

rest::Result<rest::Identity> admit_request(const RequestDatabaseOptions& options,
                                           const rest::Credential& credential,
                                           const std::optional<rest::Verified>& token) {
    if (credential.kind == rest::Credential::Kind::api_key) return admit_by_key(credential.token);
    if (token) return admit_by_token(options, *token);
    rest::Identity identity;
    identity.role = options.anon_role;
    if (options.is_open) {
        auto role = role_of_user(local_owner, core::Json::object(), std::nullopt);
        if (!role) return role.error();
        identity = {.role = *role, .owner = local_owner, .is_anonymous = false};
    }
    identity.claims = claims_of_role(identity.role);
    return identity;
}

}  // namespace torale::pg
