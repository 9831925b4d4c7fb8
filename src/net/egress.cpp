#include "net/egress.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/ascii.hpp"
#include "net/host.hpp"

namespace torale::net {

namespace {

core::Error invalid(std::string message, std::string detail, std::string hint) {
    return {core::ErrorKind::invalid, std::move(message), std::move(detail), std::move(hint)};
}

const char* name_of(core::Purpose purpose) {
    switch (purpose) {
        case core::Purpose::provider:
            return "provider";
        case core::Purpose::channel:
            return "channel";
        case core::Purpose::feed:
            return "feed";
    }
    return "";
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

bool is_for(const EgressRule& rule, core::Purpose purpose, int port) {
    return (rule.any_purpose || rule.purpose == purpose) && (rule.port == 0 || rule.port == port);
}

bool is_named(const EgressPolicy& policy, core::Purpose purpose, const Target& target) {
    return std::any_of(policy.allow.begin(), policy.allow.end(), [&](const EgressRule& rule) {
        return !rule.host.empty() && rule.host == target.host && is_for(rule, purpose, target.port);
    });
}

bool is_in_allowed_range(const EgressPolicy& policy, core::Purpose purpose, int port,
                         const Address& address) {
    const Address plain = unmapped(address);
    return std::any_of(policy.allow.begin(), policy.allow.end(), [&](const EgressRule& rule) {
        return rule.host.empty() && is_for(rule, purpose, port) &&
               is_inside(plain, rule.network, rule.prefix_bits);
    });
}

std::string ports_text(const EgressPolicy& policy) {
    std::string text;
    for (const int port : policy.ports) text += (text.empty() ? "" : ", ") + std::to_string(port);
    return text;
}

std::string how_to_allow(core::Purpose purpose, const Target& target) {
    return "A superuser can add " + std::string(name_of(purpose)) + ":" + bracketed(target.host) +
           ":" + std::to_string(target.port) + " to torale.egress_allow.";
}

core::Error refuse_scheme(core::Purpose purpose, const Target& target) {
    return invalid("the scheme " + target.scheme + " is not allowed", "only https is",
                   target.scheme == "http" ? how_to_allow(purpose, target)
                                           : std::string("Write https://host/path."));
}

std::optional<int> read_number(std::string_view text, int least, int most) {
    int value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size() || value < least || value > most)
        return std::nullopt;
    return value;
}

core::Error bad_entry(std::string_view entry, const std::string& why) {
    return invalid("invalid entry in torale.egress_allow: \"" + std::string(entry) + "\"", why,
                   "Write [provider:|channel:|feed:]host-or-CIDR[:port], IPv6 in brackets, for "
                   "example channel:hooks.example.com:8443, 10.0.0.0/8 or provider:[::1]:11434.");
}

// One entry cut into its parts, none of them checked.
struct EntryParts {
    std::string host;
    std::optional<std::string> prefix;
    std::optional<std::string> port;
};

std::string_view take_purpose(std::string_view entry, EgressRule& rule) {
    for (const auto purpose :
         {core::Purpose::provider, core::Purpose::channel, core::Purpose::feed}) {
        const std::string prefix = std::string(name_of(purpose)) + ":";
        if (!entry.starts_with(prefix)) continue;
        rule.any_purpose = false;
        rule.purpose = purpose;
        return entry.substr(prefix.size());
    }
    return entry;
}

// host, host:port, net/bits, net/bits:port, [v6], [v6]:port, [v6]/bits:port, [v6/bits]:port.
std::optional<EntryParts> cut_entry(std::string_view text) {
    EntryParts parts;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        const std::string_view inside = text.substr(1, close - 1);
        const auto slash = inside.find('/');
        parts.host = "[" + std::string(inside.substr(0, slash)) + "]";
        if (slash != std::string_view::npos) parts.prefix = std::string(inside.substr(slash + 1));
        text.remove_prefix(close + 1);
    } else {
        const auto end = text.find_first_of("/:");
        parts.host = std::string(text.substr(0, end));
        text.remove_prefix(std::min(end, text.size()));
    }
    if (text.starts_with('/') && !parts.prefix) {
        const auto colon = text.find(':');
        parts.prefix = std::string(text.substr(1, colon == text.npos ? colon : colon - 1));
        text.remove_prefix(std::min(colon, text.size()));
    }
    if (text.starts_with(':')) {
        parts.port = std::string(text.substr(1));
        text = {};
    }
    if (!text.empty()) return std::nullopt;
    return parts;
}

core::Result<EgressRule> parse_entry(std::string_view entry) {
    EgressRule rule;
    const auto parts = cut_entry(take_purpose(entry, rule));
    if (!parts) return bad_entry(entry, "it is not host-or-CIDR[:port]");
    if (parts->port) {
        const auto port = read_number(*parts->port, 1, 65535);
        if (!port) return bad_entry(entry, "the port is not a number 1-65535");
        rule.port = *port;
    }
    const auto host = parse_host(parts->host);
    if (!host) return bad_entry(entry, host.error().message);
    if (host->literal.empty()) {
        if (parts->prefix) return bad_entry(entry, "only an address can have a prefix length");
        rule.host = host->name;
        return rule;
    }
    rule.network = host->literal;
    const int bits = static_cast<int>(rule.network.size()) * 8;
    const auto prefix = parts->prefix ? read_number(*parts->prefix, 0, bits) : std::optional(bits);
    if (!prefix)
        return bad_entry(entry, "the prefix length is not a number 0-" + std::to_string(bits));
    rule.prefix_bits = *prefix;
    return rule;
}

// RFC 6761: these never leave the machine, so there is no need to wait for a resolver.
bool is_localhost(std::string_view host) {
    return host == "localhost" || host.ends_with(".localhost");
}

}  // namespace

