// Tavily: POST {base}/search. Format: provider reference §1.3.
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::tavily {

core::Request build_search(const Provider& provider, const SearchQuery& query);
Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now);

}  // namespace torale::providers::tavily
