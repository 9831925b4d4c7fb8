// One run: calls, retries, fallbacks and the end.
#include "agent/run.hpp"

#include <utility>

namespace torale::agent {

namespace {

// A local provider is used when it comes first and never as a fallback: an outage of the real
// search must not read as "nothing found".
Lane usable(const std::vector<providers::Provider>& candidates) {
    Lane lane;
    for (const providers::Provider& provider : candidates) {
        const providers::Adapter* adapter = providers::find_adapter(provider.adapter);
        if (!adapter || (adapter->needs_key && provider.api_key.empty())) continue;
        if (!works_without_call(*adapter)) {
            lane.providers.push_back(&provider);
        } else if (lane.providers.empty()) {
            lane.providers.push_back(&provider);
            break;
        }
    }
    return lane;
}

// A provider that asks for more than this pauses for all runs; none sleeps on its own while the
// others go on hammering.
constexpr core::milliseconds polite_wait_max = core::seconds{5};

bool is_worth_repeating(const core::Failure& failure) {
    if (!core::cools_provider(failure.category)) return true;
    return failure.retry_after && *failure.retry_after <= polite_wait_max;
}

// Trouble that another provider of the same kind does not share.
bool lets_next_try(core::Category category) {
    return core::cools_provider(category) || category == core::Category::overload;
}

}  // namespace

core::Failure failure_of(core::Category category, std::string message) {
    core::Failure failure;
    failure.category = category;
    failure.message = std::move(message);
    return failure;
}

Run::Run(Briefing briefing) : briefing_(std::move(briefing)) {
    searchers_ = usable(briefing_.search_providers);
    judges_ = usable(briefing_.judges);
}

Turn Run::start(core::Time now) {
    now_ = now;
    trace_recall();
    return search(core::milliseconds{0});
}

Turn Run::resume(int call_id, CallReply reply, core::Time now) {
    if (!is_waiting_ || call_id != call_id_) return std::vector<Call>{};
    is_waiting_ = false;
    now_ = now;
    return take_reply(std::move(reply));
}

Turn Run::take_reply(CallReply reply) {
    if (auto* wire = std::get_if<core::Reply>(&reply)) {
        switch (phase_) {
            case Phase::searching:
                return take_search_reply(std::move(*wire), false);
            case Phase::judging:
                return take_judge_reply(std::move(*wire), false);
            case Phase::checking:
            case Phase::done:
                break;
        }
    }
    const bool awaits_hits = phase_ == Phase::searching && !searchers_.adapter().read_search;
    if (auto* hits = std::get_if<DocumentHits>(&reply); hits && awaits_hits) {
        return take_results(std::move(*hits));
    }
    if (auto* known = std::get_if<Checked>(&reply); known && phase_ == Phase::checking) {
        for (core::Source& source : conclusion_.sources) {
            source.is_new = briefing_.is_first_run || !known->known.contains(source.content_hash);
        }
        return pass_gate();
    }
    return fail(failure_of(core::Category::internal, "the reply does not fit the call"));
}

Turn Run::send(const std::string& provider, Payload payload, core::milliseconds delay) {
    is_waiting_ = true;
    sent_at_ = now_ + delay;
    std::vector<Call> calls;
    calls.push_back(
        {.id = ++call_id_, .provider = provider, .delay = delay, .what = std::move(payload)});
    return calls;
}

// The same provider again, else the next one, else the end.
Turn Run::recover(Lane& lane, core::Failure failure) {
    const auto pause = is_worth_repeating(failure)
                           ? core::retry_in_run(failure, lane.attempt, briefing_.unit_random)
                           : std::nullopt;
    if (pause) {
        ++lane.attempt;
        return repeat(*pause);
    }
    if (core::cools_provider(failure.category)) {
        conclusion_.cooldowns.push_back({.provider = lane.current().name,
                                         .pause = core::cooldown_of(failure),
                                         .category = failure.category,
                                         .message = failure.message});
    }
    if (lets_next_try(failure.category) && lane.at + 1 < lane.providers.size()) {
        ++lane.at;
        lane.attempt = 0;
        patience_ = {};
        return repeat(core::milliseconds{0});
    }
    return fail(std::move(failure));
}

Turn Run::repeat(core::milliseconds delay) {
    return phase_ == Phase::searching ? search(delay) : judge(delay);
}

Turn Run::fail(core::Failure failure) {
    conclusion_.deferred = core::cools_provider(failure.category);
    conclusion_.failure = std::move(failure);
    conclusion_.judged = false;
    conclusion_.judgement = {};
    return finish();
}

Turn Run::finish() {
    phase_ = Phase::done;
    return std::move(conclusion_);
}

std::optional<StoredReply> Run::take_stored(const std::string& key) {
    for (StoredReply& stored : briefing_.stored_replies) {
        if (stored.key != key) continue;
        StoredReply taken = std::move(stored);
        stored = {};
        return taken;
    }
    return std::nullopt;
}

Step& Run::add_step(const char* kind, const std::string& provider, const char* status) {
    Step& step = conclusion_.steps.emplace_back();
    step.kind = kind;
    step.provider = provider;
    step.started_at = now_;
    step.status = status;
    return step;
}

void Run::add_usage(const providers::Usage& usage) {
    conclusion_.usage.tokens_in += usage.tokens_in;
    conclusion_.usage.tokens_out += usage.tokens_out;
    conclusion_.usage.cost_usd += usage.cost_usd;
}

void Run::trace_recall() {
    Step& step = add_step("recall", "", "ok");
    step.detail["memories"] = briefing_.memories.size();
    step.detail["executions"] = briefing_.history.size();
    step.detail["notifications"] = briefing_.notifications.size();
}

}  // namespace torale::agent
