// Keys and addresses to places in the rate tables.
#include "pg/rate_limits.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "pg/shared_http.hpp"

#include "pg/postgres.hpp"

namespace torale::pg {

namespace {

constexpr std::string_view address_mark = "address:";
constexpr std::int64_t seconds_per_minute = 60;
constexpr int count_most = static_cast<int>(RateTable::count_max) - 1;

std::uint64_t hash_of(std::string_view key) {
    return hash_bytes_extended(reinterpret_cast<const unsigned char*>(key.data()),
                               static_cast<int>(key.size()), rate_seed());
}

}  // namespace

std::string network_of(std::string_view address) {
    const std::string text(address);
    unsigned char bytes[16];
    if (inet_pton(AF_INET6, text.c_str(), bytes) != 1) return text;
    in6_addr v6{};
    std::memcpy(&v6, bytes, sizeof v6);
    if (IN6_IS_ADDR_V4MAPPED(&v6)) return text;
    return {reinterpret_cast<const char*>(bytes), 8};
}

void SharedLimiter::apply(int requests_max, int refusals_max) {
    requests_max_ = requests_max;
    refusals_max_ = std::min(refusals_max, count_most);
}

std::int64_t SharedLimiter::minute() const {
    const auto now = std::chrono::floor<core::seconds>(clock_.now().time_since_epoch());
    return now.count() / seconds_per_minute;
}

rest::Quota SharedLimiter::count_request(const std::string& key, std::int64_t per_minute) {
    RateTable* table = request_rates();
    const std::int64_t limit =
        std::min<std::int64_t>(per_minute > 0 ? per_minute : requests_max_, count_most);
    if (limit == 0 || table == nullptr) return {};
    const bool is_address = key.starts_with(address_mark);
    const std::uint64_t hash =
        is_address ? hash_of("a" + network_of(std::string_view(key).substr(address_mark.size())))
                   : hash_of("k" + key);
    const std::int64_t now = minute();
    const std::int64_t counted = table->count(hash, now);
    return {.limit = limit,
            .remaining = std::max<std::int64_t>(0, limit - counted),
            .reset_at = (now + 1) * seconds_per_minute,
            .is_exceeded = counted > limit};
}

bool SharedLimiter::is_locked_out(const std::string& remote) {
    const RateTable* table = refusal_rates();
    return table != nullptr && table->look_up(hash_of(network_of(remote)), minute()) >=
                                   static_cast<std::uint32_t>(refusals_max_);
}

void SharedLimiter::count_refusal(const std::string& remote) {
    if (RateTable* table = refusal_rates()) table->count(hash_of(network_of(remote)), minute());
    if (HttpCounters* counters = http_counters()) ++counters->auth_refused;
}

}  // namespace torale::pg
