// Requests with the trailing slashes the service insists on; replies in the shapes of all its
// versions.
#include "providers/mem0.hpp"

#include <algorithm>

#include "core/json.hpp"
#include "providers/reading.hpp"

namespace torale::providers::mem0 {

namespace {

constexpr std::int64_t search_timeout_ms = 15'000;
constexpr std::int64_t infer_timeout_ms = 30'000;
constexpr int results_max = 1'000;

bool is_self_hosted(const Provider& provider) {
    return text_of(provider.options, "dialect") == "oss";
}

bool rewrites(const Provider& provider) {
    const core::Json& infer = member_of(provider.options, "infer");
    return infer.is_boolean() && infer.get<bool>();
}

// The platform files a task as an app of its user; the self-hosted server as a run.
const char* task_key(const Provider& provider) {
    return is_self_hosted(provider) ? "run_id" : "app_id";
}

core::Request request_to(const Provider& provider, const char* path, const core::Json& body) {
    core::Request request;
    request.url = provider.base_url + path;
    if (is_self_hosted(provider)) {
        if (!provider.api_key.empty()) request.headers = {{"X-API-Key", provider.api_key}};
    } else {
        request.headers = {{"Authorization", "Token " + provider.api_key}};
    }
    request.headers.push_back({"Content-Type", "application/json"});
    request.headers.push_back({"Accept", "application/json"});
    request.body = core::write_json(body);
    request.limits.total_timeout_ms = search_timeout_ms;
    request.limits.low_speed_ms = search_timeout_ms;
    return request;
}

// Whose words come first differs by route.
std::string said_in(const core::Json& body) {
    for (const char* key : {"detail", "error", "message"}) {
        std::string said = text_of(body, key);
        const std::string more = text_of(member_of(body, "details"), "message");
        if (!said.empty()) return more.empty() ? said : said + ": " + more;
    }
    const core::Json& detail = member_of(body, "detail");
    if (detail.is_array() && !detail.empty()) return text_of(detail.front(), "msg");
    return text_of(member_of(body, "details"), "message");
}

core::Failure read_failure(const Provider& provider, const core::Reply& reply, core::Time now) {
    core::Failure failure = core::classify(reply, now);
    const auto body = reply.fault ? std::nullopt : read_body(reply);
    // So the service calls a plan that is used up.
    if (reply.status == 413) failure.category = core::Category::quota;
    return name_failure(provider, std::move(failure), body ? said_in(*body) : "");
}

// {"results": […]}, or the bare list of older versions.
const core::Json& results_of(const core::Json& body) {
    return body.is_array() ? body : member_of(body, "results");
}

// A found memory has its text at the top, a stored one below "data".
std::optional<core::Memory> read_memory(const core::Json& item) {
    core::Memory memory;
    memory.content = text_of(item, "memory");
    if (memory.content.empty()) memory.content = text_of(member_of(item, "data"), "memory");
    if (memory.content.empty()) return std::nullopt;
    memory.kind = text_of(member_of(item, "metadata"), "kind");
    if (memory.kind.empty()) memory.kind = "note";
    return memory;
}

MemoryReply read_memories(const Provider& provider, const core::Json& results) {
    MemoryReply read;
    read.usage.cost_usd = provider.price_per_call;
    if (!results.is_array()) return read;
    for (const core::Json& item : results) {
        if (auto memory = read_memory(item)) read.memories.push_back(std::move(*memory));
    }
    return read;
}

bool is_success(const core::Reply& reply) {
    return !reply.fault && reply.status >= 200 && reply.status <= 299;
}

}  // namespace

core::Request build_search(const Provider& provider, const MemoryQuery& query) {
    const core::Json owner = {{"user_id", query.scope.owner}};
    const core::Json task = {{task_key(provider), query.scope.task_id}};
    core::Json body = {{"query", query.text},
                       {"top_k", std::clamp(query.results_max, 1, results_max)}};
    // Ids stand inside the filters and nowhere else: at the top the service refuses them.
    if (is_self_hosted(provider)) {
        body["filters"] = owner;
        body["filters"].update(task);
    } else {
        body["filters"]["AND"] = core::Json::array({owner, task});
    }
    const core::Json& threshold = member_of(provider.options, "threshold");
    if (threshold.is_number()) body["threshold"] = threshold;
    return request_to(provider, is_self_hosted(provider) ? "/search" : "/v3/memories/search/",
                      body);
}

core::Request build_add(const Provider& provider, const MemoryNote& note) {
    const core::Json message = {{"role", "user"}, {"content", note.text}};
    core::Json body = {{"messages", core::Json::array({message})},
                       {"user_id", note.scope.owner},
                       {task_key(provider), note.scope.task_id},
                       {"infer", rewrites(provider)}};
    if (!note.kind.empty()) body["metadata"] = {{"kind", note.kind}};
    core::Request request =
        request_to(provider, is_self_hosted(provider) ? "/memories" : "/v3/memories/add/", body);
    if (rewrites(provider)) {
        request.limits.total_timeout_ms = infer_timeout_ms;
        request.limits.low_speed_ms = infer_timeout_ms;
    }
    return request;
}

Outcome<MemoryReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now) {
    if (!is_success(reply)) return read_failure(provider, reply, now);
    const auto body = read_body(reply);
    if (!body || !results_of(*body).is_array()) {
        return name_failure(provider, core::classify(reply, now),
                            body ? said_in(*body) : "no list of memories");
    }
    return read_memories(provider, results_of(*body));
}

Outcome<MemoryReply> read_add(const Provider& provider, const core::Reply& reply, core::Time now) {
    if (!is_success(reply)) return read_failure(provider, reply, now);
    const auto body = read_body(reply);
    const bool is_known = body && (body->is_object() || body->is_array());
    if (!is_known) return name_failure(provider, core::classify(reply, now), "no JSON object");
    // PENDING, RUNNING and SUCCEEDED are well; what has failed at once would have failed later.
    const std::string status = text_of(*body, "status");
    const bool says_nothing = status.empty() && !results_of(*body).is_array();
    if (status == "FAILED" || (says_nothing && !member_of(*body, "event_id").is_string())) {
        return name_failure(provider, core::classify(reply, now), said_in(*body));
    }
    return read_memories(provider, results_of(*body));
}

}  // namespace torale::providers::mem0
