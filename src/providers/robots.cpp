// robots.txt: groups, rules, the longest match.
#include "providers/robots.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "core/ascii.hpp"
#include "core/url.hpp"

namespace torale::providers {

namespace {

constexpr std::size_t bytes_max = 500 << 10;
constexpr std::size_t rules_max = 5'000;
constexpr std::size_t pattern_bytes_max = 2'048;
constexpr int stars_max = 16;  // a pattern of many stars costs more to match than it can mean
constexpr std::chrono::hours kept{24};
constexpr std::chrono::minutes unreachable_for{30};
constexpr int crawl_delay_max_s = 30;

// "Torale/1.0 (…)" names the product token "Torale".
std::string_view product_token(std::string_view value) {
    const auto is_token = [](char c) {
        return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    };
    const auto end = std::find_if_not(value.begin(), value.end(), is_token);
    return value.substr(0, static_cast<std::size_t>(end - value.begin()));
}

bool is_unreserved(unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char l = core::lower_ascii(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

void append_encoded(std::string& out, unsigned char c) {
    constexpr char digits[] = "0123456789ABCDEF";
    out += '%';
    out += digits[c >> 4];
    out += digits[c & 15];
}

// One spelling of each octet, so that two writings of a path compare equal.
std::string unify(std::string_view path) {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const auto c = static_cast<unsigned char>(path[i]);
        const int high = c == '%' && i + 2 < path.size() ? hex_value(path[i + 1]) : -1;
        const int low = high >= 0 ? hex_value(path[i + 2]) : -1;
        if (low >= 0) {
            const auto octet = static_cast<unsigned char>(high * 16 + low);
            i += 2;
            if (is_unreserved(octet)) {
                out += static_cast<char>(octet);
            } else {
                append_encoded(out, octet);
            }
        } else if (c >= 0x80 || c <= ' ') {
            append_encoded(out, c);
        } else {
            out += path[i];
        }
    }
    return out;
}

// `*` is any run of octets, a final `$` the end of the path; else a prefix is enough.
bool matches(std::string_view pattern, std::string_view path) {
    const bool to_end = pattern.ends_with('$');
    if (to_end) pattern.remove_suffix(1);
    std::size_t at = 0;
    bool is_first = true;
    while (true) {
        const std::size_t star = pattern.find('*');
        const std::string_view piece = pattern.substr(0, star);
        const bool is_last = star == std::string_view::npos;
        if (is_first) {
            if (!path.starts_with(piece)) return false;
            if (is_last) return !to_end || path.size() == piece.size();
            at = piece.size();
        } else if (is_last && to_end) {
            return path.size() >= at + piece.size() && path.ends_with(piece);
        } else {
            const std::size_t found = path.find(piece, at);
            if (found == std::string_view::npos) return false;
            if (is_last) return true;
            at = found + piece.size();
        }
        is_first = false;
        pattern.remove_prefix(star + 1);
    }
}

// Collects the groups that name the agent and, apart, those for everybody.
class Parser {
public:
    explicit Parser(std::string_view agent) : agent_(agent) {}

    void read_line(std::string_view line) {
        line = core::trim(line.substr(0, line.find('#')), " \t\r");
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return;
        const std::string_view key = core::trim(line.substr(0, colon), " \t\r");
        const std::string_view value = core::trim(line.substr(colon + 1), " \t\r");
        if (core::equals_ignoring_case(key, "user-agent")) {
            read_agent(value);
        } else if (core::equals_ignoring_case(key, "allow") ||
                   core::equals_ignoring_case(key, "disallow")) {
            in_header_ = false;
            add_rule(core::equals_ignoring_case(key, "allow"), value);
        } else if (core::equals_ignoring_case(key, "crawl-delay")) {
            in_header_ = false;
            read_delay(value);
        }
    }

    Robots take() { return std::move(has_own_group_ ? own_ : everybody_); }

private:
    // Agents in a row share the group that follows them.
    void read_agent(std::string_view value) {
        if (!in_header_) is_own_ = is_everybody_ = false;
        in_header_ = true;
        if (value == "*") is_everybody_ = true;
        if (core::equals_ignoring_case(product_token(value), agent_))
            is_own_ = has_own_group_ = true;
    }

    void add_rule(bool allow, std::string_view value) {
        if (value.empty() || value.size() > pattern_bytes_max) return;
        if (std::count(value.begin(), value.end(), '*') > stars_max) return;
        if (value.front() != '/' && value.front() != '*') return;
        for (Robots* robots : groups()) {
            if (robots->rules.size() < rules_max) robots->rules.push_back({allow, unify(value)});
        }
    }

    void read_delay(std::string_view value) {
        double delay_s = 0;
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), delay_s);
        if (error != std::errc{} || !(delay_s > 0) || delay_s > crawl_delay_max_s) return;
        for (Robots* robots : groups()) {
            robots->crawl_delay = core::milliseconds{static_cast<std::int64_t>(delay_s * 1000)};
        }
    }

