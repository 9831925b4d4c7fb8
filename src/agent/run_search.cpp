// Search → sources → what is new → the gate.
#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/run.hpp"
#include "agent/sources.hpp"

namespace torale::agent {

namespace {
// Unchanged sources are judged again once a day: time alone can make a condition true.
constexpr core::microseconds judgement_age_max = std::chrono::hours{24};
}  // namespace

std::string Run::search_key() const {
    return "search:" + searchers_.current().name + ":0";
}

Turn Run::search(core::milliseconds delay) {
    phase_ = Phase::searching;
    if (searchers_.providers.empty()) return conclude_unsearchable();
    const providers::Provider& provider = searchers_.current();
    const providers::Adapter& adapter = searchers_.adapter();
    if (adapter.build_search == nullptr) {
        if (!briefing_.has_documents) return conclude_unsearchable();
        const core::Task& task = briefing_.task;
        return send(provider.name,
                    providers::builtin::plan_query(task.owner, task.search_query,
                                                   task.search_options, now_),
                    delay);
    }
    if (auto stored = take_stored(search_key())) {
        core::Reply reply;
        reply.status = stored->status;
        reply.body = std::move(stored->body);
        reply.request_sent = true;
        sent_at_ = now_;
        return take_search_reply(std::move(reply), true);
    }
    return send(provider.name,
                adapter.build_search(provider, {.text = briefing_.task.search_query,
                                                .options = briefing_.task.search_options}),
                delay);
}

Turn Run::take_search_reply(core::Reply reply, bool replayed) {
    const providers::Provider& provider = searchers_.current();
    const auto* adapter = &searchers_.adapter();
    if (adapter->read_search == nullptr) {
        // The database answers a document query with rows; a wire reply is its way to say no.
        return fail(failure_of(core::Category::internal, reply.fault_text.empty()
                                                             ? "the document search failed"
                                                             : std::move(reply.fault_text)));
    }
    auto read = adapter->read_search(provider, reply, now_);
    Step& step =
        add_step("search", provider.name, !read.ok() ? "failed" : (replayed ? "replayed" : "ok"));
    step.started_at = sent_at_;
    step.duration_ms = reply.duration_ms;
    step.detail["query"] = briefing_.task.search_query;
    if (reply.status != 0) step.detail["http_status"] = reply.status;
    if (!read.ok()) {
        step.detail["error"] = read.error().message;
        // A stored reply that no longer reads costs one new search, not the run.
        if (replayed) return search(core::milliseconds{0});
        return recover(searchers_, std::move(read.error()));
    }
    add_usage(read->usage);
    step.detail["cost_usd"] = read->usage.cost_usd;
    search_step_ = conclusion_.steps.size() - 1;
    if (!replayed) uncommitted_ = {search_key(), reply.status, std::move(reply.body)};
    return take_results(std::move(read->results));
}

Turn Run::take_results(std::vector<providers::SearchResult> results) {
    const providers::Provider& provider = searchers_.current();
    if (searchers_.adapter().read_search == nullptr) {
        Step& step = add_step("search", provider.name, "ok");
        step.started_at = sent_at_;
        step.duration_ms = std::chrono::duration_cast<core::milliseconds>(now_ - sent_at_).count();
        step.detail["query"] = briefing_.task.search_query;
        search_step_ = conclusion_.steps.size() - 1;
    }
    Step& step = conclusion_.steps[search_step_];
    step.detail["results"] = results.size();
    conclusion_.sources =
        read_sources(std::move(results), briefing_.task.search_options, provider.name);
    step.detail["sources"] = conclusion_.sources.size();
    return checkpoint();
}

// Without anything to commit or to ask there is no round trip.
Turn Run::checkpoint() {
    if (conclusion_.sources.empty()) return pass_gate();
    if (briefing_.is_first_run && !uncommitted_) return pass_gate();
    phase_ = Phase::checking;
    Checkpoint check;
    if (uncommitted_) check.replies.push_back(std::move(*uncommitted_));
    uncommitted_.reset();
    for (const core::Source& source : conclusion_.sources) {
        check.hashes.push_back(source.content_hash);
    }
    return send("", std::move(check), core::milliseconds{0});
}

Turn Run::pass_gate() {
    const auto& sources = conclusion_.sources;
    const auto new_count = std::count_if(sources.begin(), sources.end(),
                                         [](const core::Source& source) { return source.is_new; });
    conclusion_.steps[search_step_].detail["new"] = new_count;
    const bool judged_lately = briefing_.last_judged_at && !briefing_.is_first_run &&
                               now_ - *briefing_.last_judged_at < judgement_age_max;
    if (briefing_.gate_enabled && new_count == 0 && judged_lately) return conclude_unchanged();
    if (sources.empty()) return conclude_empty();
    phase_ = Phase::judging;
    return judge(core::milliseconds{0});
}

Turn Run::conclude_unsearchable() {
    conclusion_.skip_reason = "no_sources";
    conclusion_.judgement.verdict = core::Verdict::unknown;
    conclusion_.judgement.evidence =
        "nothing can be searched: there is no document and no search provider with a key";
    add_step("search", searchers_.providers.empty() ? "" : searchers_.current().name, "skipped")
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
