// Which pages of other origins may read us, and what browsers are told about every response.
#include "rest/cors.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/ascii.hpp"
#include "rest/header_list.hpp"
#include "rest/reply_headers.hpp"

namespace torale::rest {

namespace {

constexpr std::string_view exposed_headers =
    "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, "
    "Transfer-Encoding, Range-Unit, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, "
    "Retry-After, Preference-Applied, Proxy-Status, WWW-Authenticate";

// The origin to name in the answer; nothing when the request has none or it is not allowed.
std::optional<std::string> allowed_origin(const core::HttpRequest& request,
                                          const OriginPolicy& policy) {
    const auto origin = core::find_header(request.headers, "Origin");
    if (!origin) return std::nullopt;
    if (policy.is_any) return "*";
    const bool is_listed = std::any_of(
        policy.origins.begin(), policy.origins.end(),
        [&](const std::string& one) { return core::equals_ignoring_case(one, *origin); });
    if (!is_listed || !is_header_value(*origin)) return std::nullopt;
    return std::string(*origin);
}

void add_origin(core::HttpResponse& response, const std::string& origin) {
    set_header(response.headers, "Access-Control-Allow-Origin", origin);
    if (origin != "*") set_header(response.headers, "Access-Control-Allow-Credentials", "true");
}

}  // namespace

OriginPolicy parse_origins(std::string_view text) {
    OriginPolicy policy;
    for (std::string_view origin : split_members(text, ',')) {
        if (origin.ends_with('/')) origin.remove_suffix(1);
        policy.origins.emplace_back(origin);
    }
    policy.is_any = std::count(policy.origins.begin(), policy.origins.end(), "*") > 0;
    if (policy.is_any) policy.origins.clear();
    return policy;
}

std::optional<core::HttpResponse> answer_preflight(const core::HttpRequest& request,
                                                   const OriginPolicy& policy) {
    const bool is_preflight =
        request.method == "OPTIONS" &&
        core::find_header(request.headers, "Access-Control-Request-Method").has_value();
    const auto origin = allowed_origin(request, policy);
    if (!is_preflight || !origin) return std::nullopt;
    std::string allowed = "Authorization";
    for (const std::string_view name :
         list_members(request.headers, "Access-Control-Request-Headers")) {
        if (is_token(name)) allowed.append(", ").append(name);
    }
    allowed += ", Accept, Accept-Language, Content-Language";
    core::HttpResponse response;
    add_origin(response, *origin);
    response.headers.push_back(
        {"Access-Control-Allow-Methods", "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD"});
    response.headers.push_back({"Access-Control-Allow-Headers", std::move(allowed)});
    response.headers.push_back({"Access-Control-Max-Age", "86400"});
    if (!policy.is_any) append_to_header(response.headers, "Vary", "Origin");
    return response;
}

void add_cors_headers(core::HttpResponse& response, const core::HttpRequest& request,
                      const OriginPolicy& policy) {
    // A cache must not give one origin's answer to another, nor one without to a browser.
    if (!policy.is_any) append_to_header(response.headers, "Vary", "Origin");
    const auto origin = allowed_origin(request, policy);
    if (!origin) {
        if (!policy.is_any) remove_header(response.headers, "Access-Control-Allow-Origin");
        return;
    }
    add_origin(response, *origin);
    set_header(response.headers, "Access-Control-Expose-Headers", std::string(exposed_headers));
}

void add_security_headers(core::HttpResponse& response, bool is_https) {
    constexpr std::array<std::array<const char*, 2>, 5> usual{{
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
        {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
        {"Cache-Control", "no-store"},
    }};
    const auto add = [&](const char* name, const char* value) {
        if (!core::find_header(response.headers, name)) response.headers.push_back({name, value});
    };
    for (const auto& [name, value] : usual) add(name, value);
    // A year, without subdomains: those are not ours to promise for.
    if (is_https) add("Strict-Transport-Security", "max-age=31536000");
}

}  // namespace torale::rest
