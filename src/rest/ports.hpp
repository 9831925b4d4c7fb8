// What rest needs from the server: the schema, and one short transaction a request. pg/ implements
// it, tests fake it.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rest/auth.hpp"
#include "rest/failure.hpp"
#include "rest/schema.hpp"
#include "rest/statement.hpp"

namespace torale::rest {

// Who asks, as the database sees it.
struct Identity {
    std::string role{};       // to SET LOCAL
    std::string owner{};      // torale.request_owner for API keys; "" = the claim sub decides
    std::string claims{};     // request.jwt.claims, JSON text with the member "role"
    std::string limit_key{};  // whom a rate limit counts: "key:…", "user:…", "address:…"
    std::int64_t requests_per_minute = 0;  // of the key itself; 0 = the setting
    bool is_anonymous = true;
};

// Everything local to the request's transaction.
struct RequestSettings {
    std::string search_path_schema;
    std::string method;
    std::string path;
    std::string headers;   // JSON object, names in lower case
    std::string cookies;   // JSON object
    std::string timezone;  // "" = the server's
    bool is_read_only = true;
    std::string isolation;  // "" = read committed
    std::vector<std::pair<std::string, std::string>> routine_settings;
};

// One transaction: begin, (as the authenticator) admit, (as the role) apply, run…, commit. What is
// not committed is rolled back by the destructor.
class RequestTransaction {
public:
    virtual ~RequestTransaction() = default;
    // Who the verified token or the API key is; provisions a user seen for the first time. 401 for
    // an unknown, expired or revoked key and a deactivated user.
    virtual Result<Identity> admit(const Credential& credential,
                                   const std::optional<Verified>& token) = 0;
    // The role, its settings, the request's settings and the pre-request function.
    virtual core::Result<bool, SqlError> apply(const Identity& identity,
                                               const RequestSettings& settings) = 0;
    virtual core::Result<Answer, SqlError> run(const Statement& statement) = 0;
    // Plan Rows of EXPLAIN.
    virtual core::Result<std::int64_t, SqlError> estimate(const Statement& statement) = 0;
    // The findings behind a feed token's hash as JSON, as torale_internal.feed_items() writes it;
    // nothing when there is no such token. Before apply().
    virtual core::Result<std::optional<std::string>, SqlError> feed_items(
        const std::string& token_hash) = 0;
    virtual core::Result<bool, SqlError> commit() = 0;
};

class Database {
public:
    virtual ~Database() = default;
    // As it stands now; null while it could not be read yet (PGRST002).
    virtual std::shared_ptr<const Schema> schema() = 0;
    // Something was not found: a newer schema when the one at hand may be stale.
    virtual std::shared_ptr<const Schema> newer_schema() = 0;
    virtual core::Result<std::unique_ptr<RequestTransaction>, SqlError> begin() = 0;
};

struct Quota {
    std::int64_t limit = 0;  // 0 = no limit
    std::int64_t remaining = 0;
    std::int64_t reset_at = 0;  // Unix seconds
    bool is_exceeded = false;
};

class Limiter {
public:
    virtual ~Limiter() = default;
    // Counts one request of `key`; `per_minute` 0 = torale.http_rate_limit.
    virtual Quota count_request(const std::string& key, std::int64_t per_minute) = 0;
    // Refused credentials from one address: whether it must wait, and counting one.
    virtual bool is_locked_out(const std::string& remote) = 0;
    virtual void count_refusal(const std::string& remote) = 0;
};

}  // namespace torale::rest
