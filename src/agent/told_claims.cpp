// Quotes with the sources they stand in, taken apart.
#include "agent/told_claims.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace torale::agent {

namespace {

constexpr std::size_t text_bytes_max = 2'000;  // as much as is known of a told source

}  // namespace

Told read_told(const std::vector<ToldFinding>& findings) {
    Told told{findings, {}, std::vector<ToldContext>(findings.size())};
    for (std::size_t i = 0; i < findings.size(); ++i) {
        for (const ToldQuote& quote : findings[i].quotes) {
            const core::Time reference = quote.published_at.value_or(findings[i].created_at);
            ToldClaim& one = told.claims.emplace_back();
            one.finding = i;
            one.claim = read_claim(quote.quote, quote.title, quote.published_at, reference);
            one.claim.url = quote.url;
            one.claim.fingerprint = quote.fingerprint;
            one.story = read_story(quote.title, quote.text, quote.content_hash, reference);
            add_to(told.contexts[i], one.claim);
        }
    }
    return told;
}

std::vector<Cited> read_cited(const core::Judgement& judgement,
                              const std::vector<core::Source>& sources, core::Time reference) {
    std::vector<Cited> cited;
    for (const core::Citation& citation : judgement.citations) {
        const auto source = std::find_if(
            sources.begin(), sources.end(),
            [&](const core::Source& candidate) { return candidate.number == citation.source; });
        if (source == sources.end()) continue;
        Cited& one = cited.emplace_back();
        one.source = &*source;
        one.reference = source->published_at.value_or(reference);
        one.claim = read_claim(citation.quote, source->title, source->published_at, one.reference);
        one.claim.url = source->url;
        one.claim.fingerprint = source->fingerprint;
        one.story = read_story(source->title, core::truncate(source->snippet, text_bytes_max),
                               source->content_hash, source->published_at);
    }
    return cited;
}

}  // namespace torale::agent
