// Writes what ended: the jsonb arguments of torale_internal.finish() and its smaller kin.
#include "core/text.hpp"
#include "pg/execution_rows.hpp"

namespace torale::pg {

namespace {

using core::Json;
using scheduler::Finished;

Json time_or_null(const std::optional<core::Time>& time) {
    return time ? Json(core::write_time(*time)) : Json();
}
Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json write_steps(const Finished& finished) {
    Json steps = Json::array();
    for (const agent::Step& step : finished.conclusion.steps) {
        steps.push_back({{"kind", step.kind},
                         {"provider", step.provider},
                         {"started_at", core::write_time(step.started_at)},
                         {"duration_ms", step.duration_ms},
                         {"status", step.status},
                         {"attempt", finished.claim.attempt},
                         {"detail", step.detail}});
    }
    return steps;
}

// A preview stores no task, so its sources are part of its result.
Json write_preview(const Finished& finished) {
    Json sources = Json::array();
    for (const core::Source& source : finished.conclusion.sources) {
        Json quotes = Json::array();
        for (const core::Citation& citation : finished.conclusion.judgement.citations) {
            if (citation.source == source.number) quotes.push_back(citation.quote);
        }
        sources.push_back({{"url", source.url},
                           {"title", source.title},
                           {"published_at", time_or_null(source.published_at)},
                           {"quotes", quotes}});
    }
    return {{"sources", sources}};
}

// What the owner is told, if anything: the kind, a title and a body in Markdown.
void write_telling(Json& run, const Finished& finished) {
    const agent::Conclusion& conclusion = finished.conclusion;
    const core::Outcome& outcome = finished.outcome;
    if (!finished.claim.has_task()) return;
    const std::string& name = finished.claim.briefing.task.name;
    if (outcome.tell_finding) {
        run["tell"] = "finding";
        run["title"] = name;
        run["body"] = conclusion.judgement.notification.value_or(conclusion.judgement.evidence);
        run["fingerprint"] = conclusion.fingerprint;
    } else if (outcome.tell_failure && conclusion.failure) {
        run["tell"] = "failure";
        run["title"] = name + " failed";
        run["body"] = "The last run failed (" + std::string(core::name_of(conclusion.failure->category)) +
                      "): " + conclusion.failure->message + ". It keeps its schedule.";
    } else if (outcome.tell_recovery) {
        run["tell"] = "recovery";
        run["title"] = name + " recovered";
        run["body"] = "The task runs again.";
    }
}

void write_verdict(Json& run, const agent::Conclusion& conclusion) {
    const core::Judgement& judgement = conclusion.judgement;
    const bool has_verdict = conclusion.judged || conclusion.skip_reason == "no_sources";
    if (conclusion.failure || !has_verdict) return;
    run["verdict"] = core::name_of(judgement.verdict);
    run["confidence"] = conclusion.confidence.value;
    run["confidence_parts"] = {{"independent_domains", conclusion.confidence.independent_domains},
                               {"quote_strength", conclusion.confidence.quote_strength},
                               {"date_certainty", conclusion.confidence.date_certainty},
                               {"agreement", conclusion.confidence.agreement}};
    run["notification"] = text_or_null(judgement.notification);
    run["topic"] = text_or_null(judgement.topic);
    run["suggested_next_run"] = text_or_null(judgement.next_run);
    if (judgement.model_confidence) run["model_confidence"] = *judgement.model_confidence;
}

void write_plan(Json& run, const Finished& finished) {
    const core::Outcome& outcome = finished.outcome;
    const int attempt = finished.claim.attempt;
    run["attempts"] = outcome.attempt_consumed ? attempt : attempt - 1;
    run["consecutive_failures"] = outcome.consecutive_failures;
    run["judged"] = finished.conclusion.judged && !finished.conclusion.failure;
    run["scheduled_for"] = time_or_null(finished.claim.scheduled_for);
    run["next_slot"] = time_or_null(outcome.next_slot);
    run["next_run_at"] = time_or_null(outcome.next_run_at);
    run["task_seen"] = text_or_null(finished.claim.task_seen);
    run["complete"] = outcome.complete_task;
    run["complete_if_told"] = outcome.tell_finding && outcome.next_run_at;
    run["slots"] = finished.slots;
    run["slots_from"] = time_or_null(finished.slots_from);
    run["slots_until"] = time_or_null(finished.slots_until);
    if (finished.passed.count > 0) {
        run["passed_slots"] = finished.passed.count;
        run["passed_from"] = core::write_time(finished.passed.from);
        run["passed_until"] = core::write_time(finished.passed.until);
        run["passed_status"] = "skipped";
        run["passed_reason"] = "overlap";
    }
}

Json write_run(const Finished& finished) {
    const agent::Conclusion& conclusion = finished.conclusion;
    Json run = {{"execution_id", finished.claim.briefing.execution_id},
                {"task_id", text_or_null(finished.claim.briefing.task.id)},
                {"token", finished.claim.token},
                {"trigger", core::name_of(finished.claim.trigger)},
                {"status", core::name_of(finished.outcome.status)},
                {"evidence", text_or_null(conclusion.judgement.evidence)},
                {"skip_reason", text_or_null(conclusion.skip_reason)},
                {"tokens_in", conclusion.usage.tokens_in},
                {"tokens_out", conclusion.usage.tokens_out},
                {"cost_usd", conclusion.usage.cost_usd},
                {"model", text_or_null(conclusion.model)},
                {"prompt_hash", text_or_null(conclusion.prompt_hash)},
                {"steps", write_steps(finished)}};
    if (conclusion.failure) {
        run["error_category"] = core::name_of(conclusion.failure->category);
        run["error_message"] = conclusion.failure->message;
    }
    if (!finished.claim.has_task()) run["result"] = write_preview(finished);
    write_verdict(run, conclusion);
    write_plan(run, finished);
    write_telling(run, finished);
    return run;
}

void append_found(Json& sources, Json& citations, const Finished& finished) {
    const std::string& execution = finished.claim.briefing.execution_id;
    for (const core::Source& source : finished.conclusion.sources) {
        sources.push_back({{"execution_id", execution},
                           {"url", source.url},
                           {"title", source.title},
                           {"snippet", source.snippet},
                           {"published_at", time_or_null(source.published_at)},
                           {"provider", source.provider},
                           {"content_hash", source.content_hash}});
        for (const core::Citation& citation : finished.conclusion.judgement.citations) {
            if (citation.source != source.number) continue;
            citations.push_back({{"execution_id", execution},
                                 {"content_hash", source.content_hash},
                                 {"quote", citation.quote},
                                 {"quote_offset", citation.quote_offset}});
        }
    }
}

}  // namespace

FinishArguments write_finished(const std::vector<Finished>& finished) {
    Json runs = Json::array();
    Json sources = Json::array();
    Json citations = Json::array();
    Json memories = Json::array();
    for (const Finished& one : finished) {
        runs.push_back(write_run(one));
        append_found(sources, citations, one);
        for (const std::string& memory : one.conclusion.judgement.memories) {
            memories.push_back({{"execution_id", one.claim.briefing.execution_id},
                                {"content", core::truncate(memory, 2000)}});
        }
    }
    return {core::write_json(runs), core::write_json(sources), core::write_json(citations),
            core::write_json(memories)};
}

std::string write_checks(const std::vector<scheduler::CheckRequest>& requests) {
    Json checks = Json::array();
    for (const scheduler::CheckRequest& request : requests) {
        Json replies = Json::array();
        for (const agent::StoredReply& reply : request.check.replies) {
            replies.push_back({{"key", reply.key}, {"status", reply.status}, {"body", reply.body}});
        }
        checks.push_back({{"execution_id", request.execution_id},
                          {"task_id", text_or_null(request.task_id)},
                          {"replies", replies},
                          {"hashes", request.check.hashes}});
    }
    return core::write_json(checks);
}

std::string write_cooldowns(const std::vector<agent::Cooldown>& cooldowns) {
    Json rows = Json::array();
    for (const agent::Cooldown& cooldown : cooldowns) {
        rows.push_back({{"provider", cooldown.provider},
                        {"pause_ms", cooldown.pause.count()},
                        {"category", core::name_of(cooldown.category)},
                        {"message", cooldown.message}});
    }
    return core::write_json(rows);
}

std::string write_deliveries_done(const std::vector<scheduler::DeliveryDone>& done) {
    Json rows = Json::array();
    for (const scheduler::DeliveryDone& one : done) {
        const char* status = one.status == scheduler::DeliveryStatus::delivered ? "delivered"
                             : one.status == scheduler::DeliveryStatus::pending ? "pending"
                                                                                : "dead";
        rows.push_back({{"delivery_id", one.delivery_id},
                        {"token", one.token},
                        {"attempt", one.attempt},
                        {"status", status},
                        {"response_status", one.response_status ? Json(one.response_status) : Json()},
                        {"error", text_or_null(one.error)},
                        {"duration_ms", one.duration_ms},
                        {"next_attempt_at", time_or_null(one.next_attempt_at)},
                        {"disable", one.disable_channel}});
    }
    return core::write_json(rows);
}

}  // namespace torale::pg
