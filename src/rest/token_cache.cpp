// Least recently used out first.
#include "rest/token_cache.hpp"

namespace torale::rest {

const core::Json* TokenCache::find(std::string_view token) {
    const auto found = by_token_.find(token);
    if (found == by_token_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->claims;
}

void TokenCache::keep(std::string token, core::Json claims) {
    if (entries_max_ == 0 || by_token_.contains(token)) return;
    if (entries_.size() >= entries_max_) {
        by_token_.erase(entries_.back().token);
        entries_.pop_back();
    }
    entries_.push_front({std::move(token), std::move(claims)});
    by_token_.emplace(entries_.front().token, entries_.begin());
}

void TokenCache::clear() {
    by_token_.clear();
    entries_.clear();
}

}  // namespace torale::rest
