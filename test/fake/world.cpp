// One request in, one reply out; nothing here waits.
#include "fake/world.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace torale::fake {
namespace {

constexpr std::size_t logged_body_bytes_max = 256 << 10;

double unix_time() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

Reply plain(int status, std::string body, const Request& request) {
    Delivery delivery;
    delivery.status = status;
    return render_reply(delivery, std::move(body), request.keep_alive);
}

std::string line_of(const LogEntry& entry) {
    return Json{{"n", entry.n},           {"at", entry.at_s},
                {"route", entry.route},   {"method", entry.method},
                {"path", entry.path},     {"headers", entry.header_names},
                {"body", entry.body},     {"verdict", entry.verdict},
                {"status", entry.status}, {"webhook_id", entry.webhook_id}}
               .dump(-1, ' ', false, Json::error_handler_t::replace) +
           "\n";
}

// "/v1beta/models/NAME:generateContent" → NAME, "" for another path.
std::string_view model_of(std::string_view path) {
    constexpr std::string_view before = "/v1beta/models/", after = ":generateContent";
    if (path.size() <= before.size() + after.size() || path.substr(0, before.size()) != before ||
        path.substr(path.size() - after.size()) != after) {
        return {};
    }
    return path.substr(before.size(), path.size() - before.size() - after.size());
}

}  // namespace

World::World(Options options) : options_(std::move(options)) {
    Json scripts = Json::object();
    std::vector<std::string> names{"perplexity", "gemini",    "webhook",
                                   "openai",     "anthropic", "mem0"};
    for (const SearchShape* shape : search_shapes()) {
        searchers_.emplace(shape->name, *shape);
        names.emplace_back(shape->name);
    }
    for (const auto& name : names) {
        const auto path = options_.script_folder / (name + ".json");
        if (!options_.script_folder.empty() && std::filesystem::exists(path)) {
            scripts[name] = Json::parse(read_file(path));
        }
    }
    load(scripts);
    if (options_.record_file.empty()) return;
    record_ = std::fopen(options_.record_file.c_str(), "ae");
    if (!record_) throw std::runtime_error("cannot write " + options_.record_file);
}

World::~World() {
    if (record_) std::fclose(record_);
}

void World::load(const Json& scripts) {
    for (const auto& [name, script] : scripts.items()) {
        if (name == "perplexity")
            perplexity_.load(script, options_.script_folder);
        else if (name == "gemini")
            gemini_.load(script, options_.script_folder);
        else if (name == "webhook")
            webhooks_.load(script, options_.script_folder);
        else if (name == "openai")
            openai_.load(script, options_.script_folder);
        else if (name == "anthropic")
            anthropic_.load(script, options_.script_folder);
        else if (name == "mem0")
            mem0_.load(script, options_.script_folder);
        else if (const auto searcher = searchers_.find(name); searcher != searchers_.end())
            searcher->second.load(script, options_.script_folder);
        else if (name == "site")
            site_.load(script, options_.script_folder);
        else
            throw std::runtime_error("no such service: " + name);
    }
}

Reply World::answer(const Request& request) {
    std::string name, verdict;
    Reply reply;
    try {
        reply = route(request, name, verdict);
    } catch (const std::exception& error) {
        verdict = error.what();
        reply = plain(name == "control" ? 400 : 500, Json{{"error", verdict}}.dump(), request);
    }
    if (name != "control") record(request, reply, name, verdict);
    return reply;
}

Reply World::route(const Request& request, std::string& name, std::string& verdict) {
    const auto path = request.path;
    if (path.substr(0, 3) == "/__") {
        name = "control";
        return control(request, verdict);
    }
    const bool is_post = request.method == "POST";
    ++n_;
    if (path == "/search") {
        name = "perplexity";
        if (is_post) return perplexity_.answer(request, n_, verdict);
        verdict = "refused";
        return plain(405, R"({"detail":"Method Not Allowed"})", request);
    }
    if (const auto model = model_of(path); !model.empty() && is_post) {
        name = "gemini";
        return gemini_.answer(request, model, n_, verdict);
    }
    if (path == "/v1/chat/completions" && is_post) {
        name = "openai";
        return openai_.answer(request, n_, verdict);
    }
    if (path == "/v1/messages" && is_post) {
        name = "anthropic";
        return anthropic_.answer(request, n_, verdict);
    }
    constexpr std::string_view memories = "/v3/memories/";
    if (path.substr(0, memories.size()) == memories && is_post) {
        name = "mem0";
        return mem0_.answer(request, n_, verdict);
    }
    if (path == "/robots.txt" || path.substr(0, 6) == "/site/") {
        name = "site";
        return site_.answer(request, n_, verdict);
    }
    constexpr std::string_view hook = "/hook/";
    if (path.substr(0, hook.size()) == hook && is_post) {
        name = "webhook";
        return webhooks_.answer(request, path.substr(hook.size()), n_, verdict);
    }
    const auto second_slash = std::min(path.find('/', 1), path.size());
    name = path.substr(std::min<std::size_t>(1, path.size()), second_slash - 1);
    if (const auto searcher = searchers_.find(name); searcher != searchers_.end()) {
        return searcher->second.answer(request, std::string(path.substr(second_slash)), n_,
                                       verdict);
    }
    name = "unknown";
    verdict = "refused";
    return plain(404, R"({"detail":"Not Found"})", request);
}

