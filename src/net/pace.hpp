// How many transfers may be young at once. A fast upstream answers within milliseconds: then a
// hundred connections carry all that one process can do, and a thousand cost twice the CPU time
// for each request. Slow transfers outgrow the limit, so it never holds them back.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>

#include "net/instant.hpp"

namespace torale::net {

class Pace {
public:
    static constexpr std::size_t young_max = 128;
    static constexpr std::chrono::milliseconds youth{2};

    // A ticket to give back with ended().
    std::uint64_t started(Instant now) {
        entries_.push_back({now, true});
        ++young_;
        return first_ + entries_.size() - 1;
    }
    void ended(std::uint64_t ticket) {
        if (ticket < first_ || !entries_[ticket - first_].is_counted) return;
        entries_[ticket - first_].is_counted = false;
        --young_;
    }
    bool has_room(Instant now) {
        while (!entries_.empty() &&
               (!entries_.front().is_counted || entries_.front().began + youth <= now)) {
            if (entries_.front().is_counted) --young_;
            entries_.pop_front();
            ++first_;
        }
        return young_ < young_max;
    }
    // When there will be room again even if nothing ends.
    Instant room_at() const {
        return young_ < young_max ? Instant{} : entries_.front().began + youth;
    }

private:
    struct Entry {
        Instant began;
        bool is_counted;
    };
    std::deque<Entry> entries_;
    std::uint64_t first_ = 0;  // ticket of the front entry
    std::size_t young_ = 0;
};

}  // namespace torale::net
