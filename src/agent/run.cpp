// One run: replies, retries, fallbacks and the end.
#include "agent/run.hpp"

#include <algorithm>
#include <utility>

namespace torale::agent {

namespace {

// A provider that asks for more than this pauses for all runs; none sleeps on its own while the
// others go on hammering.
constexpr core::milliseconds polite_wait_max = core::seconds{5};

bool is_worth_repeating(const core::Failure& failure) {
    if (!core::cools_provider(failure.category)) return true;
    return failure.retry_after && *failure.retry_after <= polite_wait_max;
}

// Trouble that another provider of the same kind does not share.
bool lets_next_try(core::Category category) {
    switch (category) {
        case core::Category::overload:
        case core::Category::server:
        case core::Category::network:
        case core::Category::timeout:
        case core::Category::bad_reply:
        case core::Category::blocked:
        case core::Category::config:
            return true;
        default:
            return core::cools_provider(category);
    }
}

}  // namespace

core::Failure failure_of(core::Category category, std::string message) {
    core::Failure failure;
    failure.category = category;
    failure.message = std::move(message);
    return failure;
}

Run::Run(Briefing briefing) : RunState(std::move(briefing)) {}

Turn Run::start(core::Time now) {
    now_ = now;
    switch (briefing_.purpose) {
        case Purpose::suggest:
            return judge(core::milliseconds{0});
        case Purpose::replay:
            conclusion_.sources = std::move(briefing_.stored_sources);
            trace_recall();
            if (conclusion_.sources.empty()) return conclude_unreplayable();
            return judge(core::milliseconds{0});
        case Purpose::run:
            break;
    }
    trace_recall();
    return search(core::milliseconds{0});
}

Turn Run::resume(int call_id, CallReply reply, core::Time now) {
    const auto call = std::find(out_.begin(), out_.end(), call_id);
    if (call == out_.end()) return std::vector<Call>{};
    out_.erase(call);
    now_ = now;
    return take_reply(call_id, std::move(reply));
}

Turn Run::take_reply(int call_id, CallReply reply) {
    if (after_commit_) {
        auto* checked = std::get_if<Checked>(&reply);
        if (checked != nullptr) return take_checked(std::move(*checked));
    } else if (phase_ == Phase::acting) {
        for (ToolTask& task : talk_.tasks) {
            if (task.call_id != call_id) continue;
            take_tool_reply(task, std::move(reply));
            return end_step();
        }
    } else if (auto* wire = std::get_if<core::Reply>(&reply)) {
        return take_wire_reply({.reply = std::move(*wire)});
    } else if (auto* hits = std::get_if<DocumentHits>(&reply)) {
        if (phase_ == Phase::searching && works_without_call(searchers_.adapter())) {
            return take_results(std::move(*hits));
        }
    } else if (auto* told = std::get_if<ToldFindings>(&reply)) {
        if (phase_ == Phase::comparing) return take_told(std::move(*told));
    }
    return fail(failure_of(core::Category::internal, "the reply does not fit the call"));
}

Turn Run::take_wire_reply(Received received) {
    switch (phase_) {
        case Phase::searching:
            return take_search_reply(std::move(received));
        case Phase::judging:
            return take_judge_reply(std::move(received));
        case Phase::adjudicating:
            return take_adjudication(std::move(received));
        case Phase::acting:
        case Phase::comparing:
        case Phase::done:
            break;
    }
    return fail(failure_of(core::Category::internal, "the reply does not fit the call"));
}

// The same provider again, else the next one, else the end.
Turn Run::recover(Lane& lane, core::Failure failure) {
    ledger_.book_unknown(lane.current(), failure, last_price_);
    const auto pause = is_worth_repeating(failure)
                           ? core::retry_in_run(failure, lane.attempt, briefing_.unit_random)
                           : std::nullopt;
    if (pause) {
        ++lane.attempt;
        return repeat(*pause);
    }
    note_pause(lane.current(), failure);
    if (lets_next_try(failure.category) && lane.has_next()) {
        lane.advance();
        patience_ = {};
        // What one model said is of no use to another: it starts from the sources found so far.
        if (&lane == &judges_) {
            talk_.prompt.reset();
            talk_.answers = 0;
        }
        return repeat(core::milliseconds{0});
    }
    if (phase_ == Phase::adjudicating) {
        resolution_ = settle_contested(resolution_);
        return conclude_relation();
    }
    return fail(std::move(failure));
}

Turn Run::repeat(core::milliseconds delay) {
    switch (phase_) {
        case Phase::searching:
            return search(delay);
        case Phase::adjudicating:
            return adjudicate(delay);
        case Phase::judging:
        case Phase::acting:
        case Phase::comparing:
        case Phase::done:
            break;
    }
    return judge(delay);
}

// Told to all runs by the scheduler.
void Run::note_pause(const providers::Provider& provider, const core::Failure& failure) {
    if (!core::cools_provider(failure.category)) return;
    conclusion_.cooldowns.push_back({.provider = provider.name,
                                     .pause = core::cooldown_of(failure),
                                     .category = failure.category,
                                     .message = failure.message});
}

Turn Run::fail(core::Failure failure) {
    conclusion_.deferred = core::cools_provider(failure.category);
    conclusion_.failure = std::move(failure);
    conclusion_.judged = false;
    conclusion_.judgement = {};
    conclusion_.memories.clear();
    return finish();
}

Turn Run::finish() {
    phase_ = Phase::done;
    conclusion_.usage = ledger_.total();
    conclusion_.spending = ledger_.take_spending();
    return std::move(conclusion_);
}

// Sources that retention took are not sources that a search did not find.
Turn Run::conclude_unreplayable() {
    if (briefing_.missing_sources == 0) return conclude_empty();
    return fail(failure_of(core::Category::bad_request,
                           "none of the sources it was judged by is stored any more"));
}

// What a judge takes for the present: in a replay the instant that is replayed. Replies, pauses and
// the trace keep to the real one.
core::Time Run::clock() const {
    return briefing_.purpose == Purpose::replay ? briefing_.now : now_;
}

Step& Run::add_step(const char* kind, const std::string& provider, const char* status) {
    Step& step = conclusion_.steps.emplace_back();
    step.kind = kind;
    step.provider = provider;
    step.started_at = now_;
    step.status = status;
    return step;
}

Step& Run::add_reply_step(const char* kind, const std::string& provider, const Received& received,
                          bool is_ok) {
    Step& step = add_step(kind, provider,
                          !is_ok                 ? "failed"
                          : received.is_replayed ? "replayed"
                                                 : "ok");
    step.started_at = received.is_replayed ? now_ : sent_at_;
    step.duration_ms = received.reply.duration_ms;
    if (received.reply.status != 0) step.detail["http_status"] = received.reply.status;
    return step;
}

void Run::trace_recall() {
    Step& step = add_step("recall", "", "ok");
    step.detail["memories"] = briefing_.memories.size();
    step.detail["executions"] = briefing_.history.size();
    step.detail["notifications"] = briefing_.notifications.size();
}

}  // namespace torale::agent