Reply World::control(const Request& request, std::string& verdict) {
    verdict = "ok";
    const auto path = request.path;
    if (request.method == "GET" && path == "/__stats") return plain(200, stats(), request);
    if (request.method == "GET" && path == "/__log") {
        Delivery delivery;
        delivery.content_type = "application/x-ndjson";
        return render_reply(delivery, log_lines(request.query), request.keep_alive);
    }
    if (request.method == "POST" && path == "/__script") {
        load(Json::parse(request.body));
        return plain(200, R"({"ok":true})", request);
    }
    if (request.method == "POST" && path == "/__reset") {
        log_.clear();
        counts_.clear();
        webhooks_.forget();
        mem0_.forget();
        return plain(200, R"({"ok":true})", request);
    }
    if (request.method == "POST" && path == "/__quit") {
        if (server_) server_->stop();
        return plain(200, R"({"ok":true})", request);
    }
    return plain(404, R"({"error":"no such control"})", request);
}

void World::record(const Request& request, const Reply& reply, const std::string& name,
                   const std::string& verdict) {
    auto& count = counts_[name];
    ++count.requests;
    ++count.by_status[reply.status];
    if (options_.log_entries_max == 0 && !record_) return;
    LogEntry entry{.n = n_,
                   .at_s = unix_time(),
                   .route = name,
                   .method = std::string(request.method),
                   .path = std::string(request.path),
                   .header_names = {},
                   .webhook_id = std::string(request.header("webhook-id")),
                   .body = std::string(request.body.substr(0, logged_body_bytes_max)),
                   .verdict = verdict,
                   .status = reply.status};
    for (const auto& header : request.headers) entry.header_names.emplace_back(header.first);
    if (record_) {
        const auto line = line_of(entry);
        std::fwrite(line.data(), 1, line.size(), record_);
        std::fflush(record_);
    }
    if (options_.log_entries_max == 0) return;
    log_.push_back(std::move(entry));
    if (log_.size() > options_.log_entries_max) log_.pop_front();
}

std::string World::stats() const {
    Json routes = Json::object();
    for (const auto& [name, count] : counts_) {
        Json statuses = Json::object();
        for (const auto& [status, times] : count.by_status)
            statuses[std::to_string(status)] = times;
        routes[name] = {{"requests", count.requests}, {"status", statuses}};
    }
    std::uint64_t repeated = 0;
    for (const auto& [id, times] : webhooks_.deliveries()) repeated += times > 1;
    Json out = {{"routes", routes},
                {"webhook_ids", webhooks_.deliveries().size()},
                {"webhook_ids_repeated", repeated}};
    if (server_) {
        const auto& gauges = server_->gauges();
        out["connections"] = {
            {"accepted", gauges.accepted},       {"open", gauges.open},
            {"open_max", gauges.open_max},       {"pending", gauges.pending},
            {"pending_max", gauges.pending_max}, {"aborted", gauges.aborted},
            {"requests", gauges.requests},       {"bad_requests", gauges.bad_requests}};
    }
    return out.dump();
}

// "from=N" leaves out the entries before the N-th request.
std::string World::log_lines(std::string_view query) const {
    std::uint64_t from = 0;
    if (query.substr(0, 5) == "from=") from = std::strtoull(query.data() + 5, nullptr, 10);
    std::string out;
    for (const auto& entry : log_) {
        if (entry.n >= from) out += line_of(entry);
    }
    return out;
}

}  // namespace torale::fake
