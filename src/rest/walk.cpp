// Who asks comes before what is asked: a bad token on a bad path is 401.
#include "rest/walk.hpp"

#include "rest/local_page.hpp"
#include "rest/quota.hpp"
#include "rest/refusals.hpp"
#include "rest/reply.hpp"

namespace torale::rest {

namespace {

Result<std::optional<Verified>> verified(Walk& walk) {
    Service& service = walk.service;
    auto credential = read_credential(walk.request);
    if (!credential) return credential.error();
    walk.credential = std::move(*credential);
    if (walk.credential.kind != Credential::Kind::jwt) return std::optional<Verified>();
    const core::Json* known = service.known_tokens.find(walk.credential.token);
    core::Json claims;
    if (known != nullptr) {
        claims = *known;
    } else {
        auto fresh = verify_signature(walk.credential.token, service.keys);
        if (!fresh) {
            service.lacks_key = is_key_failure(fresh.error());
            return fresh.error();
        }
        claims = std::move(*fresh);
        service.known_tokens.keep(walk.credential.token, claims);
    }
    auto token = check_claims(std::move(claims), service.tokens, service.clock.now());
    if (!token) return token.error();
    return std::optional<Verified>(std::move(*token));
}

Failure foreign_page() {
    return {.status = 403,
            .code = "42501",
            .message = "torale.http_noauth lets in nobody but this machine",
            .details = "Host and Origin must name this machine.",
            .hint = "Name the page's origin in torale.http_cors_origins, or send an API key."};
}

}  // namespace

std::optional<Failure> authenticate(Walk& walk) {
    if (walk.service.limiter.is_locked_out(walk.request.remote)) return locked_out();
    auto token = verified(walk);
    if (!token) {
        if (token.error().status == 401) walk.service.limiter.count_refusal(walk.request.remote);
        return token.error();
    }
    walk.token = std::move(*token);
    if (walk.credential.kind == Credential::Kind::none && !walk.service.allows_anonymous)
        return anonymous_refused();
    if (walk.credential.kind == Credential::Kind::none && walk.service.is_open &&
        !is_from_this_machine(walk.request, walk.service.origins))
        return foreign_page();
    return std::nullopt;
}

std::optional<Failure> admit(Walk& walk) {
    walk.transaction.reset();
    auto begun = walk.service.database.begin();
    if (!begun) return failure_of(begun.error(), true);
    walk.transaction = std::move(*begun);
    auto identity = walk.transaction->admit(walk.credential, walk.token);
    if (!identity) {
        const bool was_refused = identity.error().status == 401;
        if (was_refused) walk.service.limiter.count_refusal(walk.request.remote);
        return identity.error();
    }
    walk.identity = std::move(*identity);
    if (walk.identity.limit_key.empty()) walk.identity.limit_key = "address:" + walk.request.remote;
    return std::nullopt;
}

std::optional<Failure> within_quota(Walk& walk) {
    walk.quota = walk.service.limiter.count_request(walk.identity.limit_key,
                                                    walk.identity.requests_per_minute);
    if (!walk.quota.is_exceeded) return std::nullopt;
    return quota_failure(walk.quota, walk.service.clock.now());
}

core::HttpResponse finished(core::HttpResponse response, const Walk& walk) {
    add_quota_headers(response, walk.quota);
    add_cors_headers(response, walk.request, walk.service.origins);
    add_security_headers(response, walk.service.is_https());
    return response;
}

}  // namespace torale::rest
