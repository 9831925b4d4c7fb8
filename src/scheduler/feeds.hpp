// Polls feeds and pages: claims the due ones, has them fetched, reads them, hands their
// documents to the store.
#pragma once
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/retry.hpp"
#include "scheduler/feed_claim.hpp"
#include "scheduler/pages.hpp"
#include "scheduler/ports.hpp"

namespace torale::scheduler {

class Feeds {
public:
    Feeds(ExecutionStore& store, Pages& pages) : store_(store), pages_(pages) {}

    void turn(Time now);
    // False when the page is not one of ours.
    bool accept(std::uint64_t page, PageReply& reply, Time now);
    void look_again() { look_again_ = true; }
    void set_active(bool is_active) { is_active_ = is_active; }
    // When turn() has something to do without a page; nothing = only when told.
    std::optional<Time> next_turn() const;

private:
    ExecutionStore& store_;
    Pages& pages_;
    std::unordered_map<std::uint64_t, FeedClaim> fetching_;  // by page
    std::vector<FeedDone> done_;
    std::optional<Time> next_due_;
    Time next_look_{};
    bool look_again_ = true;
    bool is_active_ = false;
};

// What an answer brought, row by row as each wants it read. Rows of one kind share a FeedDone.
// `unit_random` in [0, 1).
std::vector<FeedDone> read_polled(const FeedClaim& claim, const PageReply& reply, Time now,
                                  double unit_random);

// When a row is polled next, and whether it is given up: 410 at once, 404 after a week.
// `at_least`: what the feed asked for.
FeedRowDone settle_feed(const FeedRow& row, const std::optional<core::Failure>& failure,
                        core::microseconds at_least, Time now, double unit_random);

}  // namespace torale::scheduler
