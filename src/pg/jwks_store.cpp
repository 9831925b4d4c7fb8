// Keys over SPI: each verb is one short transaction that calls one function of torale_internal.
#include "pg/jwks_store.hpp"

#include "core/json.hpp"
#include "pg/execution_rows.hpp"
#include "pg/log.hpp"
#include "pg/settings_http.hpp"
#include "pg/settings_jwt.hpp"
#include "pg/spi.hpp"
#include "rest/auth.hpp"

namespace torale::pg {

namespace {

// Longer than a fetch may take.
constexpr const char* lease = "30 seconds";

std::string seconds_of(std::chrono::seconds span) {
    return std::to_string(span.count()) + " s";
}

}  // namespace

scheduler::JwksTurn SqlJwksStore::claim_jwks(core::Time now) {
    const JwtSettings settings = current_jwt();
    // Web workers serve one database: the others need no keys.
    const std::string url = current_http().database == database_ ? settings.jwks_url : "";
    if (url.empty() && url_ == url) return {};
    Transaction transaction("torale: claiming the keys of the token issuer");
    const Rows rows = transaction.run(
        "SELECT is_due, failures, next_fetch_at FROM "
        "torale_internal.claim_jwks(nullif($1, ''), $2, $3::interval, $4::interval)",
        {as_text(url), as_timestamptz(core::write_time(now)), as_text(lease),
         as_text(seconds_of(settings.jwks_max_age))});
    transaction.commit();
    url_ = url;
    if (rows.size() == 0) return {};
    scheduler::JwksTurn turn;
    turn.next = read_timestamptz(rows.optional_text(0, 2));
    failures_ = static_cast<int>(rows.integer(0, 1));
    if (rows.boolean(0, 0)) {
        turn.claim = scheduler::JwksClaim{
            .url = url, .failures = failures_, .max_age = settings.jwks_max_age};
    }
    return turn;
}

std::string SqlJwksStore::fault_of(const std::string& document) const {
    // What the text type refuses must not end as an error of ours.
    if (core::clean_utf8(document) != document) return "the JWKS document is not UTF-8";
    rest::KeySet keys;
    const auto taken = keys.add_jwks(document);
    if (!taken) return taken.error().message;
    return *taken > 0 ? "" : "the JWKS document has no key for RS256 or ES256";
}

void SqlJwksStore::finish_jwks(const scheduler::JwksDone& done) {
    Transaction transaction("torale: storing the keys of the token issuer");
    transaction.run("SELECT torale_internal.store_jwks($1, nullif($2, ''), nullif($3, ''), $4)",
                    {as_text(done.url), as_text(done.document), as_text(done.error),
                     as_timestamptz(core::write_time(done.next_fetch_at))});
    transaction.commit();
    if (failures_ == 0 && done.failures > 0)
        log_line("jwks not fetched why=\"" + done.error + "\"");
    if (failures_ > 0 && done.failures == 0) log_line("jwks fetched again");
    failures_ = done.failures;
}

}  // namespace torale::pg
