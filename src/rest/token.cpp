// A token from text to claims that can be believed. cjose does the arithmetic; which key may
// check which algorithm is decided here, before it is asked.
#include "rest/token.hpp"

#include <cjose/jws.h>
#include <openssl/err.h>

#include "rest/auth.hpp"
#include "rest/key_set.hpp"

namespace torale::rest {

namespace {

constexpr const char* no_key = "No suitable key or wrong key type";

struct JwsRelease {
    void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};

Failure refuse(const char* code, std::string message, std::string details) {
    Failure failure;
    failure.status = 401;
    failure.code = code;
    failure.message = std::move(message);
    failure.details = std::move(details);
    failure.headers.push_back(
        {"WWW-Authenticate",
         "Bearer error=\"invalid_token\", error_description=\"" + failure.message + "\""});
    return failure;
}

Failure lacks_secret() {
    Failure failure;
    failure.status = 500;
    failure.code = "PGRST300";
    failure.message = "Server lacks JWT secret";
    return failure;
}

// Read anew for every key: a cjose_jws_t that failed once is not promised to be usable again.
bool is_signed_by(std::string_view token, const VerificationKey& key) {
    cjose_err error{};
    const std::unique_ptr<cjose_jws_t, JwsRelease> jws(
        cjose_jws_import(token.data(), token.size(), &error));
    const bool is_good = jws && cjose_jws_verify(jws.get(), key.jwk.get(), &error);
    // What OpenSSL queued about a bad signature must not look like a fault of the next call.
    ERR_clear_error();
    return is_good;
}

}  // namespace

Failure refuse_token(std::string message, std::string details) {
    return refuse("PGRST301", std::move(message), std::move(details));
}

Failure refuse_claims(std::string message, std::string details) {
    return refuse("PGRST303", std::move(message), std::move(details));
}

Failure refuse_signature() {
    return refuse_token(no_key, "None of the keys was able to decode the JWT");
}

bool is_key_failure(const Failure& failure) {
    return failure.code == "PGRST301" && failure.message == no_key;
}

Result<core::Json> verify_signature(std::string_view token, const KeySet& keys) {
    if (keys.is_empty()) return lacks_secret();
    const auto parts = read_token(token);
    if (!parts) return parts.error();
    for (const VerificationKey& key : keys.state().keys) {
        if (key.algorithm != parts->algorithm) continue;
        if (parts->key_id && key.id != parts->key_id) continue;
        if (!is_signed_by(token, key)) continue;
        auto claims = parse_plain_object(parts->payload);
        if (!claims) return refuse_claims("Parsing claims failed");
        return std::move(*claims);
    }
    return refuse_signature();
}

Result<Verified> verify_token(std::string_view token, const KeySet& keys, const TokenPolicy& policy,
                              core::Time now) {
    auto claims = verify_signature(token, keys);
    if (!claims) return claims.error();
    return check_claims(std::move(*claims), policy, now);
}

}  // namespace torale::rest
