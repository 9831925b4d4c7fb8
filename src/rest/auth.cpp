// Where a request may carry its credential, the most explicit place first.
#include "rest/auth.hpp"

#include <algorithm>

#include "rest/token.hpp"

namespace torale::rest {

namespace {

constexpr std::string_view api_key_prefix = "sk_";

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equals_ignoring_case(std::string_view one, std::string_view other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

// The token of "Bearer TOKEN", "" when there is none behind the scheme (the wire has trimmed the
// blank away); nothing for other schemes.
std::optional<std::string_view> bearer_token(std::string_view header) {
    header = trim(header);
    const std::string_view scheme = header.substr(0, header.find_first_of(" \t"));
    if (!equals_ignoring_case(scheme, "bearer")) return std::nullopt;
    return trim(header.substr(scheme.size()));
}

std::optional<std::string_view> cookie_value(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const std::size_t end = header.find(';');
        const std::string_view pair = trim(header.substr(0, end));
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
           equals_ignoring_case(origin->substr(scheme_end + 3), *host);
}

std::optional<std::string_view> session_cookie(const core::HttpRequest& request) {
    if (!is_from_own_page(request)) return std::nullopt;
    for (const core::Header& header : request.headers) {
        if (!equals_ignoring_case(header.name, "cookie")) continue;
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
        if (const auto key = trim(*header); !key.empty()) return credential_of(key);
    }
    if (const auto token = session_cookie(request); token && !token->empty()) {
        return credential_of(*token);
    }
    return Credential{};
}

}  // namespace torale::rest
