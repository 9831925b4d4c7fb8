// Perplexity Search API: POST {base}/search. Format: provider reference §1.1.
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::perplexity {

// The filters that Search and Sonar have in common: domains, language, dates.
void add_filters(core::Json& body, const SearchQuery& query);
// How both name used-up credit.
void refine_failure(core::Failure& failure, const core::Reply& reply, const core::Json& body);

core::Request build_search(const Provider& provider, const SearchQuery& query);
Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now);

}  // namespace torale::providers::perplexity
