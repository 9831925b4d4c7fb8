// rest::Limiter over the rate tables in shared memory: all web workers count together, in windows
// of one minute.
#pragma once
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "rest/ports.hpp"

namespace torale::pg {

class SharedLimiter final : public rest::Limiter {
public:
    explicit SharedLimiter(const core::Clock& clock) : clock_(clock) {}
    // Requests of one key a minute, 0 = no limit, where the key has none of its own; refused
    // credentials of one address a minute.
    void apply(int requests_max, int refusals_max);

    rest::Quota count_request(const std::string& key, std::int64_t per_minute) override;
    bool is_locked_out(const std::string& remote) override;
    void count_refusal(const std::string& remote) override;

private:
    std::int64_t minute() const;

    const core::Clock& clock_;
    int requests_max_ = 0;
    int refusals_max_ = 0;
};

// Whom an address stands for: itself, or for IPv6 its /64, which is one customer's.
std::string network_of(std::string_view address);

}  // namespace torale::pg
