// Parallel: POST {base}/v1/search, or /v1beta/search by option. Format: provider reference §1.2.
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::parallel {

core::Request build_search(const Provider& provider, const SearchQuery& query);
Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now);

}  // namespace torale::providers::parallel
