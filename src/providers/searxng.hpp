// SearXNG, an engine of one's own: GET {base}/search. Format: provider reference §1.6.
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::searxng {

core::Request build_search(const Provider& provider, const SearchQuery& query);
Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now);

}  // namespace torale::providers::searxng
