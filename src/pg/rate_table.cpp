// Counting in one word a key.
#include "pg/rate_table.hpp"

namespace torale::pg {

namespace {

constexpr std::uint64_t minute_mask = 0xffff;

struct Entry {
    std::uint64_t tag;
    std::uint64_t minute;
    std::uint32_t count;

    explicit Entry(std::uint64_t word)
        : tag(word >> 40),
          minute((word >> 24) & minute_mask),
          count(static_cast<std::uint32_t>(word & RateTable::count_max)) {}
    Entry(std::uint64_t hash, std::int64_t at, std::uint32_t counted)
        : tag(hash >> 40 == 0 ? 1 : hash >> 40),
          minute(static_cast<std::uint64_t>(at) & minute_mask),
          count(counted) {}

    std::uint64_t word() const { return tag << 40 | minute << 24 | count; }
    bool is_same_window(const Entry& other) const {
        return tag == other.tag && minute == other.minute;
    }
};

}  // namespace

std::uint32_t RateTable::count(std::uint64_t hash, std::int64_t minute) noexcept {
    std::array<Slot, slots>& bucket = table_[hash % buckets];
    const Entry first(hash, minute, 1);
    // Another process may take the same slot in between; after some rounds a count more or less
    // does not matter.
    constexpr int rounds_max = 16;
    for (int round = 0; round < rounds_max; ++round) {
        Slot* victim = nullptr;
        std::uint64_t victim_word = 0;
        std::uint64_t least = ~std::uint64_t{0};
        for (Slot& slot : bucket) {
            std::uint64_t word = slot.load(std::memory_order_relaxed);
            Entry entry(word);
            while (entry.is_same_window(first)) {
                if (entry.count == count_max) return count_max;
                if (slot.compare_exchange_weak(word, word + 1, std::memory_order_relaxed))
                    return entry.count + 1;
                entry = Entry(word);
            }
            const std::uint64_t worth = entry.minute == first.minute ? entry.count : 0;
            if (worth >= least) continue;
            least = worth;
            victim = &slot;
            victim_word = word;
        }
        if (victim->compare_exchange_strong(victim_word, first.word(), std::memory_order_relaxed))
            return 1;
    }
    return 1;
}

std::uint32_t RateTable::look_up(std::uint64_t hash, std::int64_t minute) const noexcept {
    const Entry wanted(hash, minute, 0);
    for (const Slot& slot : table_[hash % buckets]) {
        const Entry entry(slot.load(std::memory_order_relaxed));
        if (entry.is_same_window(wanted)) return entry.count;
    }
    return 0;
}

}  // namespace torale::pg
