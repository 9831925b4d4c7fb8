// Reads claims.
#include "pg/execution_rows.hpp"

#include "pg/json_text.hpp"
#include "pg/replay_rows.hpp"

namespace torale::pg {

namespace {

using core::Json;
using scheduler::Claim;

Json json_of(const std::optional<std::string>& text) {
    if (!text) return Json::array();
    return Json::parse(*text, nullptr, false);
}

std::optional<std::string> optional_of(const Json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

// jsonb writes timestamptz in ISO 8601.
core::Time time_of(const Json& object, const char* key) {
    return core::parse_time(text_of(object, key)).value_or(core::Time{});
}

void read_mode(Claim& claim, const std::optional<std::string>& name) {
    if (name == "agent") claim.mode = agent::Mode::agent;
    if (name == "pipeline") claim.mode = agent::Mode::pipeline;
}

core::NotifyBehavior behavior_of(std::string_view text) {
    return text == "always" ? core::NotifyBehavior::always : core::NotifyBehavior::once;
}

void read_recalled(agent::Briefing& briefing, const std::optional<std::string>& history,
                   const std::optional<std::string>& notifications,
                   const std::optional<std::string>& memories,
                   const std::optional<std::string>& replies) {
    const Json past_executions = json_of(history);
    for (const Json& item : past_executions) {
        core::PastExecution past;
        past.finished_at = time_of(item, "finished_at");
        past.verdict = core::parse_verdict(text_of(item, "verdict"));
        if (item.contains("confidence") && item["confidence"].is_number()) {
            past.confidence = item["confidence"].get<int>();
        }
        past.evidence = text_of(item, "evidence");
        past.notification = text_of(item, "notification");
        briefing.history.push_back(std::move(past));
    }
    const Json past_notifications = json_of(notifications);
    for (const Json& item : past_notifications) {
        briefing.notifications.push_back(
            {time_of(item, "created_at"), text_of(item, "title"), text_of(item, "body")});
    }
    const Json remembered = json_of(memories);
    for (const Json& item : remembered) {
        briefing.memories.push_back({text_of(item, "content"), text_of(item, "kind")});
    }
    const Json stored = json_of(replies);
    for (const Json& item : stored) {
        briefing.stored_replies.push_back({text_of(item, "key"), item.value("status", 0),
                                           text_of(item, "body"), item.value("is_settled", false)});
    }
}

}  // namespace

core::Task read_task(const Json& row) {
    core::Task task;
    task.id = text_of(row, "id");
    task.name = text_of(row, "name");
    task.search_query = text_of(row, "search_query");
    task.condition_description = optional_of(row, "condition_description");
    task.notify_behavior = behavior_of(text_of(row, "notify_behavior"));
    task.schedule = text_of(row, "schedule");
    if (const auto zone = optional_of(row, "timezone")) task.timezone = *zone;
    if (row.contains("search_options") && row["search_options"].is_object()) {
        task.search_options = core::read_search_options(row["search_options"]);
    }
    return task;
}

std::optional<core::Time> read_timestamptz(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    return core::parse_time(*text);
}

std::vector<Claim> read_due_claims(const Rows& rows) {
    std::vector<Claim> claims;
    claims.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Claim claim;
        agent::Briefing& briefing = claim.briefing;
        briefing.execution_id = rows.text(i, 0);
        claim.token = rows.integer(i, 2);
        claim.attempt = static_cast<int>(rows.integer(i, 3));
        claim.scheduled_for = read_timestamptz(rows.optional_text(i, 4));
        claim.consecutive_failures = static_cast<int>(rows.integer(i, 5));
        briefing.last_judged_at = read_timestamptz(rows.optional_text(i, 6));
        briefing.is_first_run = !briefing.last_judged_at;
        claim.task_seen = rows.text(i, 7);
        core::Task& task = briefing.task;
        task.id = rows.text(i, 1);
        task.owner = rows.text(i, 8);
        task.name = rows.text(i, 9);
        task.search_query = rows.text(i, 10);
        task.condition_description = rows.optional_text(i, 11);
        task.notify_behavior = behavior_of(rows.text(i, 12));
        task.schedule = rows.optional_text(i, 13).value_or("");
        task.timezone = rows.text(i, 14);
        task.min_interval = core::seconds{rows.integer(i, 15)};
        task.max_interval = core::seconds{rows.integer(i, 16)};
        if (const std::string& options = rows.text(i, 17); options != "{}") {
            task.search_options = core::read_search_options(json_of(options));
        }
        read_recalled(briefing, rows.optional_text(i, 18), rows.optional_text(i, 19),
                      rows.optional_text(i, 20), rows.optional_text(i, 21));
        briefing.has_documents = rows.boolean(i, 22);
        claim.first_started_at = read_timestamptz(rows.optional_text(i, 23));
        read_mode(claim, rows.optional_text(i, 24));
        claims.push_back(std::move(claim));
    }
    return claims;
}

std::vector<Claim> read_request_claims(const Rows& rows) {
    std::vector<Claim> claims;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Claim claim;
        agent::Briefing& briefing = claim.briefing;
        briefing.execution_id = rows.text(i, 0);
        const std::string& kind = rows.text(i, 1);
        const bool has_task = kind == "manual";
        const Json described = json_of(rows.optional_text(i, has_task ? 10 : 11));
        claim.trigger = has_task ? core::Trigger::manual : core::Trigger::preview;
        claim.quiet = rows.boolean(i, 2);
        claim.token = rows.integer(i, 3);
        claim.attempt = static_cast<int>(rows.integer(i, 4));
        claim.consecutive_failures = static_cast<int>(rows.integer(i, 6));
        briefing.last_judged_at = read_timestamptz(rows.optional_text(i, 7));
        briefing.is_first_run = !briefing.last_judged_at;
        claim.task_seen = rows.optional_text(i, 8).value_or("");
        briefing.task = read_task(described);
        briefing.task.owner = rows.text(i, 9);
        read_recalled(briefing, rows.optional_text(i, 12), rows.optional_text(i, 13),
                      rows.optional_text(i, 14), rows.optional_text(i, 15));
        briefing.has_documents = rows.boolean(i, 16);
        read_mode(claim, optional_of(described, "mode"));
        if (kind == "suggest") {
            briefing.purpose = agent::Purpose::suggest;
            briefing.input = described;
        } else if (kind == "replay") {
            read_replay(described, claim);
        }
        claims.push_back(std::move(claim));
    }
    return claims;
}

