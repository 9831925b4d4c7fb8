// Search results to sources.
#include "agent/sources.hpp"

#include <algorithm>
#include <utility>

#include "core/similarity.hpp"
#include "core/text.hpp"
#include "core/url.hpp"
#include "providers/searching.hpp"

namespace torale::agent {

namespace {

bool is_plain_ascii(std::string_view text) {
    unsigned char seen = 0;
    bool has_nul = false;
    for (const char c : text) {
        seen |= static_cast<unsigned char>(c);
        has_nul |= c == '\0';
    }
    return seen < 0x80 && !has_nul;
}

// Cheap for the usual text: nothing to clean in plain ASCII, nothing to count in a text of at
// most `chars_max` bytes.
std::string cut(std::string text, std::size_t chars_max) {
    if (!is_plain_ascii(text)) text = core::clean_utf8(text);
    return text.size() <= chars_max ? text : core::truncate(text, chars_max);
}

bool matches_any(const std::string& domain, const std::vector<std::string>& suffixes) {
    return std::any_of(suffixes.begin(), suffixes.end(), [&](const std::string& suffix) {
        return core::domain_matches(domain, suffix);
    });
}

// A time at midnight is how a date without a time is read: its whole day may be meant.
core::Time latest_meant(core::Time published_at) {
    const auto day = std::chrono::floor<std::chrono::days>(published_at);
    return published_at == day ? day + std::chrono::days{1} - core::microseconds{1} : published_at;
}

bool is_wanted(const core::Source& source, const core::SearchOptions& options,
               std::optional<core::Time> since) {
    // A source without a date may be as new as any; only a known old one is refused.
    if (since && source.published_at && latest_meant(*source.published_at) < *since) return false;
    if (options.include_domains.empty() && options.exclude_domains.empty()) return true;
    const std::string domain = core::domain_of(source.url);
    if (matches_any(domain, options.exclude_domains)) return false;
    return options.include_domains.empty() || matches_any(domain, options.include_domains);
}

}  // namespace

std::vector<core::Source> read_sources(std::vector<providers::SearchResult> results,
                                       const core::SearchOptions& options,
                                       const std::string& provider, core::Time now) {
    const auto since = providers::wanted_since({.text = "", .options = options, .now = now});
    std::vector<core::Source> sources;
    sources.reserve(results.size());
    const auto sources_max = static_cast<std::size_t>(std::max(options.max_results, 1));
    for (providers::SearchResult& result : results) {
        if (sources.size() == sources_max) break;
        if (result.url.empty() || result.url.size() > url_bytes_max) continue;
        core::Source source;
        source.url = core::canonical_url(core::clean_utf8(result.url));
        source.title = cut(std::move(result.title), title_chars_max);
        source.snippet = cut(std::move(result.snippet), snippet_chars_max);
        source.published_at = result.published_at;
        if (source.title.empty() && source.snippet.empty()) continue;
        if (!is_wanted(source, options, since)) continue;
        source.content_hash = core::content_hash(source.url, source.title, source.snippet);
        const bool is_double = std::any_of(
            sources.begin(), sources.end(),
            [&](const core::Source& other) { return other.content_hash == source.content_hash; });
        if (is_double) continue;
        source.fingerprint = core::text_fingerprint(source.title, source.snippet);
        source.provider = provider;
        source.number = static_cast<int>(sources.size()) + 1;
        sources.push_back(std::move(source));
    }
    return sources;
}

}  // namespace torale::agent
