// Provider reference §3: ids at the top of an add and inside the filters of a search, slashes at
// the end of paths, and replies that promise instead of answering.
#include "fake/mem0.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

namespace torale::fake {
namespace {

constexpr auto replace = Json::error_handler_t::replace;
constexpr std::array<const char*, 4> entities = {"user_id", "agent_id", "app_id", "run_id"};

Json bad_request(const std::string& message) {
    return {{"error", "400 Bad Request"}, {"details", {{"message", message}}}};
}

bool is_blank(const Json& text) {
    return !text.is_string() ||
           text.get_ref<const std::string&>().find_first_not_of(" \t\n") == std::string::npos;
}

bool has_entity(const Json& body) {
    return std::any_of(entities.begin(), entities.end(), [&](const char* name) {
        return body.is_object() && body.value(name, Json()).is_string();
    });
}

// Either {"AND": [{…}, …]} or a flat object; one entity somewhere inside.
bool filters_entity(const Json& filters) {
    if (has_entity(filters)) return true;
    for (const char* joint : {"AND", "OR"}) {
        if (!filters.contains(joint) || !filters[joint].is_array()) continue;
        for (const auto& one : filters[joint]) {
            if (has_entity(one)) return true;
        }
    }
    return false;
}

Json search_fault(const Json& body) {
    for (const char* name : entities) {
        if (!body.contains(name)) continue;
        return bad_request("Top-level entity parameters are not supported in search: " +
                           std::string(name) + ". Use filters instead.");
    }
    if (is_blank(body.value("query", Json())))
        return bad_request("query: This field may not be blank.");
    if (!body.value("filters", Json()).is_object() || !filters_entity(body["filters"])) {
        return {{"message",
                 "At least one of the filters: agent_id, user_id, app_id, run_id is required!"}};
    }
    const auto top = body.value("top_k", Json(10));
    if (!top.is_number_integer() || top < 1 || top > 1000) return bad_request("top_k: 1 to 1000");
    const auto threshold = body.value("threshold", Json(0.1));
    if (!threshold.is_number() || threshold < 0 || threshold > 1) {
        return bad_request("threshold: 0 to 1");
    }
    return {};
}

Json add_fault(const Json& body) {
    const auto messages = body.value("messages", Json());
    if (!messages.is_array() || messages.empty())
        return bad_request("messages: This field is required.");
    for (const auto& message : messages) {
        const auto role = message.is_object() ? message.value("role", "") : "";
        if ((role != "user" && role != "assistant") || is_blank(message.value("content", Json()))) {
            return bad_request("messages: role and content are required.");
        }
    }
    if (!has_entity(body)) {
        return bad_request("At least one of user_id, agent_id, app_id, run_id is required.");
    }
    if (body.contains("infer") && !body["infer"].is_boolean()) return bad_request("infer: bool");
    if (body.contains("metadata") && !body["metadata"].is_object()) {
        return bad_request("metadata: object");
    }
    return {};
}

const std::set<std::string>& known_fields(bool is_search) {
    static const std::set<std::string> add = {"messages",
                                              "user_id",
                                              "agent_id",
                                              "app_id",
                                              "run_id",
                                              "metadata",
                                              "infer",
                                              "timestamp",
                                              "includes",
                                              "excludes",
                                              "expiration_date",
                                              "immutable",
                                              "custom_instructions",
                                              "custom_categories"};
    static const std::set<std::string> search = {
        "query",          "filters",    "top_k",        "threshold",   "rerank",
        "fields",         "categories", "show_expired", "latest_only", "keyword_search",
        "reference_date", "user_id",    "agent_id",     "app_id",      "run_id"};
    return is_search ? search : add;
}

std::set<std::string> words_of(std::string_view text) {
    std::set<std::string> words;
    std::string word;
    for (const char c : std::string(text) + " ") {
        if (std::isalnum(static_cast<unsigned char>(c))) {
            word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        } else if (!word.empty()) {
            words.insert(std::exchange(word, ""));
        }
    }
    return words;
}

double likeness(const std::string& query, const std::string& text) {
    const auto wanted = words_of(query), there = words_of(text);
    const auto shared = std::count_if(wanted.begin(), wanted.end(),
                                      [&](const auto& word) { return there.count(word) > 0; });
    return wanted.empty() ? 0 : static_cast<double>(shared) / static_cast<double>(wanted.size());
}

bool passes(const Json& memory, const Json& filters) {
    for (const auto& [name, wanted] : filters.items()) {
        if (name == "AND") {
            for (const auto& one : wanted) {
                if (!passes(memory, one)) return false;
            }
        } else if (wanted != "*" && memory.value(name, Json()) != wanted) {
            return false;
        }
    }
    return true;
}

Reply send(const Delivery& delivery, const Json& body, const Request& request) {
    return render_reply(delivery, body.dump(-1, ' ', false, replace), request.keep_alive);
}

Delivery with_status(int status) {
    Delivery delivery;
    delivery.status = status;
    return delivery;
}

}  // namespace

Json mem0_fault(const Json& body, bool is_search) {
    if (!body.is_object()) return {{"detail", "JSON parse error"}};
    for (const auto& [field, value] : body.items()) {
        if (!known_fields(is_search).count(field)) return bad_request("unknown field: " + field);
    }
    return is_search ? search_fault(body) : add_fault(body);
}

void Mem0::load(const Json& json, const std::filesystem::path& folder) {
    script_ = Script(json, folder, [](Scripted&) {});
}

Json Mem0::add(const Json& body, std::uint64_t n) {
    const std::string id = "00000000-0000-4000-8000-" + std::to_string(100000000000 + n);
    const std::string text = body["messages"].back()["content"];
    Json memory = {{"id", id}, {"memory", text}, {"metadata", body.value("metadata", Json())}};
    for (const char* name : entities) memory[name] = body.value(name, Json());
    kept_.push_back({memory, script_.json().value("lag", 0)});
    if (body.value("infer", true)) {
        return {{"message", "Memory processing has been queued for background execution"},
                {"status", "PENDING"},
                {"event_id", id}};
    }
    const Json stored = {{"id", id}, {"data", {{"memory", text}}}, {"event", "ADD"}};
    return {{"status", "SUCCEEDED"},
            {"event_id", id},
            {"message", "ok"},
            {"results", Json::array({stored})}};
}

Json Mem0::search(const Json& body) {
    std::vector<Json> found;
    for (auto& kept : kept_) {
        if (kept.lag-- > 0 || !passes(kept.memory, body["filters"])) continue;
        auto memory = kept.memory;
        const double score = likeness(body["query"], memory["memory"]);
        if (score < body.value("threshold", 0.1)) continue;
        memory["score"] = score;
        found.push_back(std::move(memory));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Json& a, const Json& b) { return a["score"] > b["score"]; });
    const auto most = body.value("top_k", std::size_t{10});
    if (found.size() > most) found.resize(most);
    return {{"results", found}};
}

