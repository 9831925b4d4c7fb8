// Brave Search: GET {base}/res/v1/web/search. Format: provider reference §1.5.
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::brave {

core::Request build_search(const Provider& provider, const SearchQuery& query);
Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now);

}  // namespace torale::providers::brave