core::Result<std::vector<EgressRule>> parse_egress_allow(std::string_view text) {
    std::vector<EgressRule> rules;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const std::string_view entry = core::trim(text.substr(0, comma));
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        if (entry.empty()) continue;
        auto rule = parse_entry(entry);
        if (!rule) return rule.error();
        rules.push_back(std::move(*rule));
    }
    return rules;
}

core::Result<Target> check_url(const EgressPolicy& policy, core::Purpose purpose,
                               std::string_view url) {
    auto parts = parse_url(url);
    if (!parts) return parts.error();
    const Address& literal = parts->host.literal;
    Target target{parts->scheme, parts->host.name, parts->port, !literal.empty(), false};
    if (target.scheme != "https" && target.scheme != "http") return refuse_scheme(purpose, target);
    target.by_name = is_named(policy, purpose, target);
    if (target.by_name) return target;
    const Address probe = is_localhost(target.host) ? Address{127, 0, 0, 1} : literal;
    if (!probe.empty() && is_in_allowed_range(policy, purpose, target.port, probe)) return target;
    if (target.scheme != "https") return refuse_scheme(purpose, target);
    const std::string why = probe.empty() ? std::string() : special_range(probe);
    if (!why.empty())
        return invalid("the address " + target.host + " is not allowed", why,
                       how_to_allow(purpose, target));
    if (std::find(policy.ports.begin(), policy.ports.end(), target.port) == policy.ports.end())
        return invalid("the port " + std::to_string(target.port) + " is not allowed",
                       "allowed: " + ports_text(policy), how_to_allow(purpose, target));
    return target;
}

std::string check_address(const EgressPolicy& policy, core::Purpose purpose, int port,
                          const std::vector<std::uint8_t>& address) {
    if (is_in_allowed_range(policy, purpose, port, address)) return {};
    return special_range(address);
}

std::string check_peer(const EgressPolicy& policy, core::Purpose purpose, const Target& target,
                       const std::vector<std::uint8_t>& address) {
    if (is_named(policy, purpose, target)) return {};
    return check_address(policy, purpose, target.port, address);
}

}  // namespace torale::net
