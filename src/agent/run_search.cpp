// Search → sources → what is new → the gate.
#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/run.hpp"
#include "agent/sources.hpp"
#include "core/similarity.hpp"

namespace torale::agent {

namespace {
// Unchanged sources are judged again once a day: time alone can make a condition true.
constexpr core::microseconds judgement_age_max = std::chrono::hours{24};
}  // namespace

Turn Run::search(core::milliseconds delay) {
    phase_ = Phase::searching;
    if (searchers_.is_empty()) return conclude_unsearchable();
    const providers::Provider& provider = searchers_.current();
    const providers::Adapter& adapter = searchers_.adapter();
    const core::Task& task = briefing_.task;
    if (works_without_call(adapter)) {
        if (!briefing_.has_documents) return conclude_unsearchable();
        return send(provider.name,
                    providers::builtin::plan_query(task.owner, task.search_query,
                                                   task.search_options, now_),
                    delay);
    }
    return send_or_replay(
        provider, "search:" + provider.name + ":0",
        adapter.build_search(
            provider, {.text = task.search_query, .options = task.search_options, .now = now_}),
        delay);
}

Turn Run::take_search_reply(Received received) {
    const providers::Provider& provider = searchers_.current();
    const providers::Adapter& adapter = searchers_.adapter();
    if (adapter.read_search == nullptr) {
        // The database answers a document query with rows; a wire reply is its way to say no.
        return fail(
            failure_of(core::Category::internal, received.reply.fault_text.empty()
                                                     ? "the document search failed"
                                                     : std::move(received.reply.fault_text)));
    }
    auto read = adapter.read_search(provider, received.reply, now_);
    Step& step = add_reply_step("search", provider.name, received, read.ok());
    step.detail["query"] = briefing_.task.search_query;
    if (!read.ok()) {
        step.detail["error"] = read.error().message;
        // A stored reply that no longer reads costs one new search, not the run.
        if (received.is_replayed) return search(core::milliseconds{0});
        return recover(searchers_, std::move(read.error()));
    }
    if (!received.is_settled) ledger_.book(provider.name, read->usage);
    step.detail["cost_usd"] = read->usage.cost_usd;
    search_step_ = conclusion_.steps.size() - 1;
    if (!received.is_replayed) ledger_.keep("search:" + provider.name + ":0", received.reply);
    return take_results(std::move(read->results));
}

Turn Run::take_results(std::vector<providers::SearchResult> results) {
    const providers::Provider& provider = searchers_.current();
    if (works_without_call(searchers_.adapter())) {
        Step& step = add_step("search", provider.name, "ok");
        step.started_at = sent_at_;
        step.duration_ms = std::chrono::duration_cast<core::milliseconds>(now_ - sent_at_).count();
        step.detail["query"] = briefing_.task.search_query;
        search_step_ = conclusion_.steps.size() - 1;
    }
    Step& step = conclusion_.steps[search_step_];
    step.detail["results"] = results.size();
    conclusion_.sources =
        read_sources(std::move(results), briefing_.task.search_options, provider.name, now_);
    step.detail["sources"] = conclusion_.sources.size();
    return check_sources();
}

// Without anything to commit or to ask there is no round trip.
Turn Run::check_sources() {
    if (conclusion_.sources.empty()) return pass_gate();
    if (briefing_.is_first_run && !ledger_.has_uncommitted()) return pass_gate();
    Checkpoint checkpoint;
    for (const core::Source& source : conclusion_.sources) {
        checkpoint.hashes.push_back(source.content_hash);
    }
    return commit(After::pass_gate, std::move(checkpoint));
}

// A source is seen when its content is, or when its text is a copy of one that is.
void Run::mark_seen(const Checked& checked) {
    if (briefing_.is_first_run) return;
    const auto is_copy = [&](const core::Source& source) {
        return std::any_of(checked.seen_fingerprints.begin(), checked.seen_fingerprints.end(),
                           [&](std::uint64_t seen) {
                               return core::fingerprints_are_near(source.fingerprint, seen);
                           });
    };
    for (core::Source& source : conclusion_.sources) {
        if (source.is_new && (checked.known.contains(source.content_hash) || is_copy(source))) {
            source.is_new = false;
        }
    }
}

Turn Run::pass_gate() {
    const auto& sources = conclusion_.sources;
    const auto new_count = std::count_if(sources.begin(), sources.end(),
                                         [](const core::Source& source) { return source.is_new; });
    conclusion_.steps[search_step_].detail["new"] = new_count;
    const bool judged_lately = briefing_.last_judged_at && !briefing_.is_first_run &&
                               now_ - *briefing_.last_judged_at < judgement_age_max;
    if (briefing_.gate_enabled && new_count == 0 && judged_lately) return conclude_unchanged();
    if (sources.empty() && !uses_tools()) return conclude_empty();
    return judge(core::milliseconds{0});
}

Turn Run::conclude_unsearchable() {
    conclusion_.skip_reason = "no_sources";
    conclusion_.judgement.verdict = core::Verdict::unknown;
    conclusion_.judgement.evidence =
        "nothing can be searched: there is no document and no search provider with a key";
    add_step("search", searchers_.is_empty() ? "" : searchers_.current().name, "skipped")
        .detail["reason"] = "no_sources";
    return finish();
}

Turn Run::conclude_unchanged() {
    conclusion_.skip_reason = "unchanged";
    add_step("judge", "", "skipped").detail["reason"] =
        "no source is new since the last judged run";
    return finish();
}

// Nothing found is an answer of its own; no judge is paid to say so.
Turn Run::conclude_empty() {
    conclusion_.judged = true;
    conclusion_.judgement.verdict = core::Verdict::not_met;
    conclusion_.judgement.evidence = "the search found nothing";
    add_step("judge", "", "skipped").detail["reason"] = "the search found nothing";
    return finish();
}

}  // namespace torale::agent
