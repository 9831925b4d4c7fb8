// Search over torale.documents. This file reads the words of a query; the ranking itself is
// SQL, since the index lives there.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/task.hpp"
#include "providers/provider.hpp"

namespace torale::providers::builtin {

// A search over the documents that `owner` may see. Quoted and minus terms are strict, the
// others are OR-ed and ranked by the share that matches.
struct DocumentQuery {
    std::string owner;
    std::vector<std::string> words;     // folded, stop words removed, at least one unless phrases
    std::vector<std::string> phrases;   // must all stand in title or body
    std::vector<std::string> excluded;  // words or phrases that must not
    core::SearchOptions options;
    // From options.published_after, or from options.recency and the clock.
    std::optional<core::Time> published_after;
    bool operator==(const DocumentQuery&) const = default;
};

DocumentQuery plan_query(std::string_view owner, std::string_view search_query,
                         const core::SearchOptions& options, core::Time now);

}  // namespace torale::providers::builtin
