// Grounding → compare with what was told → remember.
#include <utility>

#include "agent/judgement.hpp"
#include "agent/run.hpp"
#include "core/text.hpp"
#include "core/url.hpp"

namespace torale::agent {

namespace {

constexpr std::size_t memories_max = 10;  // kept of one run
constexpr core::microseconds fact_lives = std::chrono::hours{24 * 180};

// What a run judged, short enough to be kept with it: the start of each content hash, and whether
// it was new. A replay finds the stored sources by it.
core::Json seen_sources(const std::vector<core::Source>& sources) {
    core::Json seen = core::Json::array();
    for (const core::Source& source : sources) {
        seen.push_back(source.content_hash.substr(0, 16) + (source.is_new ? "+" : "-"));
    }
    return seen;
}

}  // namespace

Turn Run::settle(core::Judgement judgement) {
    Settled settled = settle_judgement(std::move(judgement), conclusion_.sources, clock());
    conclusion_.judged = true;
    conclusion_.judgement = std::move(settled.judgement);
    conclusion_.confidence = settled.confidence;
    conclusion_.fingerprint = std::move(settled.fingerprint);
    if (settled.demoted) conclusion_.skip_reason = "ungrounded";

    Step& verify = add_step("verify", "", settled.demoted ? "failed" : "ok");
    verify.detail["verdict"] = core::name_of(conclusion_.judgement.verdict);
    verify.detail["citations"] = conclusion_.judgement.citations.size();
    verify.detail["dropped"] = settled.dropped_citations;
    verify.detail["confidence"] = conclusion_.confidence.value;
    verify.detail["sources"] = seen_sources(conclusion_.sources);
    if (settled.demoted) verify.detail["reason"] = "the quote is in no stored source";
    return compare();
}

// Only a finding can have been told before, and only by a task that has a past.
Turn Run::compare() {
    const bool is_finding = conclusion_.judgement.verdict == core::Verdict::met;
    if (is_finding) conclusion_.relation = name_of(Relation::fresh);
    if (!is_finding || briefing_.is_first_run || briefing_.task.id.empty() ||
        briefing_.purpose != Purpose::run) {
        remember();
        return finish();
    }
    phase_ = Phase::comparing;
    return send("", ToldQuery{}, core::milliseconds{0});
}

Turn Run::take_told(ToldFindings told) {
    told_ = std::move(told);
    const bool has_model = !judges_.is_empty() && judges_.adapter().build_prompt != nullptr;
    resolution_ = resolve(conclusion_.judgement, conclusion_.sources, told_,
                          has_model ? Reader::model : Reader::none);
    if (!resolution_.is_contested) return conclude_relation();
    if (has_model) return adjudicate(core::milliseconds{0});
    resolution_ = settle_contested(resolution_);
    return conclude_relation();
}

Turn Run::adjudicate(core::milliseconds delay) {
    phase_ = Phase::adjudicating;
    const providers::Provider& provider = judges_.current();
    talk_.prompt = render_adjudication(briefing_, conclusion_.judgement, conclusion_.sources, told_,
                                       resolution_);
    return send_or_replay(provider, "compare:" + provider.name + ":0",
                          judges_.adapter().build_prompt(provider, *talk_.prompt), delay);
}

// A comparison that fails costs a repeated message at worst, never the finding.
Turn Run::take_adjudication(Received received) {
    const providers::Provider& provider = judges_.current();
    auto read = judges_.adapter().read_prompt(provider, received.reply, now_);
    Step& step = add_reply_step("judge", provider.name, received, read.ok());
    step.detail["purpose"] = "compare";
    if (!read.ok()) {
        step.detail["error"] = read.error().message;
        if (received.is_replayed) return adjudicate(core::milliseconds{0});
        return recover(judges_, std::move(read.error()));
    }
    if (!received.is_settled) ledger_.book(provider.name, read->usage);
    step.detail["tokens_in"] = read->usage.tokens_in;
    step.detail["tokens_out"] = read->usage.tokens_out;
    step.detail["cost_usd"] = read->usage.cost_usd;
    if (!received.is_replayed) {
        ledger_.keep("compare:" + provider.name + ":0", received.reply);
    }
    auto settled = read_adjudication(read->text, told_, resolution_);
    if (settled.ok()) {
        resolution_ = std::move(*settled);
    } else {
        step.status = "failed";
        step.detail["error"] = settled.error().message;
        resolution_ = settle_contested(resolution_);
    }
    return conclude_relation();
}

Turn Run::conclude_relation() {
    conclusion_.relation = name_of(resolution_.relation);
    conclusion_.earlier_notification = resolution_.earlier_id;
    Step& step = add_step("verify", "", "ok");
    step.detail["relation"] = conclusion_.relation;
    if (!resolution_.why.empty()) step.detail["why"] = resolution_.why;
    if (!resolution_.earlier_id.empty()) step.detail["earlier"] = resolution_.earlier_id;
    remember();
    return finish();
}

// Lessons of the judge and what its tools kept. In agent mode, where memories can be searched, also
// the finding itself as a fact that rests on its source; a pipeline's judge is shown what was told.
void Run::remember() {
    if (briefing_.purpose != Purpose::run) {
        conclusion_.memories.clear();
        return;
    }
    for (std::string& memory : conclusion_.judgement.memories) {
        conclusion_.memories.push_back({.content = std::move(memory)});
    }
    conclusion_.judgement.memories.clear();
    const core::Judgement& judgement = conclusion_.judgement;
    const bool is_news =
        judgement.verdict == core::Verdict::met && conclusion_.relation != name_of(Relation::same);
    if (is_news && briefing_.mode == Mode::agent &&
        briefing_.task.notify_behavior == core::NotifyBehavior::always &&
        !judgement.citations.empty()) {
        const core::Citation& citation = judgement.citations.front();
        for (const core::Source& source : conclusion_.sources) {
            if (source.number != citation.source) continue;
            conclusion_.memories.push_back(
                {.content = "told on " + core::write_time(now_).substr(0, 10) + ": “" +
                            citation.quote + "” (" + core::domain_of(source.url) + ")",
                 .kind = "fact",
                 .evidence = {source.content_hash},
                 .expires_at = now_ + fact_lives});
        }
    }
    if (conclusion_.memories.size() > memories_max) conclusion_.memories.resize(memories_max);
    if (!conclusion_.memories.empty()) {
        add_step("remember", "", "ok").detail["memories"] = conclusion_.memories.size();
    }
}

}  // namespace torale::agent
