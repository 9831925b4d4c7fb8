// Judge → grounding. A judge that fails, answers garbage or refuses is a failure, never a
// verdict.
#include <utility>

#include "agent/judgement.hpp"
#include "agent/prompt.hpp"
#include "agent/run.hpp"
#include "providers/rules.hpp"

namespace torale::agent {

namespace {

std::string reason_suffix(const providers::LlmReply& answer) {
    return answer.finish_raw.empty() ? "" : " (" + answer.finish_raw + ")";
}

}  // namespace

std::string Run::judge_key() const {
    return "judge:" + judges_.current().name + ":0";
}

Turn Run::judge(core::milliseconds delay) {
    phase_ = Phase::judging;
    if (judges_.providers.empty()) {
        return fail(failure_of(core::Category::config, "no judge is enabled and has its key"));
    }
    const providers::Provider& provider = judges_.current();
    const providers::Adapter& adapter = judges_.adapter();
    if (adapter.build_prompt == nullptr) return judge_by_rules();
    if (!prompt_) prompt_ = render_prompt(briefing_, conclusion_.sources, now_);
    conclusion_.prompt_hash = prompt_hash();
    if (auto stored = take_stored(judge_key())) {
        core::Reply reply;
        reply.status = stored->status;
        reply.body = std::move(stored->body);
        reply.request_sent = true;
        sent_at_ = now_;
        return take_judge_reply(std::move(reply), true);
    }
    return send(provider.name, adapter.build_prompt(provider, *prompt_), delay);
}

Turn Run::judge_by_rules() {
    // Lent, not copied: sources are the largest thing a run holds.
    providers::rules::Input input{.condition = briefing_.task.condition(),
                                  .sources = std::move(conclusion_.sources),
                                  .now = now_};
    core::Judgement judgement = providers::rules::judge(input);
    conclusion_.sources = std::move(input.sources);
    conclusion_.model = judges_.current().name;
    add_step("judge", judges_.current().name, "ok").detail["verdict"] =
        core::name_of(judgement.verdict);
    return settle(std::move(judgement));
}

Turn Run::take_judge_reply(core::Reply reply, bool replayed) {
    const providers::Provider& provider = judges_.current();
    auto read = judges_.adapter().read_prompt(provider, reply, now_);
    Step& step =
        add_step("judge", provider.name, !read.ok() ? "failed" : (replayed ? "replayed" : "ok"));
    step.started_at = sent_at_;
    step.duration_ms = reply.duration_ms;
    if (reply.status != 0) step.detail["http_status"] = reply.status;
    if (!read.ok()) {
        step.detail["error"] = read.error().message;
        if (replayed) return judge(core::milliseconds{0});
        return recover(judges_, std::move(read.error()));
    }
    add_usage(read->usage);
    step.detail["tokens_in"] = read->usage.tokens_in;
    step.detail["tokens_out"] = read->usage.tokens_out;
    step.detail["cost_usd"] = read->usage.cost_usd;
    conclusion_.model = read->model_version.empty() ? provider.model : read->model_version;
    step.detail["model"] = conclusion_.model;
    if (!read->finish_raw.empty()) step.detail["finish"] = read->finish_raw;
    return take_answer(*read);
}

Turn Run::take_answer(const providers::LlmReply& answer) {
    switch (answer.finish) {
        case providers::Finish::content_filter:
        case providers::Finish::refusal:
            return ask_again(failure_of(core::Category::declined,
                                        "the model declined to answer" + reason_suffix(answer)),
                             nullptr);
        case providers::Finish::length:
            if (auto judgement =
                    read_judgement(answer.text, static_cast<int>(conclusion_.sources.size()))) {
                return settle(std::move(*judgement));
            }
            if (patience_.too_long > 0) prompt_->max_output_tokens *= 2;
            return ask_again(failure_of(core::Category::bad_reply,
                                        "the model's answer was cut off" + reason_suffix(answer)),
                             &patience_.too_long);
        case providers::Finish::malformed:
            return ask_again(failure_of(core::Category::bad_reply,
                                        "the model's answer was malformed" + reason_suffix(answer)),
                             &patience_.empty);
        case providers::Finish::context_overflow:
            return ask_again(
                failure_of(core::Category::bad_request,
                           "the prompt is too long for the model" + reason_suffix(answer)),
                nullptr);
        case providers::Finish::tool_calls:
        case providers::Finish::paused:
        case providers::Finish::stop:
        case providers::Finish::unknown:
            break;
    }
    if (answer.text.find_first_not_of(" \t\r\n") == std::string::npos) {
        return ask_again(failure_of(core::Category::bad_reply,
                                    "the model's answer was empty" + reason_suffix(answer)),
                         &patience_.empty);
    }
    auto judgement = read_judgement(answer.text, static_cast<int>(conclusion_.sources.size()));
    if (!judgement.ok()) return ask_again(std::move(judgement.error()), &patience_.garbage);
    conclusion_.steps.back().detail["verdict"] = core::name_of(judgement->verdict);
    return settle(std::move(*judgement));
}

// The answer of the last step was of no use: the same request once more while patience lasts.
Turn Run::ask_again(core::Failure failure, int* allowance) {
    Step& step = conclusion_.steps.back();
    step.status = "failed";
    step.detail["error"] = failure.message;
    if (allowance == nullptr || *allowance == 0) return fail(std::move(failure));
    --*allowance;
    return judge(core::milliseconds{0});
}

Turn Run::settle(core::Judgement judgement) {
    Settled settled = settle_judgement(std::move(judgement), conclusion_.sources, now_);
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
    if (settled.demoted) verify.detail["reason"] = "the quote is in no stored source";
    if (!conclusion_.judgement.memories.empty()) {
        add_step("remember", "", "ok").detail["memories"] = conclusion_.judgement.memories.size();
    }
    return finish();
}

}  // namespace torale::agent
