// One request on its way: what each step found out for the next, and the steps that every door
// of the server shares.
#pragma once
#include <memory>
#include <optional>

#include "rest/handle.hpp"

namespace torale::rest {

struct Walk {
    const core::HttpRequest& request;
    Service& service;
    Credential credential{};
    std::optional<Verified> token{};
    std::shared_ptr<const Schema> schema{};
    std::unique_ptr<RequestTransaction> transaction{};
    Identity identity{};
    Quota quota{};
};

// Whether the credential is good as far as it can tell by itself; nothing when the request may go
// on. Refusals are counted by address.
std::optional<Failure> authenticate(Walk& walk);
// Begins the transaction and asks the database who it is.
std::optional<Failure> admit(Walk& walk);
std::optional<Failure> within_quota(Walk& walk);
// CORS, quota and security headers on whatever goes out.
core::HttpResponse finished(core::HttpResponse response, const Walk& walk);

}  // namespace torale::rest