Reply Mem0::answer(const Request& request, std::uint64_t n, std::string& verdict) {
    verdict = "refused";
    const auto path = request.path;
    if (path.back() != '/') {
        Delivery moved = with_status(301);
        moved.headers.emplace_back("Location", std::string(path) + "/");
        moved.content_type = "text/html";
        return render_reply(moved, "", request.keep_alive);
    }
    constexpr std::string_view scheme = "Token ";
    auto token = request.header("authorization");
    const bool has_scheme = token.substr(0, scheme.size()) == scheme;
    if (has_scheme) token.remove_prefix(scheme.size());
    if (!has_scheme || !script_.accepts_key(token, "m0-")) {
        return send(with_status(401), {{"detail", "Invalid API key"}}, request);
    }
    const bool is_search = path == "/v3/memories/search/";
    if (!is_search && path != "/v3/memories/add/") {
        return send(with_status(404), {{"error", "Not found"}}, request);
    }
    const auto body = Json::parse(request.body, nullptr, false);
    if (auto fault = mem0_fault(body, is_search); !fault.is_null()) {
        return send(with_status(400), fault, request);
    }
    verdict = "ok";
    const std::string text = is_search ? body["query"] : body["messages"].back()["content"];
    Values values{.text = text, .n = n, .captures = {}};
    const auto* scripted = script_.pick(text, values.captures);
    const auto delivery = scripted ? scripted->delivery : script_.defaults();
    if (scripted && scripted->body) {
        return render_reply(delivery, scripted->body->render(values), request.keep_alive);
    }
    if (delivery.status != 200) return render_reply(delivery, "", request.keep_alive);
    if (scripted && is_search && scripted->spec.contains("results")) {
        return send(delivery, {{"results", scripted->spec["results"]}}, request);
    }
    return send(delivery, is_search ? search(body) : add(body, n), request);
}

}  // namespace torale::fake
