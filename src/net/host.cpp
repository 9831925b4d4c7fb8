#include "net/host.hpp"

#include <curl/curl.h>
#include <langinfo.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

namespace torale::net {

namespace {

constexpr std::size_t url_bytes_max = 2048;
constexpr std::size_t host_bytes_max = 253;
constexpr const char* punycode_hint = "Write international names in punycode (xn--…).";

struct CloseUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
    void operator()(char* text) const { curl_free(text); }
};
using Url = std::unique_ptr<CURLU, CloseUrl>;

core::Error invalid(std::string message, std::string detail = {}, std::string hint = {}) {
    return {core::ErrorKind::invalid, std::move(message), std::move(detail), std::move(hint)};
}

std::optional<std::string> part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* raw = nullptr;
    if (curl_url_get(url, part, &raw, flags) != CURLUE_OK || raw == nullptr) return std::nullopt;
    const std::unique_ptr<char, FreeText> text(raw);
    return std::string(text.get());
}

// libidn2 reads names in the character set of the process; in any other than UTF-8 it would
// make a different name of the same bytes, so there we want punycode from the user.
unsigned host_flags() {
#ifdef CURLU_PUNYCODE
    if (std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return CURLU_PUNYCODE;
#endif
    return 0;
}

void lower(std::string& text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
}

bool is_host_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

// Browsers read such a host as an address. curl has turned all it understands into four numbers
// by now; what is left is a trick or a typing error, and some resolvers would still accept it.
bool ends_in_number(std::string_view name) {
    const auto dot = name.rfind('.');
    const std::string_view last = dot == std::string_view::npos ? name : name.substr(dot + 1);
    if (last.empty()) return false;
    if (last.starts_with("0x"))
        return last.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
    return last.find_first_not_of("0123456789") == std::string_view::npos;
}

core::Result<Host> literal_6(std::string_view inside) {
    const std::string_view without_zone = inside.substr(0, inside.find('%'));
    const auto bytes = parse_address(without_zone);
    if (!bytes || bytes->size() != 16)
        return invalid("not an IPv6 address: " + std::string(inside.substr(0, 64)));
    return Host{address_text(*bytes), *bytes};
}

// Asks curl to read `name` as the host of a URL: numeric spellings become four numbers.
std::optional<std::string> reread(const std::string& name) {
    const Url url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, ("https://" + name + "/").c_str(), 0))
        return std::nullopt;
    auto host = part_of(url.get(), CURLUPART_HOST, host_flags());
    if (host) lower(*host);
    return host;
}

core::Result<Host> host_of(std::string name) {
    lower(name);
    if (name.size() > 2 && name.front() == '[' && name.back() == ']')
        return literal_6(std::string_view(name).substr(1, name.size() - 2));
    const bool had_dot = name.ends_with('.');
    if (had_dot) name.pop_back();
    if (name.empty()) return invalid("the host is empty");
    if (name.size() > host_bytes_max)
        return invalid("the host is longer than " + std::to_string(host_bytes_max) + " bytes");
    if (!std::all_of(name.begin(), name.end(), is_host_byte))
        return invalid("the host holds characters that no host name has", {}, punycode_hint);
    if (!parse_address(name) && ends_in_number(name)) {
        // Trailing dots and wide digits hide numbers from the first reading.
        const auto again = reread(name);
        if (!again || !parse_address(*again))
            return invalid("the host ends in a number but is not an IPv4 address: " + name);
        name = *again;
    }
    const auto literal = parse_address(name);
    return Host{name, literal.value_or(Address{})};
}

core::Error explain(CURLUcode code) {
    switch (static_cast<int>(code)) {
        case CURLUE_USER_NOT_ALLOWED:
            return invalid("user names and passwords in a URL are not allowed",
                           "they would be shown and logged with it",
                           "Send credentials in a header.");
        case CURLUE_BAD_PORT_NUMBER:
            return invalid("the port of the URL is not a number 1-65535");
        case CURLUE_NO_HOST:
            return invalid("the URL has no host");
        case CURLUE_BAD_SCHEME:
        case CURLUE_UNSUPPORTED_SCHEME:
            return invalid("the URL has no scheme", {}, "Write https://host/path.");
        default:
            return invalid("not a URL: " + std::string(curl_url_strerror(code)), {},
                           "Write https://host/path.");
    }
}

core::Result<Url> read_url(std::string_view text) {
    if (text.empty()) return invalid("the URL is empty");
    if (text.size() > url_bytes_max)
        return invalid("the URL is longer than " + std::to_string(url_bytes_max) + " bytes",
                       "it has " + std::to_string(text.size()) + " bytes");
    const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; };
    if (std::any_of(text.begin(), text.end(), is_bad))
        return invalid("the URL holds blanks or control characters", {}, "Write a blank as %20.");
    // Browsers read a backslash as a slash, curl does not: what the user saw and where we call
    // would differ.
    if (text.find('\\') != std::string_view::npos)
        return invalid("the URL holds a backslash", {}, "Write it as %5C.");
    Url url(curl_url());
    if (!url) return core::Error{core::ErrorKind::internal, "out of memory", {}, {}};
    const auto code = curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(),
                                   CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER);
    if (code != CURLUE_OK) return explain(code);
    return url;
}

}  // namespace

core::Result<UrlParts> parse_url(std::string_view text) {
    auto url = read_url(text);
    if (!url) return url.error();
    UrlParts parts;
    parts.scheme = part_of(url->get(), CURLUPART_SCHEME).value_or("");
    lower(parts.scheme);
    auto name = part_of(url->get(), CURLUPART_HOST, host_flags());
    if (!name)
        return invalid("the host of the URL is not a name that DNS knows", {}, punycode_hint);
    auto host = host_of(std::move(*name));
    if (!host) return host.error();
    parts.host = std::move(*host);
    const auto port = part_of(url->get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
    if (port) parts.port = std::stoi(*port);
    return parts;
}

core::Result<Host> parse_host(std::string_view text) {
    if (text.empty() || text.find_first_of("/?#@\\ \t\r\n") != std::string_view::npos)
        return invalid("not a host: " + std::string(text.substr(0, 64)));
    auto parts = parse_url("https://" + std::string(text) + "/");
    if (!parts) return parts.error();
    return parts->host;
}

}  // namespace torale::net
