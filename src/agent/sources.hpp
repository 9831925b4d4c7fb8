// What a search found becomes numbered sources: one canonical URL, one hash, no double, nothing
// the task excluded. Providers may ignore a filter, so each is checked here again.
#pragma once
#include <string>
#include <vector>

#include "core/task.hpp"
#include "providers/provider.hpp"

namespace torale::agent {

// Longer texts are cut: they are stored, hashed and shown to judges.
inline constexpr std::size_t snippet_chars_max = 20'000;
inline constexpr std::size_t title_chars_max = 500;
inline constexpr std::size_t url_bytes_max = 2'048;

// Numbers run from 1 in the order of `results`; all sources are new until the history says
// otherwise. Recency counts from `now`; the epoch = not known, recency is then not checked.
// Country and language cannot be told from a result: only the provider looks at them.
std::vector<core::Source> read_sources(std::vector<providers::SearchResult> results,
                                       const core::SearchOptions& options,
                                       const std::string& provider, core::Time now = {});

}  // namespace torale::agent
