// Requests to search services and their filters.
#include "providers/searching.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <utility>

#include "core/ascii.hpp"
#include "core/json.hpp"
#include "providers/reading.hpp"

namespace torale::providers {

namespace {

constexpr std::size_t domain_bytes_max = 253;

std::string encode(std::string_view text) {
    constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = byte < 0x80 && (std::isalnum(byte) != 0 || c == '-' || c == '.' ||
                                              c == '_' || c == '~');
        if (is_plain) {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

std::string_view bare(std::string_view domain) {
    if (domain.starts_with("*.")) domain.remove_prefix(2);
    if (domain.starts_with('.')) domain.remove_prefix(1);
    return domain;
}

std::chrono::hours length_of(std::string_view recency) {
    using std::chrono::hours;
    if (recency == "hour") return hours{1};
    if (recency == "day") return hours{24};
    if (recency == "week") return hours{7 * 24};
    if (recency == "month") return hours{31 * 24};
    if (recency == "year") return hours{366 * 24};
    return hours{0};
}

}  // namespace

core::Request post_json(std::string url, core::Header key, const core::Json& body) {
    core::Request request;
    request.url = std::move(url);
    request.headers = {
        std::move(key), {"Content-Type", "application/json"}, {"Accept", "application/json"}};
    request.body = core::write_json(body);
    return request;
}

core::Request get_json(std::string url, std::vector<core::Header> headers,
                       const std::vector<core::Header>& parameters) {
    core::Request request;
    request.method = "GET";
    request.url = std::move(url);
    request.headers = std::move(headers);
    request.headers.push_back({"Accept", "application/json"});
    char separator = '?';
    for (const core::Header& parameter : parameters) {
        if (parameter.value.empty()) continue;
        request.url += separator + parameter.name + "=" + encode(core::clean_utf8(parameter.value));
        separator = '&';
    }
    return request;
}

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return out;
}

std::string write_day(core::Time time) {
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(time)};
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
    return text;
}

std::optional<core::Time> wanted_since(const SearchQuery& query) {
    std::optional<core::Time> since = query.options.published_after;
    const auto length = length_of(query.options.recency);
    if (length.count() > 0 && query.now != core::Time{}) {
        since = std::max(since.value_or(core::Time::min()), query.now - length);
    }
    return since;
}

core::Json bare_domains(const std::vector<std::string>& domains, std::size_t domains_max) {
    core::Json list = core::Json::array();
    for (const std::string& domain : domains) {
        if (list.size() == domains_max) break;
        const std::string_view name = bare(domain);
        if (!name.empty() && name.size() <= domain_bytes_max)
            list.push_back(core::lower_ascii(name));
    }
    return list;
}

std::string with_sites(const SearchQuery& query) {
    // A query of twenty sites is longer than engines read.
    constexpr std::size_t sites_max = 10;
    std::string allowed;
    for (const std::string domain : bare_domains(query.options.include_domains, sites_max)) {
        allowed += (allowed.empty() ? "site:" : " OR site:") + domain;
    }
    std::string text = query.text;
    if (!allowed.empty()) {
        const bool is_one = allowed.find(' ') == std::string::npos;
        text += is_one ? " " + allowed : " (" + allowed + ")";
    }
    for (const std::string domain : bare_domains(query.options.exclude_domains, sites_max)) {
        text += " -site:" + domain;
    }
    return text;
}

}  // namespace torale::providers
