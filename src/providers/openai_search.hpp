// OpenAI's hosted web search: POST {base}/responses. Format: provider reference §2.3.
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::openai_search {

core::Request build_search(const Provider& provider, const SearchQuery& query);
Outcome<SearchReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now);

}  // namespace torale::providers::openai_search
