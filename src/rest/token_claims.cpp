// What a good signature does not say: whether the token is for us, of the right issuer, and of
// now. null stands for an absent claim.
#include <algorithm>

#include "rest/auth.hpp"
#include "rest/role_claim.hpp"
#include "rest/token.hpp"

namespace torale::rest {

namespace {

using Check = std::optional<Failure>;

const core::Json* claim(const core::Json& claims, const char* name) {
    const auto found = claims.find(name);
    return found == claims.end() || found->is_null() ? nullptr : &*found;
}

bool is_one_of(const core::Json& value, const std::vector<std::string>& accepted) {
    return std::any_of(accepted.begin(), accepted.end(),
                       [&](const std::string& name) { return value == name; });
}

// Seconds since 1970, with a fraction when it has one. As long double, which holds every number
// JSON can bring here without overflow.
struct Instant {
    const char* name;
    std::optional<long double> seconds;
};

Check read_instant(const core::Json& claims, Instant& instant) {
    const core::Json* value = claim(claims, instant.name);
    if (!value) return std::nullopt;
    if (!value->is_number()) {
        return refuse_claims(std::string("The JWT '") + instant.name + "' claim must be a number");
    }
    instant.seconds = value->get<long double>();
    return std::nullopt;
}

Check check_times(const core::Json& claims, const TokenPolicy& policy, core::Time now) {
    Instant expires{"exp", {}};
    Instant begins{"nbf", {}};
    Instant issued{"iat", {}};
    for (Instant* instant : {&expires, &begins, &issued}) {
        if (auto failure = read_instant(claims, *instant)) return failure;
    }
    const long double seconds = static_cast<long double>(now.time_since_epoch().count()) / 1e6L;
    const auto leeway = static_cast<long double>(policy.leeway.count());
    if (expires.seconds && *expires.seconds < seconds - leeway) return refuse_claims("JWT expired");
    if (begins.seconds && *begins.seconds > seconds + leeway) {
        return refuse_claims("JWT not yet valid");
    }
    if (issued.seconds && *issued.seconds > seconds + leeway) {
        return refuse_claims("JWT issued at future");
    }
    return std::nullopt;
}

Check check_audience(const core::Json& claims, const TokenPolicy& policy) {
    const core::Json* audience = claim(claims, "aud");
    if (!audience) return std::nullopt;
    const core::Json list = audience->is_array() ? *audience : core::Json::array({*audience});
    if (!std::all_of(list.begin(), list.end(), [](const auto& name) { return name.is_string(); })) {
        return refuse_claims("The JWT 'aud' claim must be a string or an array of strings");
    }
    if (policy.audiences.empty() || list.empty()) return std::nullopt;
    const bool is_for_us = std::any_of(list.begin(), list.end(), [&](const core::Json& name) {
        return is_one_of(name, policy.audiences);
    });
    return is_for_us ? std::nullopt : Check(refuse_claims("JWT not in audience"));
}

Check check_parties(const core::Json& claims, const TokenPolicy& policy) {
    const core::Json* issuer = claim(claims, "iss");
    if (!policy.issuer.empty() && (!issuer || *issuer != policy.issuer)) {
        return refuse_claims("JWT not from the issuer");
    }
    const core::Json* party = claim(claims, "azp");
    if (!policy.authorized_parties.empty() &&
        (!party || !is_one_of(*party, policy.authorized_parties))) {
        return refuse_claims("JWT not from an authorized party");
    }
    // A Clerk session whose sign-in is not complete yet.
    const core::Json* state = claim(claims, "sts");
    if (state && *state == "pending") return refuse_claims("JWT of a pending session");
    return std::nullopt;
}

Check check_subject(const core::Json& claims) {
    const core::Json* subject = claim(claims, "sub");
    if (!subject) return std::nullopt;
    if (!subject->is_string()) return refuse_claims("The JWT 'sub' claim must be a string");
    const auto& name = subject->get_ref<const std::string&>();
    // The owners that PostgreSQL's own roles are.
    if (name.starts_with("pg:")) {
        return refuse_claims("The JWT 'sub' claim must not begin with 'pg:'");
    }
    return std::nullopt;
}

}  // namespace

Result<Verified> check_claims(core::Json claims, const TokenPolicy& policy, core::Time now) {
    if (!claims.is_object()) return refuse_claims("Parsing claims failed");
    if (auto failure = check_times(claims, policy, now)) return *failure;
    if (auto failure = check_audience(claims, policy)) return *failure;
    if (auto failure = check_parties(claims, policy)) return *failure;
    if (auto failure = check_subject(claims)) return *failure;
    Verified verified;
    // A path that does not parse is refused where it is set; here it names no role.
    if (const auto path = parse_claim_path(policy.role_claim)) {
        verified.role = role_in(claims, *path);
    }
    if (const core::Json* subject = claim(claims, "sub")) {
        verified.subject = subject->get<std::string>();
    }
    verified.claims = std::move(claims);
    return verified;
}

}  // namespace torale::rest
