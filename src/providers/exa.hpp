// Exa: POST {base}/search. Format: provider reference §1.4.
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::exa {

core::Request build_search(const Provider& provider, const SearchQuery& query);
Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now);

}  // namespace torale::providers::exa
