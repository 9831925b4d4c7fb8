// Monotonic time: deadlines must not move when somebody sets the clock.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

namespace torale::net {

using Instant = std::chrono::steady_clock::time_point;

inline Instant now_instant() {
    return std::chrono::steady_clock::now();
}

// Of two optional deadlines the earlier one.
inline std::optional<Instant> earlier(std::optional<Instant> left, std::optional<Instant> right) {
    if (!left) return right;
    if (!right) return left;
    return *left < *right ? left : right;
}

// Deadlines by id, the earliest first.
class Timers {
public:
    using Key = std::pair<Instant, std::uint64_t>;

    Key set(Instant when, std::uint64_t id) { return *queue_.emplace(when, id).first; }
    void unset(const Key& key) { queue_.erase(key); }

    std::optional<Instant> next() const {
        if (queue_.empty()) return std::nullopt;
        return queue_.begin()->first;
    }
    std::optional<std::uint64_t> take_due(Instant now) {
        if (queue_.empty() || queue_.begin()->first > now) return std::nullopt;
        const std::uint64_t id = queue_.begin()->second;
        queue_.erase(queue_.begin());
        return id;
    }

private:
    std::set<Key> queue_;
};

}  // namespace torale::net
