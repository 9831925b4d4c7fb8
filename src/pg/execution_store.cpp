// One verb, one short transaction. A batch that PostgreSQL refuses is written row by row, so
// that one bad row fails alone.
#include "pg/execution_store.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "pg/bookkeeping.hpp"
#include "pg/debug_crash.hpp"
#include "pg/execution_rows.hpp"
#include "pg/log.hpp"
#include "pg/provider_rows.hpp"
#include "pg/secrets.hpp"
#include "pg/settings.hpp"
#include "pg/told_rows.hpp"

namespace torale::pg {

using scheduler::Claim;
using scheduler::Finished;

namespace {

// A poison result must not take its execution down silently: it fails, with the reason.
Finished as_failure(Finished finished, const std::string& reason) {
    agent::Conclusion conclusion;
    core::Failure& failure = conclusion.failure.emplace();
    failure.category = core::Category::internal;
    failure.message = "the result could not be stored: " + reason;
    // It was paid for all the same.
    conclusion.usage = finished.conclusion.usage;
    conclusion.spending = std::move(finished.conclusion.spending);
    conclusion.is_broken_off = finished.conclusion.is_broken_off;
    finished.conclusion = std::move(conclusion);
    finished.outcome.status = core::ExecutionStatus::failed;
    finished.outcome.tell_finding = finished.outcome.tell_recovery = false;
    if (finished.claim.trigger != core::Trigger::schedule) return finished;
    // A once task found nothing that counts; an `at` task is over all the same. The planned time
    // may be what was refused.
    if (finished.outcome.next_run_at) {
        finished.outcome.complete_task = false;
        finished.outcome.next_slot = finished.outcome.next_run_at =
            core::SystemClock{}.now() + std::chrono::hours{24};
    }
    finished.outcome.tell_failure = finished.claim.consecutive_failures == 0;
    finished.outcome.consecutive_failures = finished.claim.consecutive_failures + 1;
    return finished;
}

// Somebody else's transaction was in the way; the same write succeeds when that is over.
bool is_lock_conflict(const Error& error) {
    return error.sqlstate == "55P03" || error.sqlstate == "40P01" || error.sqlstate == "57014";
}

}  // namespace

std::string SqlExecutionStore::lease_interval() const {
    return std::to_string(current().lease.count()) + " seconds";
}

scheduler::ServerState SqlExecutionStore::read_state() {
    const Settings settings = current();
    const Secrets secrets = read_secrets(settings.secrets_file);
    Transaction transaction("torale: reading providers");
    scheduler::ServerState state;
    // A mended key ends the pause that the broken one caused.
    const std::uint64_t version = secrets_version(settings.secrets_file);
    if (std::exchange(secrets_version_, version) != version) {
        transaction.run(
            "UPDATE torale_internal.provider_state SET cooling_until = statement_timestamp() "
            "WHERE category = 'auth' AND cooling_until > statement_timestamp()");
    }
    const Rows flags = transaction.run(
        "SELECT torale_internal.is_active(), torale_internal.housekeeping_job() IS NULL");
    state.is_active = flags.boolean(0, 0) && settings.enabled;
    state.housekeeping_is_ours = flags.boolean(0, 1);
    if (state.is_active) has_budgets_ = keep_books(transaction);
    state.has_budgets = has_budgets_;
    read_providers(transaction, secrets, state);
    transaction.commit();
    return state;
}

void SqlExecutionStore::take_over() {
    Transaction transaction("torale: taking over leases");
    const Rows rows =
        transaction.run("SELECT torale_internal.release_dead_leases($1)", {as_text(lease_owner_)});
    transaction.run("SELECT torale_internal.release_feed_leases()");
    transaction.commit();
    if (rows.integer(0, 0) > 0) {
        log_line("leases of a dead scheduler taken over count=" +
                 std::to_string(rows.integer(0, 0)));
    }
}

std::vector<Claim> SqlExecutionStore::claim_due(int limit, bool recall, bool documents) {
    bring_held();
    Transaction transaction("torale: claiming due tasks");
    const Rows rows = transaction.run(
        "SELECT * FROM torale_internal.claim_due(statement_timestamp(), $1::integer, "
        "$2::interval, $3, $4, $5)",
        {as_int8(limit), as_text(lease_interval()), as_text(lease_owner_), as_boolean(recall),
         as_boolean(documents)});
    transaction.commit();
    std::vector<Claim> claims = read_due_claims(rows);
    const core::Time now = core::SystemClock{}.now();
    for (Claim& claim : claims) claim.claimed_at = now;
    return claims;
}

std::vector<Claim> SqlExecutionStore::claim_requests(int limit) {
    Transaction transaction("torale: claiming requests");
    const Rows rows = transaction.run(
        "SELECT * FROM torale_internal.claim_requests(statement_timestamp(), $1::integer, "
        "$2::interval, $3)",
        {as_int8(limit), as_text(lease_interval()), as_text(lease_owner_)});
    transaction.commit();
    std::vector<Claim> claims = read_request_claims(rows);
    const core::Time now = core::SystemClock{}.now();
    for (Claim& claim : claims) claim.claimed_at = now;
    return claims;
}

std::optional<core::Time> SqlExecutionStore::next_due() {
    Transaction transaction("torale: looking for the next slot");
    const Rows rows = transaction.run(
        "SELECT least((SELECT s.next_run_at FROM torale_internal.task_schedule s WHERE "
        "s.next_run_at IS NOT NULL AND (s.lease_until IS NULL OR s.lease_until < "
        "statement_timestamp()) ORDER BY s.next_run_at LIMIT 1), "
        "(SELECT q.due_at FROM torale_internal.requests q WHERE q.lease_until IS NULL OR "
        "q.lease_until < statement_timestamp() ORDER BY q.due_at LIMIT 1))");
    transaction.commit();
    return read_timestamptz(rows.optional_text(0, 0));
}

std::int64_t SqlExecutionStore::count_due(int count_max) {
    Transaction transaction("torale: counting due tasks");
    const Rows rows = transaction.run(
        "SELECT count(*) FROM (SELECT 1 FROM torale_internal.task_schedule s WHERE s.next_run_at "
        "<= statement_timestamp() AND (s.lease_until IS NULL OR s.lease_until < "
        "statement_timestamp()) LIMIT $1) c",
        {as_int8(count_max)});
    transaction.commit();
    return rows.integer(0, 0);
}

std::vector<agent::Checked> SqlExecutionStore::commit_checkpoints(
    const std::vector<scheduler::CheckpointRequest>& requests) {
    std::vector<agent::Checked> known(requests.size());
    std::map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < requests.size(); ++i) places[requests[i].execution_id] = i;
    Transaction transaction("torale: storing replies");
    const Rows rows = transaction.run("SELECT * FROM torale_internal.record_replies($1)",
                                      {as_jsonb(write_checks(requests))});
    reserve(transaction, requests, known);
    transaction.commit();
    crash_after(requests);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto place = places.find(rows.text(i, 0));
        if (place == places.end()) continue;
        for (const std::string& hash : std::get<TextArray>(rows.at(i, 1))) {
            known[place->second].known.insert(hash);
        }
        known[place->second].seen_fingerprints = read_fingerprints(rows.at(i, 2));
    }
    return known;
}