std::vector<scheduler::DeliveryClaim> read_delivery_claims(const Rows& rows) {
    std::vector<scheduler::DeliveryClaim> claims;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        scheduler::DeliveryClaim claim;
        claim.delivery_id = rows.text(i, 0);
        claim.token = rows.integer(i, 1);
        claim.attempt = static_cast<int>(rows.integer(i, 2));
        claim.channel.kind = rows.text(i, 4);
        claim.channel.target = rows.text(i, 5);
        const Json headers = json_of(rows.text(i, 6));
        for (const auto& [name, value] : headers.items()) {
            if (value.is_string()) claim.channel.headers.push_back({name, value});
        }
        claim.channel.secrets = std::get<TextArray>(rows.at(i, 7));
        const Json row = json_of(rows.text(i, 8));
        notify::Message& message = claim.message;
        message.delivery_id = claim.delivery_id;
        message.notification_id = text_of(row, "notification_id");
        message.execution_id = text_of(row, "execution_id");
        const std::string kind = text_of(row, "kind");
        message.event_type = kind == "finding"    ? "task.condition_met"
                             : kind == "failure"  ? "task.failed"
                             : kind == "recovery" ? "task.recovered"
                                                  : "torale." + kind;
        message.created_at = time_of(row, "created_at");
        message.task_id = text_of(row, "task_id");
        message.task_name = text_of(row, "task_name");
        message.search_query = text_of(row, "search_query");
        message.condition_description = optional_of(row, "condition_description");
        message.body = text_of(row, "body");
        message.completed_at = text_of(row, "completed_at");
        if (row.contains("sources") && row["sources"].is_array()) {
            for (const Json& source : row["sources"]) {
                message.sources.push_back({text_of(source, "url"), text_of(source, "title")});
            }
        }
        if (row.contains("context")) message.context = row["context"];
        claims.push_back(std::move(claim));
    }
    return claims;
}

}  // namespace torale::pg
