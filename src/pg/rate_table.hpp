// Counts of one minute by key, in a fixed piece of shared memory: lock-free, and small enough to be
// always there. A key is known by 35 bits of its hash. When a bucket is full of keys of this
// minute, the one counted least gives way: whoever is near a limit stays.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>

namespace torale::pg {

class RateTable {
public:
    // One more of `hash` in `minute` (minutes since 1970); how many that makes.
    std::uint32_t count(std::uint64_t hash, std::int64_t minute) noexcept;
    std::uint32_t look_up(std::uint64_t hash, std::int64_t minute) const noexcept;

    static constexpr std::uint32_t count_max = (1u << 24) - 1;  // where counting stops

private:
    static constexpr std::size_t buckets = 2048;
    static constexpr std::size_t slots = 8;
    // Tag of the key, minute and count: 24, 16 and 24 bits; 0 = free. One word, so that no reader
    // sees the count of another key.
    using Slot = std::atomic<std::uint64_t>;
    static_assert(Slot::is_always_lock_free);

    std::array<std::array<Slot, slots>, buckets> table_;
};

}  // namespace torale::pg