std::vector<agent::ToldFindings> SqlExecutionStore::told_findings(
    const std::vector<scheduler::ToldRequest>& requests) {
    Transaction transaction("torale: reading what was told");
    const Rows rows = transaction.run(
        "SELECT task_id, findings FROM torale_internal.told_findings($1::uuid[])",
        {as_text_array(tasks_of(requests))});
    transaction.commit();
    return read_told_findings(rows, requests);
}

agent::DocumentHits SqlExecutionStore::search_documents(
    const providers::builtin::DocumentQuery& query) {
    Transaction transaction("torale: searching documents");
    const Rows rows = transaction.run(
        "SELECT url, title, body, published_at FROM torale_internal.search_documents($1, $2, $3, "
        "$4, $5, $6, $7, $8::integer)",
        {as_text(query.owner), as_text_array(query.words), as_text_array(query.phrases),
         as_text_array(query.excluded),
         query.published_after ? as_timestamptz(core::write_time(*query.published_after))
                               : as_null(Type::timestamptz),
         as_text_array(query.options.include_domains), as_text_array(query.options.exclude_domains),
         as_int8(query.options.max_results)});
    transaction.commit();
    agent::DocumentHits hits;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        hits.push_back({rows.text(i, 0), rows.text(i, 1), rows.text(i, 2),
                        read_timestamptz(rows.optional_text(i, 3))});
    }
    return hits;
}

void SqlExecutionStore::finish_batch(const std::vector<Finished>& finished) {
    crash_before(finished);
    const FinishArguments arguments = write_finished(finished);
    Transaction transaction("torale: finishing executions");
    const Rows written =
        transaction.run("SELECT torale_internal.finish($1, $2, $3, $4, clock_timestamp())::text[]",
                        {as_jsonb(arguments.runs), as_jsonb(arguments.sources),
                         as_jsonb(arguments.citations), as_jsonb(arguments.memories)});
    const std::size_t held_before = held_.size();
    hold_unwritten(transaction, finished, written);
    settle(transaction, ends_of(finished, written, std::span(held_).subspan(held_before)),
           has_budgets_);
    transaction.commit();
}

// Left out was what lost its lease, which is to be forgotten, and what was locked: the lease of
// that is still ours.
void SqlExecutionStore::hold_unwritten(Transaction& transaction,
                                       const std::vector<Finished>& finished, const Rows& written) {
    const auto& ids = std::get<TextArray>(written.at(0, 0));
    if (ids.size() >= finished.size()) return;
    const std::set<std::string_view> known(ids.begin(), ids.end());
    std::map<std::string, const Finished*> missing;
    TextArray executions, tokens;
    for (const Finished& one : finished) {
        if (known.contains(one.claim.briefing.execution_id)) continue;
        missing[one.claim.briefing.execution_id] = &one;
        executions.push_back(one.claim.briefing.execution_id);
        tokens.push_back(std::to_string(one.claim.token));
    }
    const Rows locked = transaction.run("SELECT torale_internal.still_leased($1, $2)",
                                        {as_text_array(executions), as_text_array(tokens)});
    for (std::size_t i = 0; i < locked.size(); ++i) {
        held_.push_back(*missing.at(locked.text(i, 0)));
    }
}

