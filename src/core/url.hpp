// URLs: one canonical form for comparing sources, one strict reading for calling out.
#pragma once
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace torale::core {

// Scheme and host in lower case, default port, fragment, tracking parameters (utm_*, gclid,
// fbclid …) and trailing slash of a bare host removed. A URL that is not http(s) is kept
// verbatim.
std::string canonical_url(std::string_view url);

// Lower-case host without port; "" when there is none. For non-http URLs (for example
// debian-changelog:openssl/3.0.1) the scheme and the part up to the first '/'.
std::string domain_of(std::string_view url);

// True when anybody may register names right below it: co.uk, github.io. By the Public Suffix
// List that libpsl was built with; names that no rule mentions (localhost) are none.
bool is_public_suffix(std::string_view domain);

// True when `domain` is `suffix` or a subdomain of it. Below a public suffix are other people's
// sites: it matches alone, unless it is written *.co.uk or .co.uk, which means all below.
bool domain_matches(std::string_view domain, std::string_view suffix);

}  // namespace torale::core
