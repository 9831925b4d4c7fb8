// Reads a world's files. Strict: a misspelt key is a fault, not a default.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <stdexcept>

#include "core/schedule.hpp"
#include "judge_bench/world.hpp"

namespace torale::judge_bench {

namespace {

using core::Json;

// Thrown within this file only: the reading of one value deep inside names the whole place.
struct Fault : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// One JSON object and where it stands, so that each fault can say so.
class Reader {
public:
    Reader(Json object, std::string where) : object_(std::move(object)), where_(std::move(where)) {
        if (!object_.is_object()) fail("is no JSON object");
    }

    [[noreturn]] void fail(const std::string& what) const { throw Fault(where_ + ": " + what); }

    void allow(std::initializer_list<std::string_view> names) const {
        for (const auto& [key, value] : object_.items()) {
            if (std::find(names.begin(), names.end(), key) == names.end()) {
                fail("unknown key \"" + key + "\"");
            }
        }
    }
    bool has(const char* key) const { return object_.contains(key) && !object_[key].is_null(); }
    std::string text(const char* key) const {
        if (!has(key) || !object_[key].is_string()) fail(std::string(key) + " must be a text");
        return object_[key].get<std::string>();
    }
    std::string text(const char* key, std::string otherwise) const {
        return has(key) ? text(key) : std::move(otherwise);
    }
    double number(const char* key, double otherwise) const {
        if (!has(key)) return otherwise;
        if (!object_[key].is_number()) fail(std::string(key) + " must be a number");
        return object_[key].get<double>();
    }
    bool flag(const char* key) const {
        if (!has(key)) return false;
        if (!object_[key].is_boolean()) fail(std::string(key) + " must be true or false");
        return object_[key].get<bool>();
    }
    Time time(const char* key) const {
        const std::string written = text(key);
        const auto read = core::parse_time(written);
        if (!read) fail(std::string(key) + " is no ISO 8601 time: " + written);
        return *read;
    }
    std::optional<Time> time_or_null(const char* key) const {
        if (!has(key)) return std::nullopt;
        return time(key);
    }
    std::vector<std::string> texts(const char* key) const {
        std::vector<std::string> list;
        if (!has(key)) return list;
        if (!object_[key].is_array()) fail(std::string(key) + " must be a list of texts");
        for (const Json& item : object_[key]) {
            if (!item.is_string()) fail(std::string(key) + " must be a list of texts");
            list.push_back(item.get<std::string>());
        }
        return list;
    }
    const Json& member(const char* key) const {
        if (!has(key)) fail(std::string(key) + " is missing");
        return object_[key];
    }
    const Json& object() const { return object_; }
    const std::string& where() const { return where_; }

private:
    Json object_;
    std::string where_;
};

std::string read_file(const std::string& path, bool is_optional) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        if (is_optional) return "";
        throw Fault("the file is missing");
    }
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return std::move(bytes).str();
}

Json parse(const std::string& text, const std::string& where) {
    try {
        return Json::parse(text);
    } catch (const Json::exception& error) {
        throw Fault(where + ": no JSON: " + error.what());
    }
}

template <class Take>
void read_lines(const World& world, const char* name, bool is_optional, Take&& take) {
    std::istringstream lines(read_file(world.folder + "/" + name, is_optional));
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        const std::string where = std::string(name) + " line " + std::to_string(number);
        take(Reader(parse(line, where), where));
    }
}

void read_task(World& world, const Reader& reader) {
    reader.allow({"search_query", "condition_description", "notify_behavior", "timezone",
                  "search_options", "dedupe_horizon_days"});
    core::Task& task = world.task;
    task.id = "00000000-0000-7000-8000-000000000001";
    task.owner = "pg:judge-bench";
    task.name = world.title;
    task.search_query = reader.text("search_query");
    if (reader.has("condition_description")) {
        task.condition_description = reader.text("condition_description");
    }
    const std::string behavior = reader.text("notify_behavior");
    if (behavior != "once" && behavior != "always") {
        reader.fail("notify_behavior must be once or always: " + behavior);
    }
    task.notify_behavior =
        behavior == "once" ? core::NotifyBehavior::once : core::NotifyBehavior::always;
    task.timezone = reader.text("timezone", "UTC");
    if (!core::is_known_zone(task.timezone)) reader.fail("unknown timezone: " + task.timezone);
    if (reader.has("search_options")) {
        task.search_options = core::read_search_options(reader.member("search_options"));
    }
    const double days = reader.number("dedupe_horizon_days", 180);
    if (days < 0) reader.fail("dedupe_horizon_days is negative");
    world.dedupe_horizon = core::seconds{static_cast<std::int64_t>(days * 86400)};
}

