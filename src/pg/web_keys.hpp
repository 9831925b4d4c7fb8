// The keys that tokens are verified with: TORALE_JWT_SECRET, and JWKS from a file or from the
// database, where the scheduler leaves what it fetched. Read again when a source has changed.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "rest/auth.hpp"
#include "rest/token_cache.hpp"

namespace torale::pg {

struct KeySources {
    std::string secrets_file;
    std::string jwks_file;  // "" = none
    std::string jwks_url;   // "" = none
    bool operator==(const KeySources&) const = default;
};

class WebKeys {
public:
    const rest::KeySet& set() const { return set_; }
    rest::TokenCache& known_tokens() { return known_tokens_; }

    void apply(KeySources sources);
    // Looks at the sources, at most once in two seconds.
    void look();
    // A token was signed with a key that we do not have: asks for newer ones. Whether there are
    // some at once.
    bool look_for_newer();

private:
    using Instant = std::chrono::steady_clock::time_point;
    struct Version {
        std::uint64_t secrets = 0;
        std::uint64_t file = 0;
        std::string document;
        bool operator==(const Version&) const = default;
    };
    Version read_version() const;
    bool load(bool is_forced);

    KeySources sources_;
    rest::KeySet set_;
    rest::TokenCache known_tokens_;
    Version version_;
    Instant next_look_{};
    Instant next_wish_{};
};

}  // namespace torale::pg