    std::vector<Robots*> groups() {
        std::vector<Robots*> groups;
        if (is_own_) groups.push_back(&own_);
        if (is_everybody_) groups.push_back(&everybody_);
        return groups;
    }

    std::string_view agent_;
    Robots own_, everybody_;
    bool in_header_ = false;
    bool is_own_ = false;
    bool is_everybody_ = false;
    bool has_own_group_ = false;
};

}  // namespace

Robots parse_robots(std::string_view text, std::string_view agent) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    text = text.substr(0, bytes_max);
    Parser parser(agent);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        parser.read_line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parser.take();
}

bool may_fetch(const Robots& robots, std::string_view path) {
    if (robots.is_unreachable) return false;
    const std::string unified = unify(path);
    if (unified == "/robots.txt") return true;
    const RobotsRule* best = nullptr;
    for (const RobotsRule& rule : robots.rules) {
        const bool is_better = best == nullptr || rule.pattern.size() > best->pattern.size() ||
                               (rule.pattern.size() == best->pattern.size() && rule.allow);
        if (is_better && matches(rule.pattern, unified)) best = &rule;
    }
    return best == nullptr || best->allow;
}

core::Request build_robots_request(std::string_view url) {
    core::Request request;
    request.purpose = core::Purpose::feed;
    request.method = "GET";
    request.url = origin_of(url) + "/robots.txt";
    request.headers = {{"Accept", "text/plain, */*;q=0.5"}};
    request.limits.total_timeout_ms = 15'000;
    request.limits.body_bytes_max = 4 * bytes_max;
    return request;
}

Robots read_robots(const core::Reply& reply, core::Time now) {
    Robots robots;
    const bool is_too_long = reply.fault == core::Fault::too_large;
    if (!reply.fault && reply.status >= 200 && reply.status <= 299) {
        robots = parse_robots(reply.body);
        robots.expires_at = now + kept;
    } else if (!reply.fault && reply.status >= 400 && reply.status <= 499 && reply.status != 429) {
        robots.expires_at = now + kept;
    } else {
        // Whose rules are too long to read said something: nothing is fetched on a guess.
        robots.is_unreachable = true;
        robots.expires_at =
            now + (is_too_long ? core::microseconds{kept} : core::microseconds{unreachable_for});
    }
    return robots;
}

std::string origin_of(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return "";
    const std::size_t end = std::min(url.find_first_of("/?#", scheme + 3), url.size());
    std::string origin(url.substr(0, end));
    for (char& letter : origin) letter = core::lower_ascii(letter);
    return origin;
}

std::string path_of(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return "";
    url = url.substr(0, url.find('#'));
    const std::size_t end = std::min(url.find_first_of("/?", scheme + 3), url.size());
    std::string path(url.substr(end));
    return path.starts_with('/') ? path : "/" + path;
}

}  // namespace torale::providers
