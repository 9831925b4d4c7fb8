// The store's verbs for feeds. One address that PostgreSQL refuses must not keep the others
// from being written: a refused batch is written one by one.
#include <algorithm>
#include <utility>

#include "core/json.hpp"
#include "pg/execution_rows.hpp"
#include "pg/execution_store.hpp"
#include "pg/json_text.hpp"
#include "pg/log.hpp"

namespace torale::pg {

using core::Json;
using scheduler::FeedClaim;
using scheduler::FeedDone;
using scheduler::FeedKind;
using scheduler::FeedRow;

namespace {

// Sixteen addresses of one host, each with its redirects and its time limit, one after the other.
constexpr const char* lease = "15 minutes";
constexpr std::size_t held_max = 100;

FeedKind kind_of(std::string_view name) {
    return name == "feed" ? FeedKind::feed : name == "page" ? FeedKind::page : FeedKind::automatic;
}

FeedRow read_row(const Json& json) {
    FeedRow row;
    row.feed_id = json.value("feed_id", "");
    row.token = json.value("token", std::int64_t{0});
    row.kind = kind_of(json.value("kind", ""));
    row.poll_interval = core::seconds{json.value("poll_interval_s", std::int64_t{1800})};
    row.failures = json.value("failures", 0);
    const auto since = json.find("failing_since");
    if (since != json.end() && since->is_string()) {
        row.failing_since = core::parse_time(since->get<std::string>());
    }
    return row;
}

std::string write_rows(const FeedDone& done) {
    JsonRows rows;
    for (const scheduler::FeedRowDone& row : done.rows) {
        rows.open();
        rows.text("feed_id", row.feed_id);
        rows.number("token", row.token);
        rows.time("next_poll_at", row.next_poll_at);
        rows.number("failures", std::int64_t{row.failures});
        rows.time("failing_since", row.failing_since);
        rows.text("error", row.error);
        rows.text("disabled_reason", row.disabled_reason);
        rows.close();
    }
    return rows.take();
}

std::string write_documents(const FeedDone& done) {
    JsonRows rows;
    for (const scheduler::FeedDocument& document : done.documents) {
        rows.open();
        rows.exact_text("url", document.url);
        rows.exact_text("title", document.title);
        rows.exact_text("body", document.text);
        rows.time("published_at", document.published_at);
        rows.close();
    }
    return rows.take();
}

std::string write_page(const scheduler::PageVersion& page) {
    JsonRows sentences;
    for (const scheduler::PageSentence& sentence : page.sentences) {
        sentences.open();
        sentences.exact_text("hash", sentence.hash);
        sentences.exact_text("text", sentence.text);
        sentences.close();
    }
    JsonRows row;
    row.open();
    row.exact_text("url", page.url);
    row.exact_text("title", page.title);
    row.time("published_at", page.published_at);
    row.raw("sentences", sentences.take());
    row.close();
    const std::string list = row.take();
    return list.substr(1, list.size() - 2);
}

std::string write_polled(const std::vector<FeedDone>& all) {
    JsonRows rows;
    for (const FeedDone& done : all) {
        rows.open();
        rows.raw("rows", write_rows(done));
        rows.boolean("is_read", done.is_read);
        rows.text("title", done.title);
        rows.text("etag", done.etag);
        rows.text("last_modified", done.last_modified);
        rows.raw("documents", write_documents(done));
        if (done.page) rows.raw("page", write_page(*done.page));
        rows.close();
    }
    return rows.take();
}

void write(const std::vector<FeedDone>& done) {
    Transaction transaction("torale: storing what feeds brought");
    transaction.run("SELECT torale_internal.finish_feeds($1, clock_timestamp())",
                    {as_jsonb(write_polled(done))});
    transaction.commit();
}

// What cannot be stored is a failure of its own: the rows say so and the feed goes on later.
FeedDone as_failure(FeedDone done, const std::string& why) {
    const core::Time now = core::SystemClock{}.now();
    done.is_read = false;
    done.documents.clear();
    done.page.reset();
    for (scheduler::FeedRowDone& row : done.rows) {
        row.error = "what it brought could not be stored: " + why;
        row.failures += 1;
        if (!row.failing_since) row.failing_since = now;
        row.next_poll_at = std::max(row.next_poll_at, now + std::chrono::hours{1});
    }
    return done;
}

// Somebody else's transaction is in the way; the same write succeeds when that is over.
bool is_lock_conflict(const Error& error) {
    return error.sqlstate == "55P03" || error.sqlstate == "40P01" || error.sqlstate == "57014";
}

}  // namespace

std::vector<FeedClaim> SqlExecutionStore::claim_feeds(int limit) {
    if (!held_feeds_.empty()) finish_feeds({});
    Transaction transaction("torale: claiming feeds");
    const Rows rows = transaction.run(
        "SELECT url, etag, last_modified, feeds FROM "
        "torale_internal.claim_feeds(statement_timestamp(), $1::integer, $2::interval)",
        {as_int8(limit), as_text(lease)});
    transaction.commit();
    std::vector<FeedClaim> claims;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        FeedClaim& claim = claims.emplace_back();
        claim.url = rows.text(i, 0);
        claim.etag = rows.optional_text(i, 1).value_or("");
        claim.last_modified = rows.optional_text(i, 2).value_or("");
        const Json feeds = Json::parse(rows.text(i, 3), nullptr, false);
        for (const Json& row : feeds) claim.rows.push_back(read_row(row));
    }
    return claims;
}

void SqlExecutionStore::finish_feeds(const std::vector<FeedDone>& done) {
    std::vector<FeedDone> all = std::exchange(held_feeds_, {});
    all.insert(all.end(), done.begin(), done.end());
    try {
        write(all);
        return;
    } catch (const Error& error) {
        log_line("feeds refused, writing one by one count=" + std::to_string(all.size()) +
                 " sqlstate=" + error.sqlstate + " why=\"" + error.what() + "\"");
    }
    for (FeedDone& one : all) {
        try {
            write({one});
        } catch (const Error& error) {
            // Dropped results are polled again when their lease is over.
            if (is_lock_conflict(error)) {
                if (held_feeds_.size() < held_max) held_feeds_.push_back(std::move(one));
                continue;
            }
            write({as_failure(std::move(one), error.what())});
        }
    }
}

std::optional<core::Time> SqlExecutionStore::next_feed() {
    Transaction transaction("torale: looking for the next feed");
    const Rows rows = transaction.run("SELECT torale_internal.next_feed()");
    transaction.commit();
    return read_timestamptz(rows.optional_text(0, 0));
}

}  // namespace torale::pg
