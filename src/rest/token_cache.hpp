// Tokens whose signature was found good, with their claims: the next request of the same token
// costs a look. Times are checked by the caller each time.
#pragma once
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/json.hpp"

namespace torale::rest {

class TokenCache {
public:
    explicit TokenCache(std::size_t entries_max = 1000) : entries_max_(entries_max) {}

    const core::Json* find(std::string_view token);  // null when unknown
    void keep(std::string token, core::Json claims);
    // The keys have changed.
    void clear();
    std::size_t size() const { return by_token_.size(); }

private:
    struct Entry {
        std::string token;
        core::Json claims;
    };
    std::size_t entries_max_;
    std::list<Entry> entries_;  // most recently used first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_token_;
};

}  // namespace torale::rest
