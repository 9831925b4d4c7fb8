// Feeds: claim, fetch, read, settle.
#include "scheduler/feeds.hpp"

#include <algorithm>
#include <charconv>

#include "core/text.hpp"
#include "providers/feed.hpp"
#include "providers/page.hpp"

namespace torale::scheduler {

namespace {

using core::microseconds;
using std::chrono::hours;

// At most so many replies are in memory, each of them up to torale.page_bytes_max.
constexpr int fetches_max = 16;
// Whatever is written wakes the scheduler: feeds need not be looked for each time.
constexpr core::milliseconds look_pause{200};
constexpr hours pause_max{24};
constexpr hours missing_max{7 * 24};
constexpr std::size_t sentences_max = 5'000;
constexpr std::size_t hash_digits = 16;

// Cache-Control: max-age, as a floor of a day at most.
microseconds max_age_of(const core::Reply& reply) {
    const auto control = core::find_header(reply.headers, "cache-control");
    const std::size_t at = control ? control->find("max-age=") : std::string_view::npos;
    if (at == std::string_view::npos) return microseconds{0};
    std::int64_t age_s = 0;
    std::from_chars(control->data() + at + 8, control->data() + control->size(), age_s);
    return std::clamp<microseconds>(core::seconds{std::clamp<std::int64_t>(age_s, 0, 86'400)},
                                    microseconds{0}, pause_max);
}

microseconds scaled(microseconds span, double factor) {
    return microseconds{static_cast<std::int64_t>(static_cast<double>(span.count()) * factor)};
}

std::vector<FeedDocument> documents_of(providers::Feed feed, const std::string& url) {
    std::vector<FeedDocument> documents;
    for (providers::FeedItem& item : feed.items) {
        FeedDocument& document = documents.emplace_back();
        document.url = item.url.empty() ? url : std::move(item.url);
        document.title = std::move(item.title);
        document.text = item.text.empty() ? document.title : std::move(item.text);
        document.published_at = item.published_at ? item.published_at : item.updated_at;
    }
    return documents;
}

PageVersion version_of(const providers::Page& page) {
    PageVersion version{page.url, page.title, page.published_at, {}};
    for (const std::string_view sentence : core::split_sentences(page.text)) {
        if (version.sentences.size() >= sentences_max) break;
        const std::string folded = core::fold(sentence);
        if (folded.empty()) continue;
        version.sentences.push_back(
            {core::sha256_hex(folded).substr(0, hash_digits), std::string(sentence)});
    }
    return version;
}

// Reads the reply as `kind`; the failure when it is not that.
std::optional<core::Failure> read_into(FeedDone& done, const PageReply& reply, FeedKind kind,
                                       Time now, microseconds& at_least) {
    const bool as_page = kind == FeedKind::page ||
                         (kind == FeedKind::automatic &&
                          providers::sniff_feed(reply.reply.body) == providers::FeedFormat::html);
    if (as_page) {
        auto page = providers::read_page(reply.reply, reply.final_url, now);
        if (!page) return page.error();
        done.title = page->title;
        done.page = version_of(*page);
    } else {
        auto feed = providers::read_feed(reply.reply, reply.final_url, now);
        if (!feed) return feed.error();
        done.title = feed->title;
        if (feed->ttl)
            at_least =
                std::max<microseconds>(at_least, std::min<microseconds>(*feed->ttl, pause_max));
        done.documents = documents_of(std::move(*feed), reply.final_url);
    }
    done.is_read = true;
    done.etag = reply.etag;
    done.last_modified = reply.last_modified;
    return std::nullopt;
}

std::string error_text(const core::Failure& failure) {
    const std::string status =
        failure.http_status > 0 ? "HTTP " + std::to_string(failure.http_status) + ": " : "";
    return core::truncate(status + failure.message, 1'000);
}

}  // namespace

FeedRowDone settle_feed(const FeedRow& row, const std::optional<core::Failure>& failure,
                        microseconds at_least, Time now, double unit_random) {
    FeedRowDone done;
    done.feed_id = row.feed_id;
    done.token = row.token;
    if (!failure) {
        // Up to a tenth later, so that what was added together is not polled together for ever.
        done.next_poll_at =
            now + scaled(std::max<microseconds>(row.poll_interval, at_least), 1 + unit_random / 10);
        return done;
    }
    done.error = error_text(*failure);
    done.failures = row.failures + 1;
    done.failing_since = row.failing_since ? row.failing_since : now;
    const microseconds longest = std::max<microseconds>(pause_max, row.poll_interval);
    const double growth = static_cast<double>(1 << std::min(row.failures, 12));
    microseconds pause = std::min(scaled(row.poll_interval, growth), longest);
    pause = scaled(pause, 1 - unit_random / 4);
    if (failure->retry_after) pause = std::max<microseconds>(pause, *failure->retry_after);
    done.next_poll_at = now + pause;
    if (failure->http_status == 410) {
        done.disabled_reason = "the address answered 410 Gone";
    } else if (failure->http_status == 404 && now - *done.failing_since >= missing_max) {
        done.disabled_reason = "the address has answered 404 Not Found for a week";
    }
    return done;
}

std::vector<FeedDone> read_polled(const FeedClaim& claim, const PageReply& reply, Time now,
                                  double unit_random) {
    std::vector<FeedDone> all;
    for (const FeedKind kind : {FeedKind::automatic, FeedKind::feed, FeedKind::page}) {
        FeedDone done;
        done.url = claim.url;
        std::optional<core::Failure> failure = reply.failure;
        microseconds at_least = max_age_of(reply.reply);
        const auto is_ours = [kind](const FeedRow& row) { return row.kind == kind; };
        if (std::none_of(claim.rows.begin(), claim.rows.end(), is_ours)) continue;
        if (!failure && reply.status != 304) {
            failure = read_into(done, reply, kind, now, at_least);
        }
        for (const FeedRow& row : claim.rows) {
            if (is_ours(row)) {
                done.rows.push_back(settle_feed(row, failure, at_least, now, unit_random));
            }
        }
        all.push_back(std::move(done));
    }
    return all;
}

void Feeds::turn(Time now) {
    if (!done_.empty()) {
        store_.finish_feeds(done_);
        done_.clear();
        look_again_ = true;
    }
    if (!is_active_ || now < next_look_) return;
    if (!look_again_ && !(next_due_ && *next_due_ <= now)) return;
    const int room = fetches_max - static_cast<int>(fetching_.size());
    if (room <= 0) return;
    look_again_ = false;
    next_look_ = now + look_pause;
    std::vector<FeedClaim> claims = store_.claim_feeds(room);
    for (FeedClaim& claim : claims) {
        const std::uint64_t page = pages_.fetch({.url = claim.url,
                                                 .etag = claim.etag,
                                                 .last_modified = claim.last_modified,
                                                 .purpose = core::Purpose::feed},
                                                now);
        fetching_.emplace(page, std::move(claim));
    }
    next_due_ = store_.next_feed();
    // Due and not to be had: somebody holds the row.
    if (next_due_ && *next_due_ <= now && claims.empty()) next_due_ = now + core::seconds{1};
}

bool Feeds::accept(std::uint64_t page, PageReply& reply, Time now) {
    const auto found = fetching_.find(page);
    if (found == fetching_.end()) return false;
    const double unit_random = static_cast<double>(page * 2654435761U % 1024) / 1024;
    std::vector<FeedDone> done = read_polled(found->second, reply, now, unit_random);
    done_.insert(done_.end(), std::make_move_iterator(done.begin()),
                 std::make_move_iterator(done.end()));
    fetching_.erase(found);
    return true;
}

std::optional<Time> Feeds::next_turn() const {
    if (!done_.empty()) return Time{};
    if (!is_active_ || static_cast<int>(fetching_.size()) >= fetches_max) return std::nullopt;
    if (look_again_) return next_look_;
    return next_due_ ? std::max(*next_due_, next_look_) : next_due_;
}

}  // namespace torale::scheduler