void read_head(World& world) {
    const Reader reader(parse(read_file(world.folder + "/world.json", false), "world.json"),
                        "world.json");
    reader.allow({"title", "about", "origin", "truth", "task", "start", "end", "every_minutes",
                  "rules_can_judge", "tags"});
    world.title = reader.text("title");
    world.about = reader.text("about", "");
    world.origin = reader.text("origin");
    if (world.origin != "ours" && world.origin != "static case" &&
        world.origin != "research case") {
        reader.fail("origin must be ours, static case or research case: " + world.origin);
    }
    world.truth = reader.text("truth");
    world.start = reader.time("start");
    world.end = reader.time("end");
    const double minutes = reader.number("every_minutes", 60);
    world.every = core::seconds{static_cast<std::int64_t>(minutes * 60)};
    world.task.schedule =
        "every " + std::to_string(static_cast<std::int64_t>(minutes)) + " minutes";
    world.rules_can_judge = reader.flag("rules_can_judge");
    world.tags = reader.texts("tags");
    read_task(world, Reader(reader.member("task"), "world.json: task"));
    const auto schedule = core::parse_schedule(world.task.schedule);
    if (!schedule.ok()) reader.fail("every_minutes: " + schedule.error().message);
}

void read_documents(World& world) {
    read_lines(world, "documents.jsonl", false, [&](const Reader& reader) {
        reader.allow({"id", "url", "title", "text", "published_at", "visible_from", "visible_to"});
        Document document;
        document.id = reader.text("id");
        document.url = reader.text("url");
        if (!document.url.starts_with("https://") && !document.url.starts_with("http://")) {
            reader.fail("url must be http or https: " + document.url);
        }
        document.title = reader.text("title");
        document.text = reader.text("text");
        document.published_at = reader.time_or_null("published_at");
        document.visible_from = reader.time("visible_from");
        document.visible_to = reader.time_or_null("visible_to");
        world.documents.push_back(std::move(document));
    });
}

EventKind read_kind(const Reader& reader) {
    const std::string name = reader.text("kind");
    for (const EventKind kind :
         {EventKind::event, EventKind::update, EventKind::contradiction, EventKind::retraction}) {
        if (name == name_of(kind)) return kind;
    }
    reader.fail("kind must be event, update, contradiction or retraction: " + name);
}

void read_events(World& world) {
    read_lines(world, "events.jsonl", true, [&](const Reader& reader) {
        reader.allow({"id", "kind", "of", "happened_at", "documents"});
        world.events.push_back({.id = reader.text("id"),
                                .kind = read_kind(reader),
                                .of = reader.text("of", ""),
                                .happened_at = reader.time("happened_at"),
                                .documents = reader.texts("documents")});
    });
}

void read_pair(World& world, const Reader& reader) {
    reader.allow({"pair", "relation"});
    const auto pair = reader.texts("pair");
    const std::string relation = reader.text("relation");
    constexpr std::array<std::string_view, 5> relations{"same", "update", "contradiction",
                                                        "retraction", "distinct"};
    if (pair.size() != 2) reader.fail("pair must name two documents");
    for (const std::string& id : pair) {
        const bool is_known = std::any_of(world.documents.begin(), world.documents.end(),
                                          [&](const Document& each) { return each.id == id; });
        if (!is_known) reader.fail("pair names no document of this world: " + id);
    }
    if (std::find(relations.begin(), relations.end(), relation) == relations.end()) {
        reader.fail("unknown relation: " + relation);
    }
    world.pairs[{pair[0], pair[1]}] = relation;
    world.pairs[{pair[1], pair[0]}] = relation;
}

void read_answers(World& world) {
    read_lines(world, "answers.jsonl", true, [&](const Reader& reader) {
        if (reader.has("pair")) return read_pair(world, reader);
        reader.allow({"document", "verdict", "quote", "notification", "evidence", "confidence"});
        const auto verdict = core::parse_verdict(reader.text("verdict"));
        if (!verdict) reader.fail("verdict must be met, not_met or unknown");
        const bool is_first =
            world.answers
                .emplace(reader.text("document"),
                         Answer{.verdict = *verdict,
                                .quote = reader.text("quote", ""),
                                .notification = reader.text("notification", ""),
                                .evidence = reader.text("evidence", ""),
                                .confidence = static_cast<int>(reader.number("confidence", 90))})
                .second;
        if (!is_first) reader.fail("a second answer for " + reader.text("document"));
    });
}

}  // namespace

core::Result<World, std::string> read_world(const std::string& folder) {
    World world;
    world.folder = folder;
    world.name = std::filesystem::path(folder).filename().string();
    const auto at_world = [&](const std::string& what) { return world.name + ": " + what; };
    try {
        read_head(world);
        read_documents(world);
        read_events(world);
        read_answers(world);
    } catch (const Fault& fault) {
        return at_world(fault.what());
    }
    if (auto fault = complete(world)) return at_world(*fault);
    return world;
}

core::Result<std::vector<World>, std::string> read_worlds(const std::string& folder) {
    std::vector<std::string> folders;
    std::error_code trouble;
    for (const auto& entry : std::filesystem::directory_iterator(folder, trouble)) {
        if (std::filesystem::exists(entry.path() / "world.json")) {
            folders.push_back(entry.path().string());
        }
    }
    if (trouble) return folder + ": " + trouble.message();
    if (folders.empty()) return folder + ": no folder in it has a world.json";
    std::sort(folders.begin(), folders.end());
    std::vector<World> worlds;
    std::string faults;
    for (const std::string& each : folders) {
        auto world = read_world(each);
        if (world.ok()) {
            worlds.push_back(std::move(*world));
        } else {
            faults += (faults.empty() ? "" : "\n") + world.error();
        }
    }
    if (!faults.empty()) return faults;
    return worlds;
}

}  // namespace torale::judge_bench
