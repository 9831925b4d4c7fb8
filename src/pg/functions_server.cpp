// SQL-callable functions that need the server: ids, secrets, the egress guard, what is set up.
// sql/install/native.sql and workers.sql declare them.
#include "net/egress.hpp"
#include "pg/datum.hpp"
#include "pg/identifier.hpp"
#include "pg/secrets.hpp"
#include "pg/settings.hpp"
#include "pg/shared.hpp"
#include "pg/wake.hpp"

using namespace torale;
using namespace torale::pg;

namespace {

core::Purpose purpose_or_throw(std::string_view name) {
    if (name == "provider") return core::Purpose::provider;
    if (name == "channel") return core::Purpose::channel;
    if (name == "feed") return core::Purpose::feed;
    throw Error("22023", "unknown purpose \"" + std::string(name) + "\"", "", "");
}

// "no private range" of a name is found out by the worker, when it resolves it.
void check_url(std::string_view purpose, std::string_view url) {
    net::EgressPolicy policy;
    policy.allow = value_or_throw(net::parse_egress_allow(current().egress_allow));
    value_or_throw(net::check_url(policy, purpose_or_throw(purpose), url));
}

}  // namespace

// torale.uuid_v7() → uuid
TORALE_FUNCTION(torale_uuid_v7) {
    auto* id = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
    entry([&] { write_uuid_v7(id->data, to_time(GetCurrentTimestamp())); });
    PG_RETURN_UUID_P(id);
}

// torale_internal.new_secret() → text: whsec_ and 32 random bytes in base64
TORALE_FUNCTION(torale_new_secret) {
    PG_RETURN_TEXT_P(entry([] { return to_text(new_signing_secret()); }));
}

// torale_internal.random_token(bytes integer) → text: that many random bytes, URL-safe
TORALE_FUNCTION(torale_random_token) {
    const int bytes = PG_GETARG_INT32(0);
    PG_RETURN_TEXT_P(entry([&] {
        if (bytes < 16 || bytes > 1024) {
            throw Error("22023", "bytes must be from 16 to 1024",
                        "It is " + std::to_string(bytes) + ".", "32 bytes are 256 bits.");
        }
        return to_text(new_token(bytes));
    }));
}

// torale_internal.check_url(purpose text, url text) → void, or an error that says why not
TORALE_FUNCTION(torale_check_url) {
    const text* purpose = PG_GETARG_TEXT_PP(0);
    const text* url = PG_GETARG_TEXT_PP(1);
    entry([&] { check_url(view(purpose), view(url)); });
    PG_RETURN_VOID();
}

// torale_internal.egress_allow() → text; the setting itself is for superusers only
TORALE_FUNCTION(torale_egress_allow) {
    PG_RETURN_TEXT_P(entry([] { return to_text(current().egress_allow); }));
}

// torale_internal.secret_names() → text[]: names of the secrets that are there
TORALE_FUNCTION(torale_secret_names) {
    PG_RETURN_ARRAYTYPE_P(entry([] {
        std::vector<std::string> names;
        for (const auto& [name, value] : read_secrets(current().secrets_file).values) {
            if (!value.empty()) names.push_back(name);
        }
        return to_text_array(names);
    }));
}

// torale_internal.secret_problems() → text[]
TORALE_FUNCTION(torale_secret_problems) {
    PG_RETURN_ARRAYTYPE_P(
        entry([] { return to_text_array(read_secrets(current().secrets_file).problems); }));
}

// torale_internal.in_transaction_block() → boolean
TORALE_FUNCTION(torale_in_transaction_block) {
    PG_RETURN_BOOL(IsTransactionBlock());
}

// torale_internal.system_identifier() → text
TORALE_FUNCTION(torale_system_identifier) {
    PG_RETURN_TEXT_P(entry([] { return to_text(std::to_string(GetSystemIdentifier())); }));
}

// torale_internal.is_preloaded() → boolean
TORALE_FUNCTION(torale_is_preloaded) {
    PG_RETURN_BOOL(has_shared_memory());
}

// torale_internal.wake_now() → void: wakes this database's scheduler at commit
TORALE_FUNCTION(torale_wake_now) {
    wake_at_commit();
    PG_RETURN_VOID();
}
