// Where a request may carry its credential, the most explicit place first.
#include "rest/auth.hpp"

#include "core/ascii.hpp"
#include "rest/token.hpp"

namespace torale::rest {

namespace {

constexpr std::string_view api_key_prefix = "sk_";

// The token of "Bearer TOKEN", "" when there is none behind the scheme (the wire has trimmed the
// blank away); nothing for other schemes.
std::optional<std::string_view> bearer_token(std::string_view header) {
    header = core::trim(header, " \t");
    const std::string_view scheme = header.substr(0, header.find_first_of(" \t"));
    if (!core::equals_ignoring_case(scheme, "bearer")) return std::nullopt;
    return core::trim(header.substr(scheme.size()), " \t");
}

std::optional<std::string_view> cookie_value(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const std::size_t end = header.find(';');
        const std::string_view pair = core::trim(header.substr(0, end), " \t");
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
            return pair.substr(equals + 1);
        }
        header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
    }
    return std::nullopt;
}

// Browsers send cookies with other sites' requests too, and then say whose page it is.
bool is_from_own_page(const core::HttpRequest& request) {
    const auto origin = core::find_header(request.headers, "Origin");
    if (!origin) return true;
    const auto host = core::find_header(request.headers, "Host");
    const std::size_t scheme_end = origin->find("://");
    return host && scheme_end != std::string_view::npos &&
           core::equals_ignoring_case(origin->substr(scheme_end + 3), *host);
}

std::optional<std::string_view> session_cookie(const core::HttpRequest& request) {
    if (!is_from_own_page(request)) return std::nullopt;
    for (const core::Header& header : request.headers) {
        if (!core::equals_ignoring_case(header.name, "cookie")) continue;
        if (const auto value = cookie_value(header.value, "__session")) return value;
    }
    return std::nullopt;
}

Result<Credential> credential_of(std::string_view token) {
    if (token.size() > token_bytes_max) {
        return refuse_token("JWT cryptographic operation failed",
                            "The token is longer than 8192 bytes");
    }
    const bool is_key = token.starts_with(api_key_prefix);
    return Credential{is_key ? Credential::Kind::api_key : Credential::Kind::jwt,
                      std::string(token)};
}

}  // namespace

Result<Credential> read_credential(const core::HttpRequest& request) {
    if (const auto header = core::find_header(request.headers, "Authorization")) {
        if (const auto token = bearer_token(*header)) {
            if (token->empty()) return refuse_token("Empty JWT is sent in Authorization header");
            return credential_of(*token);
        }
    }
    if (const auto header = core::find_header(request.headers, "apikey")) {
        if (const auto key = core::trim(*header, " \t"); !key.empty()) return credential_of(key);
    }
    if (const auto token = session_cookie(request); token && !token->empty()) {
        return credential_of(*token);
    }
    return Credential{};
}

}  // namespace torale::rest