// Not at each claim: an attempt may wait for a lock.
void SqlExecutionStore::bring_held() {
    const core::Time now = core::SystemClock{}.now();
    if (held_.empty() || now < next_bring_) return;
    next_bring_ = now + std::chrono::seconds{1};
    finish(std::exchange(held_, {}));
}

void SqlExecutionStore::finish(const std::vector<Finished>& finished) {
    try {
        finish_batch(finished);
        return;
    } catch (const ExtensionGone&) {
        throw;
    } catch (const Error& error) {
        log_line("batch refused, writing row by row count=" + std::to_string(finished.size()) +
                 " sqlstate=" + error.sqlstate + " why=\"" + error.what() + "\"");
    }
    // Who holds one of his rows, or one of his channels, often holds more: one wait for each owner.
    std::set<std::string_view> waiting_for;
    for (const Finished& one : finished) {
        const std::string& owner = one.claim.briefing.task.owner;
        if (waiting_for.contains(owner))
            held_.push_back(one);
        else if (!finish_alone(one))
            waiting_for.insert(owner);
    }
}

// False: somebody's transaction is in the way. Whatever becomes of it, the worker lives: what
// cannot be written is taken up again when its lease runs out.
bool SqlExecutionStore::finish_alone(const Finished& one) {
    const auto refused = [&](const char* what, const Error& error) {
        log_line(what + (" execution=" + one.claim.briefing.execution_id) +
                 " sqlstate=" + error.sqlstate + " why=\"" + error.what() + "\"");
    };
    try {
        finish_batch({one});
        return true;
    } catch (const ExtensionGone&) {
        throw;
    } catch (const Error& error) {
        const bool is_leased = core::SystemClock{}.now() < one.claim.claimed_at + current().lease;
        if (is_lock_conflict(error)) {
            if (is_leased) held_.push_back(one);
            return false;
        }
        refused("result refused", error);
        try {
            finish_batch({as_failure(one, error.what())});
        } catch (const ExtensionGone&) {
            throw;
        } catch (const Error& again) {
            refused("failure refused, given up", again);
        }
        return true;
    }
}

void SqlExecutionStore::keep_providers(const std::vector<scheduler::ProviderChange>& changes) {
    Transaction transaction("torale: pausing providers");
    transaction.run("SELECT torale_internal.keep_providers($1, clock_timestamp())",
                    {as_jsonb(write_changes(changes))});
    transaction.commit();
}

std::vector<scheduler::DeliveryClaim> SqlExecutionStore::claim_deliveries(int limit,
                                                                          int per_channel) {
    if (!held_deliveries_.empty()) finish_deliveries({});
    Transaction transaction("torale: claiming deliveries");
    const Rows rows = transaction.run(
        "SELECT * FROM torale_internal.claim_deliveries(statement_timestamp(), $1::integer, "
        "$2::integer, $3::interval)",
        {as_int8(limit), as_int8(per_channel),
         as_text(std::to_string(current().delivery_timeout.count() + 60) + " seconds")});
    transaction.commit();
    return read_delivery_claims(rows);
}

std::optional<core::Time> SqlExecutionStore::next_delivery() {
    Transaction transaction("torale: looking for the next delivery");
    const Rows rows = transaction.run(
        "SELECT min(d.next_attempt_at) FROM torale.deliveries d WHERE d.status = 'pending' AND "
        "(d.lease_until IS NULL OR d.lease_until < statement_timestamp())");
    transaction.commit();
    return read_timestamptz(rows.optional_text(0, 0));
}

void SqlExecutionStore::finish_deliveries(const std::vector<scheduler::DeliveryDone>& done) {
    std::vector<scheduler::DeliveryDone> all = std::exchange(held_deliveries_, {});
    all.insert(all.end(), done.begin(), done.end());
    try {
        Transaction transaction("torale: marking deliveries");
        const Rows locked =
            transaction.run("SELECT torale_internal.finish_deliveries($1, clock_timestamp())",
                            {as_jsonb(write_deliveries_done(all))});
        transaction.commit();
        std::set<std::string_view> held;
        for (std::size_t i = 0; i < locked.size(); ++i) held.insert(locked.text(i, 0));
        std::erase_if(all, [&](const auto& each) { return !held.contains(each.delivery_id); });
    } catch (const Error& error) {
        if (!is_lock_conflict(error)) throw;
    }
    held_deliveries_ = std::move(all);
}

void SqlExecutionStore::housekeep() {
    Transaction transaction("torale: housekeeping");
    transaction.run("SELECT torale_internal.housekeep()");
    transaction.commit();
}

void SqlExecutionStore::give_back() {
    Transaction transaction("torale: giving leases back");
    transaction.run("SELECT torale_internal.release_own_leases($1)", {as_text(lease_owner_)});
    transaction.commit();
}

}  // namespace torale::pg
