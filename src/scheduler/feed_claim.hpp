// A feed as it travels between the scheduler and its store: claimed, and polled.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"

namespace torale::scheduler {

using core::Time;

enum class FeedKind { automatic, feed, page };

// One row of torale.feeds under its lease.
struct FeedRow {
    std::string feed_id;
    std::int64_t token = 0;
    FeedKind kind = FeedKind::automatic;
    core::seconds poll_interval{1800};
    int failures = 0;
    std::optional<Time> failing_since;
};

// One address with all rows that name it: they are served by one fetch.
struct FeedClaim {
    std::string url;
    std::string etag;
    std::string last_modified;
    std::vector<FeedRow> rows;
};

struct FeedRowDone {
    std::string feed_id;
    std::int64_t token = 0;
    Time next_poll_at{};
    int failures = 0;
    std::optional<Time> failing_since;
    std::string error;            // "" = polled well
    std::string disabled_reason;  // "" = goes on
};

struct FeedDocument {
    std::string url;
    std::string title;
    std::string text;
    std::optional<Time> published_at;
};

struct PageSentence {
    std::string hash;
    std::string text;
};

// What a page says; the store knows which sentences are new.
struct PageVersion {
    std::string url;
    std::string title;
    std::optional<Time> published_at;
    std::vector<PageSentence> sentences;
};

struct FeedDone {
    std::string url;
    std::vector<FeedRowDone> rows;
    // False: nothing came (unchanged, or failed), so the validators stay as they are.
    bool is_read = false;
    std::string title;
    std::string etag;
    std::string last_modified;
    std::vector<FeedDocument> documents;
    std::optional<PageVersion> page;
};

}  // namespace torale::scheduler
