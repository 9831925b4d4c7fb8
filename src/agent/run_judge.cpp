// Ask the judge, read its answer. With tools the answer may be a wish for more.
#include <algorithm>
#include <utility>

#include "agent/prompt.hpp"
#include "agent/run.hpp"
#include "agent/suggestion.hpp"
#include "providers/rules.hpp"

namespace torale::agent {

namespace {

std::string reason_suffix(const providers::LlmReply& answer) {
    return answer.finish_raw.empty() ? "" : " (" + answer.finish_raw + ")";
}

bool is_blank(const std::string& text) {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

}  // namespace

std::string Run::judge_key() const {
    return "judge:" + judges_.current().name + ":" + std::to_string(talk_.answers);
}

Turn Run::judge(core::milliseconds delay) {
    phase_ = Phase::judging;
    const bool is_suggestion = briefing_.purpose == Purpose::suggest;
    if (judges_.is_empty()) {
        if (is_suggestion) return suggest_by_rules();
        return fail(failure_of(core::Category::config, "no judge is enabled and has its key"));
    }
    const providers::Provider& provider = judges_.current();
    const providers::Adapter& adapter = judges_.adapter();
    if (adapter.build_prompt == nullptr) {
        return is_suggestion ? suggest_by_rules() : judge_by_rules();
    }
    prepare_prompt();
    return send_or_replay(provider, judge_key(), adapter.build_prompt(provider, *talk_.prompt),
                          delay);
}

void Run::prepare_prompt() {
    if (!talk_.prompt && briefing_.purpose == Purpose::suggest) {
        talk_.prompt = render_suggestion(briefing_, clock());
        conclusion_.prompt_hash = suggestion_hash();
    } else if (!talk_.prompt) {
        talk_.prompt = render_prompt(briefing_, conclusion_.sources, clock());
        conclusion_.prompt_hash = prompt_hash(briefing_.mode);
    }
    if (uses_tools()) talk_.prompt->must_answer = must_answer();
}

Turn Run::judge_by_rules() {
    // Lent, not copied: sources are the largest thing a run holds.
    providers::rules::Input input{.condition = briefing_.task.condition(),
                                  .sources = std::move(conclusion_.sources),
                                  .now = clock()};
    core::Judgement judgement = providers::rules::judge(input);
    conclusion_.sources = std::move(input.sources);
    conclusion_.model = judges_.current().name;
    add_step("judge", judges_.current().name, "ok").detail["verdict"] =
        core::name_of(judgement.verdict);
    return settle(std::move(judgement));
}

// A service that refuses an optional field of the request gets it once more without.
bool Run::mend_judge(const core::Reply& reply) {
    const providers::Adapter& adapter = judges_.adapter();
    if (adapter.mend_options == nullptr || patience_.mend == 0) return false;
    const auto patch = adapter.mend_options(judges_.current(), reply);
    if (!patch) return false;
    --patience_.mend;
    for (providers::Provider& provider : briefing_.judges) {
        if (provider.name == judges_.current().name) provider.options.merge_patch(*patch);
    }
    return true;
}

Turn Run::take_judge_reply(Received received) {
    const providers::Provider& provider = judges_.current();
    auto read = judges_.adapter().read_prompt(provider, received.reply, now_);
    Step& step = add_reply_step("judge", provider.name, received, read.ok());
    if (!read.ok()) {
        step.detail["error"] = read.error().message;
        if (received.is_replayed) return judge(core::milliseconds{0});
        if (mend_judge(received.reply)) return judge(core::milliseconds{0});
        return recover(judges_, std::move(read.error()));
    }
    if (!received.is_settled) ledger_.book(provider.name, read->usage);
    step.detail["tokens_in"] = read->usage.tokens_in;
    step.detail["tokens_out"] = read->usage.tokens_out;
    step.detail["cost_usd"] = read->usage.cost_usd;
    conclusion_.model = read->model_version.empty() ? provider.model : read->model_version;
    step.detail["model"] = conclusion_.model;
    if (!read->finish_raw.empty()) step.detail["finish"] = read->finish_raw;
    if (!received.is_replayed) ledger_.keep(judge_key(), received.reply);
    ++talk_.answers;
    judges_.attempt = 0;
    return take_answer(*read);
}

Turn Run::take_answer(const providers::LlmReply& answer) {
    switch (answer.finish) {
        case providers::Finish::content_filter:
        case providers::Finish::refusal:
            return ask_again(failure_of(core::Category::declined,
                                        "the model declined to answer" + reason_suffix(answer)),
                             nullptr);
        case providers::Finish::context_overflow:
            return ask_again(
                failure_of(core::Category::bad_request,
                           "the prompt is too long for the model" + reason_suffix(answer)),
                nullptr);
        case providers::Finish::malformed:
            return ask_again(failure_of(core::Category::bad_reply,
                                        "the model's answer was malformed" + reason_suffix(answer)),
                             &patience_.empty);
        case providers::Finish::tool_calls:
            if (uses_tools()) return act(answer);
            return ask_again(failure_of(core::Category::bad_reply,
                                        "the model called a tool where none was offered"),
                             &patience_.empty);
        case providers::Finish::paused:
            talk_.prompt->exchanges.push_back({answer.opaque_turn, {}, ""});
            return ask_again(failure_of(core::Category::bad_reply, "the model did not finish"),
                             &patience_.paused);
        case providers::Finish::length:
        case providers::Finish::stop:
        case providers::Finish::unknown:
            break;
    }
    return take_text(answer);
}

Turn Run::take_text(const providers::LlmReply& answer) {
    if (briefing_.purpose == Purpose::suggest) return take_suggestion(answer.text);
    auto judgement = read_judgement(answer.text, static_cast<int>(conclusion_.sources.size()));
    if (judgement.ok()) {
        conclusion_.steps.back().detail["verdict"] = core::name_of(judgement->verdict);
        return settle(std::move(*judgement));
    }
    if (answer.finish == providers::Finish::length) {
        if (patience_.too_long > 0) talk_.prompt->max_output_tokens *= 2;
        return ask_again(failure_of(core::Category::bad_reply,
                                    "the model's answer was cut off" + reason_suffix(answer)),
                         &patience_.too_long);
    }
    if (is_blank(answer.text)) {
        return ask_again(failure_of(core::Category::bad_reply,
                                    "the model's answer was empty" + reason_suffix(answer)),
                         &patience_.empty);
    }
    // In a conversation the model is told what was wrong; else the same request goes out again.
    if (uses_tools() && patience_.garbage > 0) {
        talk_.prompt->exchanges.push_back(
            {answer.opaque_turn,
             {},
             "That was not usable: " + judgement.error().message +
                 ". Answer with one JSON object of the given schema, and nothing else."});
    }
    return ask_again(std::move(judgement.error()), &patience_.garbage);
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

}  // namespace torale::agent
