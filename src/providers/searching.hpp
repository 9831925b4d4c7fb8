// What the adapters of search services share: filters in the words of services, replies that may
// fail in any shape, dates as the web writes them.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/provider.hpp"

namespace torale::providers {

core::Request post_json(std::string url, core::Header key, const core::Json& body);
// With `parameters` encoded into the URL; those with an empty value are left out.
core::Request get_json(std::string url, std::vector<core::Header> headers,
                       const std::vector<core::Header>& parameters);

std::string upper(std::string_view text);
// "2026-08-20", in UTC.
std::string write_day(core::Time time);

// When the wanted pages begin: published_after, else now less the recency; nothing without
// either, or with a recency and no known now.
std::optional<core::Time> wanted_since(const SearchQuery& query);

// "*.gov.uk" and ".gov.uk" are our way to say all below; services say gov.uk. At most
// `domains_max`; longer than 253 bytes is no domain.
core::Json bare_domains(const std::vector<std::string>& domains, std::size_t domains_max);
// The query with site: terms, for engines that filter by words alone: "(site:a OR site:b)".
std::string with_sites(const SearchQuery& query);

// parse_time(), or what engines write for readers: "3 days ago", "yesterday", "August 20, 2026".
// What is counted from now is as exact as its unit.
std::optional<core::Time> read_date(std::string_view text, core::Time now);

// Nothing when `url` is no web address. Marks and entities of HTML are taken out of the texts.
std::optional<SearchResult> make_result(std::string url, std::string_view title,
                                        std::string_view snippet);
// The texts of a list, a blank line between them; "" when it is no list.
std::string join_texts(const core::Json& list);

// The error's own words in any of the usual shapes: error.message, error.detail, error,
// detail.error, detail[].msg, errors[].detail, message.
std::string said_in(const core::Json& body);

// Corrects the category of a failure by what its body says; the body is null when it is no JSON.
using Refine = void (*)(core::Failure& failure, const core::Reply& reply, const core::Json& body);
core::Failure read_failure(const Provider& provider, const core::Reply& reply, core::Time now,
                           Refine refine);
struct Expected {
    const char* list = "results";  // the member that must be a list; null = none
    Refine refine = nullptr;
};
// The body of a success as expected; else why not. An error inside a success counts by its own
// number.
Outcome<core::Json> read_object(const Provider& provider, const core::Reply& reply, core::Time now,
                                const Expected& expected);

}  // namespace torale::providers
