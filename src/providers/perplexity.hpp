// Perplexity Search API: POST {base}/search. Format: provider reference §1.1.
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::perplexity {

core::Request build_search(const Provider& provider, const SearchQuery& query);
Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now);

}  // namespace torale::providers::perplexity
