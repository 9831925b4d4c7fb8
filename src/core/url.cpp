// One spelling per address. Reading only: whether an address may be called is net/egress.
#include "core/url.hpp"

#include <libpsl.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace torale::core {

namespace {

constexpr std::size_t npos = std::string_view::npos;

// Says who sent the reader, never what the page is. "utm_" and "hsa_" are prefixes.
constexpr std::array<std::string_view, 26> tracking{
    "gclid",   "gclsrc", "dclid",     "gbraid",     "wbraid",     "fbclid", "msclkid",
    "twclid",  "ttclid", "li_fat_id", "mc_cid",     "mc_eid",     "igshid", "igsh",
    "yclid",   "ysclid", "_ga",       "_gl",        "_hsenc",     "_hsmi",  "mkt_tok",
    "vero_id", "wt_mc",  "srsltid",   "oly_enc_id", "oly_anon_id"};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

std::string_view trim(std::string_view text) {
    const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// The scheme in lower case without its colon, "" when there is none.
std::string scheme_of(std::string_view url) {
    const std::size_t colon = url.find(':');
    if (colon == npos || colon == 0 || std::isalpha(static_cast<unsigned char>(url[0])) == 0) {
        return "";
    }
    const std::string_view scheme = url.substr(0, colon);
    const bool valid = std::all_of(scheme.begin(), scheme.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
    });
    return valid ? lower(scheme) : "";
}

// An http or https URL in its pieces; path, query as written, without '?'.
struct Parts {
    std::string scheme;
    std::string user;  // with its '@'
    std::string host;
    std::string port;
    std::string_view path;
    std::string_view query;
};

// The port is what follows the last colon outside an IPv6 literal.
void split_authority(std::string_view authority, Parts& parts) {
    const std::size_t at = authority.rfind('@');
    if (at != npos) {
        parts.user = authority.substr(0, at + 1);
        authority.remove_prefix(at + 1);
    }
    const std::size_t colon = authority.rfind(':');
    const std::size_t bracket = authority.rfind(']');
    if (colon != npos && (bracket == npos || colon > bracket)) {
        parts.port = authority.substr(colon + 1);
        authority = authority.substr(0, colon);
    }
    if (!authority.empty() && authority.back() == '.') authority.remove_suffix(1);
    parts.host = lower(authority);
}

// False for anything but http(s) with a host.
bool split_http(std::string_view url, Parts& parts) {
    parts.scheme = scheme_of(url);
    if (parts.scheme != "http" && parts.scheme != "https") return false;
    std::string_view rest = url.substr(parts.scheme.size() + 1);
    if (rest.substr(0, 2) != "//") return false;
    rest.remove_prefix(2);
    rest = rest.substr(0, rest.find('#'));
    const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
    split_authority(rest.substr(0, authority_end), parts);
    rest.remove_prefix(authority_end);
    const std::size_t question = rest.find('?');
    parts.path = rest.substr(0, question);
    if (question != npos) parts.query = rest.substr(question + 1);
    return !parts.host.empty();
}

bool is_tracking(std::string_view parameter) {
    const std::string name = lower(parameter.substr(0, parameter.find('=')));
    return name.rfind("utm_", 0) == 0 || name.rfind("hsa_", 0) == 0 ||
           std::find(tracking.begin(), tracking.end(), name) != tracking.end();
}

std::string without_tracking(std::string_view query) {
    std::string out;
    for (std::size_t at = 0; at < query.size();) {
        const std::size_t end = std::min(query.find('&', at), query.size());
        const std::string_view parameter = query.substr(at, end - at);
        at = end + 1;
        if (parameter.empty() || is_tracking(parameter)) continue;
        if (!out.empty()) out += '&';
        out += parameter;
    }
    return out;
}

bool is_default_port(const Parts& parts) {
    return parts.port.empty() || (parts.scheme == "http" && parts.port == "80") ||
           (parts.scheme == "https" && parts.port == "443");
}

}  // namespace

std::string canonical_url(std::string_view url) {
    Parts parts;
    if (!split_http(trim(url), parts)) return std::string(url);
    std::string out = parts.scheme + "://" + parts.user + parts.host;
    if (!is_default_port(parts)) out += ":" + parts.port;
    const std::string query = without_tracking(parts.query);
    if (parts.path != "/" && !parts.path.empty()) {
        out += parts.path;
    } else if (!query.empty()) {
        out += '/';
    }
    if (!query.empty()) out += "?" + query;
    return out;
}

std::string domain_of(std::string_view url) {
    url = trim(url);
    Parts parts;
    if (split_http(url, parts)) return parts.host;
    const std::string scheme = scheme_of(url);
    if (scheme.empty() || scheme == "http" || scheme == "https") return "";
    std::string_view rest = url.substr(scheme.size() + 1);
    while (!rest.empty() && rest.front() == '/') rest.remove_prefix(1);
    return scheme + ":" + lower(rest.substr(0, rest.find_first_of("/?#")));
}

bool is_public_suffix(std::string_view domain) {
    const psl_ctx_t* list = psl_builtin();
    if (list == nullptr || domain.empty()) return false;
    return psl_is_public_suffix2(list, lower(domain).c_str(),
                                 PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) == 1;
}

bool domain_matches(std::string_view domain, std::string_view suffix) {
    const bool means_all = suffix.starts_with("*.") || suffix.starts_with('.');
    if (suffix.starts_with("*.")) suffix.remove_prefix(1);
    if (suffix.starts_with('.')) suffix.remove_prefix(1);
    if (suffix.empty() || domain.size() < suffix.size()) return false;
    const std::size_t head = domain.size() - suffix.size();
    if (lower(domain.substr(head)) != lower(suffix)) return false;
    if (head == 0) return true;
    return domain[head - 1] == '.' && (means_all || !is_public_suffix(suffix));
}

}  // namespace torale::core
