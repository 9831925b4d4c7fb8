// Debian changelogs: header line, body, trailer with the date; deb-changelog(5).
#include "judge_bench/changelogs.hpp"

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "core/text.hpp"

namespace torale::judge_bench {

namespace {

struct Entry {
    std::string source;
    std::string version;
    bool is_security = false;
    std::string body;
    std::optional<Time> date;
};

std::string inflate_file(const std::string& path) {
    std::string text;
    gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr) return text;
    char buffer[1 << 16];
    for (int count; (count = gzread(file, buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(count));
    }
    gzclose(file);
    return text;
}

// "openssl (3.0.11-1~deb12u2) bookworm-security; urgency=medium"
bool read_header(const std::string& line, Entry& entry) {
    if (line.empty() || line.front() == ' ' || line.front() == '\t') return false;
    const std::size_t open = line.find(" (");
    const std::size_t close = line.find(") ", open);
    const std::size_t semicolon = line.find(';', close);
    if (open == std::string::npos || close == std::string::npos || semicolon == std::string::npos ||
        line.find(' ') != open) {
        return false;
    }
    entry = {};
    entry.source = line.substr(0, open);
    entry.version = line.substr(open + 2, close - open - 2);
    std::istringstream suites(line.substr(close + 2, semicolon - close - 2));
    for (std::string suite; suites >> suite;) entry.is_security |= suite.ends_with("-security");
    return true;
}

// " -- Name <address>  Sat, 24 May 2025 10:00:00 +0200"
std::optional<Time> read_trailer(const std::string& line) {
    const std::size_t at = line.rfind(">  ");
    if (at == std::string::npos) return std::nullopt;
    return core::parse_time(line.substr(at + 3));
}

template <class Take>
void read_entries(const std::string& text, Take&& take) {
    std::istringstream lines(text);
    Entry entry;
    bool is_open = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(" -- ")) {
            if (is_open) {
                entry.date = read_trailer(line);
                take(std::move(entry));
            }
            is_open = false;
        } else if (read_header(line, entry)) {
            is_open = true;
        } else if (is_open) {
            entry.body += line + "\n";
        }
    }
}

std::string put_name(const std::string& condition, const std::string& source) {
    const std::size_t at = condition.find('X');
    return condition.substr(0, at) + source + condition.substr(at + 1);
}

World make_world(const std::string& source, const std::string& condition,
                 std::vector<Entry> entries) {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry& a, const Entry& b) { return *a.date < *b.date; });
    World world;
    world.name = world.title = source;
    world.origin = "the machine's Debian changelogs";
    world.rules_can_judge = true;
    world.task.id = world.task.name = source;
    world.task.owner = "pg:judge-bench";
    world.task.search_query = source;
    world.task.condition_description = put_name(condition, source);
    world.task.notify_behavior = core::NotifyBehavior::always;
    for (const Entry& entry : entries) {
        Document document;
        document.id = source + "/" + entry.version;
        document.url = "debian-changelog:" + document.id;
        document.title = source + " " + entry.version;
        document.text = core::clean_utf8(entry.body);
        document.published_at = entry.date;
        document.visible_from = *entry.date;
        if (entry.is_security) {
            world.events.push_back({.id = document.id,
                                    .kind = EventKind::event,
                                    .of = "",
                                    .happened_at = *entry.date,
                                    .documents = {document.id}});
        }
        if (world.slots.empty() || world.slots.back() != *entry.date) {
            world.slots.push_back(*entry.date);
        }
        world.documents.push_back(std::move(document));
    }
    world.start = world.slots.front();
    world.end = world.slots.back();
    return world;
}

bool has_content(const Entry& entry) {
    return entry.date && entry.body.find_first_not_of(" \t\n") != std::string::npos;
}

}  // namespace

Stream read_changelogs(const std::string& doc_folder, const std::string& condition) {
    Stream stream;
    std::map<std::string, std::vector<Entry>> by_source;
    std::set<std::pair<std::string, std::string>> seen;
    std::error_code trouble;
    for (const auto& package : std::filesystem::directory_iterator(doc_folder, trouble)) {
        const auto path = package.path() / "changelog.Debian.gz";
        if (!std::filesystem::exists(path, trouble)) continue;
        ++stream.files;
        // Sibling packages carry the same changelog.
        read_entries(inflate_file(path.string()), [&](Entry entry) {
            if (!has_content(entry)) return;
            if (!seen.insert({entry.source, entry.version}).second) return;
            by_source[entry.source].push_back(std::move(entry));
        });
    }
    for (auto& [source, entries] : by_source) {
        World world = make_world(source, condition, std::move(entries));
        // An entry that stands in the same second as another is no fault here.
        if (complete(world)) continue;
        stream.entries += static_cast<int>(world.documents.size());
        stream.security_entries += static_cast<int>(world.events.size());
        stream.security_sources += !world.events.empty();
        if (stream.worlds.empty() || world.start < stream.first) stream.first = world.start;
        stream.last = std::max(stream.last, world.end);
        stream.worlds.push_back(std::move(world));
    }
    return stream;
}

}  // namespace torale::judge_bench
