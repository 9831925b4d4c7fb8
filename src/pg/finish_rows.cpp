// Writes what ended: the jsonb arguments of torale_internal.finish() and its smaller kin.
#include <bit>

#include "core/text.hpp"
#include "pg/execution_rows.hpp"
#include "pg/json_text.hpp"

namespace torale::pg {

namespace {

using core::Json;
using scheduler::Finished;

std::string write_steps(const Finished& finished) {
    JsonRows steps;
    for (const agent::Step& step : finished.conclusion.steps) {
        steps.open();
        steps.text("kind", step.kind);
        steps.exact_text("provider", step.provider);
        steps.time("started_at", step.started_at);
        steps.number("duration_ms", step.duration_ms);
        steps.text("status", step.status);
        steps.number("attempt", std::int64_t{finished.claim.attempt});
        steps.raw("detail", core::write_json(step.detail));
        steps.close();
    }
    return steps.take();
}

// Without a task nothing else keeps what was found: its sources with their quotes are the result
// of a preview and of a replay. Of a suggestion it is the task.
std::string write_result(const Finished& finished) {
    if (finished.claim.briefing.purpose == agent::Purpose::suggest) {
        return core::write_json(finished.conclusion.result);
    }
    Json sources = Json::array();
    for (const core::Source& source : finished.conclusion.sources) {
        Json quotes = Json::array();
        for (const core::Citation& citation : finished.conclusion.judgement.citations) {
            if (citation.source == source.number) quotes.push_back(citation.quote);
        }
        Json published;
        if (source.published_at) published = core::write_time(*source.published_at);
        sources.push_back({{"url", source.url},
                           {"title", source.title},
                           {"published_at", published},
                           {"quotes", quotes}});
    }
    return core::write_json(Json{{"sources", sources}});
}

// What the owner is told, if anything: the kind, a title and a body in Markdown.
void write_telling(JsonRows& run, const Finished& finished) {
    const agent::Conclusion& conclusion = finished.conclusion;
    const core::Outcome& outcome = finished.outcome;
    if (!finished.claim.has_task()) return;
    const std::string& name = finished.claim.briefing.task.name;
    if (outcome.tell_finding) {
        run.text("tell", "finding");
        run.text("title", name);
        run.exact_text("body",
                       conclusion.judgement.notification.value_or(conclusion.judgement.evidence));
        run.text("fingerprint", conclusion.fingerprint);
        run.text("relation", conclusion.relation);
        run.text("earlier_id", conclusion.earlier_notification);
    } else if (outcome.tell_failure && conclusion.failure) {
        run.text("tell", "failure");
        run.text("title", name + " failed");
        run.text("body", "The last run failed (" +
                             std::string(core::name_of(conclusion.failure->category)) +
                             "): " + conclusion.failure->message + ". It keeps its schedule.");
    } else if (outcome.tell_recovery) {
        run.text("tell", "recovery");
        run.text("title", name + " recovered");
        run.text("body", "The task runs again.");
    }
}

void write_verdict(JsonRows& run, const agent::Conclusion& conclusion) {
    const core::Judgement& judgement = conclusion.judgement;
    const bool has_verdict = conclusion.judged || conclusion.skip_reason == "no_sources";
    if (conclusion.failure || !has_verdict) return;
    run.text("verdict", core::name_of(judgement.verdict));
    run.number("confidence", std::int64_t{conclusion.confidence.value});
    run.raw(
        "confidence_parts",
        "{\"independent_domains\":" + std::to_string(conclusion.confidence.independent_domains) +
            ",\"quote_strength\":" + std::to_string(conclusion.confidence.quote_strength) +
            ",\"date_certainty\":" + std::to_string(conclusion.confidence.date_certainty) +
            ",\"agreement\":" + std::to_string(conclusion.confidence.agreement) + "}");
    run.optional_text("notification", judgement.notification);
    run.optional_text("topic", judgement.topic);
    run.optional_text("suggested_next_run", judgement.next_run);
    if (judgement.model_confidence) {
        run.number("model_confidence", std::int64_t{*judgement.model_confidence});
    }
}

void write_plan(JsonRows& run, const Finished& finished) {
    const core::Outcome& outcome = finished.outcome;
    const std::int64_t attempt = finished.claim.attempt;
    run.number("attempts", outcome.attempt_consumed ? attempt : attempt - 1);
    run.number("consecutive_failures", std::int64_t{outcome.consecutive_failures});
    // What a quiet run found is still to be told: to the next run its sources are new.
    const bool is_untold =
        finished.claim.quiet && finished.conclusion.judgement.verdict == core::Verdict::met;
    run.boolean("judged", finished.conclusion.judged && !finished.conclusion.failure && !is_untold);
    run.time("scheduled_for", finished.claim.scheduled_for);
    run.time("next_slot", outcome.next_slot);
    run.time("next_run_at", outcome.next_run_at);
    run.text("task_seen", finished.claim.task_seen);
    run.boolean("complete", outcome.complete_task);
    run.boolean("complete_if_told", outcome.tell_finding && outcome.next_run_at);
    run.number("slots", std::int64_t{finished.slots});
    run.time("slots_from", finished.slots_from);
    run.time("slots_until", finished.slots_until);
    if (finished.passed.count > 0) {
        run.number("passed_slots", std::int64_t{finished.passed.count});
        run.time("passed_from", finished.passed.from);
        run.time("passed_until", finished.passed.until);
        run.text("passed_status", "skipped");
        run.text("passed_reason", "overlap");
    }
}

void write_run(JsonRows& run, const Finished& finished) {
    const agent::Conclusion& conclusion = finished.conclusion;
    run.open();
    run.text("execution_id", finished.claim.briefing.execution_id);
    run.text("task_id", finished.claim.briefing.task.id);
    run.number("token", finished.claim.token);
    run.text("trigger", core::name_of(finished.claim.trigger));
    run.text("status", core::name_of(finished.outcome.status));
    run.text("evidence", conclusion.judgement.evidence);
    run.text("skip_reason", conclusion.skip_reason);
    run.number("tokens_in", conclusion.usage.tokens_in);
    run.number("tokens_out", conclusion.usage.tokens_out);
    run.number("cost_usd", conclusion.usage.cost_usd);
    run.text("model", conclusion.model);
    run.text("prompt_hash", conclusion.prompt_hash);
    run.raw("steps", write_steps(finished));
    if (conclusion.failure) {
        run.text("error_category", core::name_of(conclusion.failure->category));
        run.text("error_message", conclusion.failure->message);
    }
    if (!finished.claim.has_task()) run.raw("result", write_result(finished));
    write_verdict(run, conclusion);
    write_plan(run, finished);
    write_telling(run, finished);
    run.close();
}

void write_found(JsonRows& sources, JsonRows& citations, const Finished& finished) {
    if (!finished.claim.has_task()) return;
    const std::string& execution = finished.claim.briefing.execution_id;
    for (const core::Source& source : finished.conclusion.sources) {
        sources.open();
        sources.text("execution_id", execution);
        sources.exact_text("url", source.url);
        sources.exact_text("title", source.title);
        sources.exact_text("snippet", source.snippet);
        sources.time("published_at", source.published_at);
        sources.exact_text("provider", source.provider);
        sources.exact_text("content_hash", source.content_hash);
        if (source.fingerprint != 0) {
            sources.number("text_fingerprint", std::bit_cast<std::int64_t>(source.fingerprint));
        }
        sources.close();
        for (const core::Citation& citation : finished.conclusion.judgement.citations) {
            if (citation.source != source.number) continue;
            citations.open();
            citations.text("execution_id", execution);
            citations.text("content_hash", source.content_hash);
            citations.text("quote", citation.quote);
            citations.number("quote_offset", citation.quote_offset);
            citations.close();
        }
    }
}

}  // namespace

FinishArguments write_finished(const std::vector<Finished>& finished) {
    JsonRows runs;
    JsonRows sources;
    JsonRows citations;
    JsonRows memories;
    for (const Finished& one : finished) {
        write_run(runs, one);
        write_found(sources, citations, one);
        for (const agent::NewMemory& memory : one.conclusion.memories) {
            memories.open();
            memories.text("execution_id", one.claim.briefing.execution_id);
            memories.text("content", memory.content);
            memories.text("kind", memory.kind);
            memories.raw("evidence", core::write_json(memory.evidence));
            memories.time("expires_at", memory.expires_at);
            memories.close();
        }
    }
    return {runs.take(), sources.take(), citations.take(), memories.take()};
}

std::string write_checks(const std::vector<scheduler::CheckpointRequest>& requests) {
    JsonRows checks;
    for (const scheduler::CheckpointRequest& request : requests) {
        JsonRows replies;
        for (const agent::StoredReply& reply : request.check.replies) {
            replies.open();
            replies.text("key", reply.key);
            replies.number("status", std::int64_t{reply.status});
            replies.exact_text("body", reply.body);
            replies.close();
        }
        checks.open();
        checks.text("execution_id", request.execution_id);
        checks.text("task_id", request.task_id);
        checks.raw("replies", replies.take());
        checks.raw("hashes", core::write_json(request.check.hashes));
        checks.close();
    }
    return checks.take();
}

std::string write_deliveries_done(const std::vector<scheduler::DeliveryDone>& done) {
    JsonRows rows;
    for (const scheduler::DeliveryDone& one : done) {
        const char* status = one.status == scheduler::DeliveryStatus::delivered ? "delivered"
                             : one.status == scheduler::DeliveryStatus::pending ? "pending"
                                                                                : "dead";
        rows.open();
        rows.text("delivery_id", one.delivery_id);
        rows.number("token", one.token);
        rows.number("attempt", std::int64_t{one.attempt});
        rows.text("status", status);
        if (one.response_status != 0) {
            rows.number("response_status", std::int64_t{one.response_status});
        }
        rows.text("error", one.error);
        rows.number("duration_ms", one.duration_ms);
        rows.time("next_attempt_at", one.next_attempt_at);
        rows.boolean("disable", one.disable_channel);
        rows.close();
    }
    return rows.take();
}

}  // namespace torale::pg
