// Reads replays, and runs them where no provider is needed.
#include "pg/replay_rows.hpp"

#include <bit>
#include <utility>

#include "pg/error.hpp"
#include "pg/execution_rows.hpp"
#include "pg/json_text.hpp"

namespace torale::pg {

namespace {

using core::Json;

std::optional<core::Time> time_of(const Json& object, const char* key) {
    return core::parse_time(text_of(object, key));
}

core::Source read_source(const Json& item) {
    core::Source source;
    source.number = item.value("number", 0);
    source.url = text_of(item, "url");
    source.title = text_of(item, "title");
    source.snippet = text_of(item, "snippet");
    source.published_at = time_of(item, "published_at");
    source.provider = text_of(item, "provider");
    source.content_hash = text_of(item, "content_hash");
    source.is_new = item.value("is_new", true);
    const auto fingerprint = item.find("fingerprint");
    if (fingerprint != item.end() && fingerprint->is_number_integer()) {
        source.fingerprint = std::bit_cast<std::uint64_t>(fingerprint->get<std::int64_t>());
    }
    return source;
}

Json write_replayed(const agent::Conclusion& conclusion) {
    Json result = Json::object();
    if (conclusion.failure) {
        result["evidence"] = conclusion.failure->message;
        return result;
    }
    const core::Judgement& judgement = conclusion.judgement;
    result["verdict"] = core::name_of(judgement.verdict);
    result["evidence"] = judgement.evidence;
    if (judgement.citations.empty()) return result;
    const core::Citation& citation = judgement.citations.front();
    result["quote"] = citation.quote;
    for (const core::Source& source : conclusion.sources) {
        if (source.number == citation.source) result["url"] = source.url;
    }
    return result;
}

}  // namespace

void read_replay(const Json& replay, scheduler::Claim& claim) {
    claim.trigger = core::Trigger::replay;
    claim.mode = agent::Mode::pipeline;
    claim.judge = text_of(replay, "judge");
    claim.first_started_at = time_of(replay, "requested_at");
    agent::Briefing& briefing = claim.briefing;
    briefing.purpose = agent::Purpose::replay;
    briefing.now = time_of(replay, "at").value_or(core::Time{});
    briefing.last_judged_at = time_of(replay, "last_judged_at");
    briefing.is_first_run = !briefing.last_judged_at;
    briefing.missing_sources = replay.value("missing", 0);
    const std::string owner = std::move(briefing.task.owner);
    const auto task = replay.find("task");
    if (task != replay.end() && task->is_object()) briefing.task = read_task(*task);
    // What has no task takes no lease of it and writes none of its rows.
    briefing.task.id.clear();
    briefing.task.owner = owner;
    const auto sources = replay.find("sources");
    if (sources == replay.end() || !sources->is_array()) return;
    for (const Json& item : *sources) briefing.stored_sources.push_back(read_source(item));
}

Json replay_by_rules(const Json& replay) {
    scheduler::Claim claim;
    read_replay(replay, claim);
    providers::Provider rules;
    rules.name = rules.adapter = "rules";
    rules.kind = providers::Kind::llm;
    claim.briefing.judges = {rules};
    const core::Time at = claim.briefing.now;
    const agent::Turn turn = agent::Investigation(std::move(claim.briefing)).start(at);
    const auto* conclusion = std::get_if<agent::Conclusion>(&turn);
    if (conclusion == nullptr) throw Error("XX000", "a replay by rules asked for a call", "", "");
    return write_replayed(*conclusion);
}

}  // namespace torale::pg
