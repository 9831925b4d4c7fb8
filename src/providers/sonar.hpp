// Perplexity Sonar: POST {base}/chat/completions. Format: provider reference §2.6.
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::sonar {

core::Request build_search(const Provider& provider, const SearchQuery& query);
Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now);

}  // namespace torale::providers::sonar
