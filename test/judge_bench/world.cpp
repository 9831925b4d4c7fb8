// What follows from a world's files: who reports what, what is visible, what relates to what.
#include "judge_bench/world.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "core/text.hpp"
#include "core/url.hpp"

namespace torale::judge_bench {

namespace {

Time newest_of(const Document& document) {
    return document.published_at.value_or(document.visible_from);
}

bool is_visible(const Document& document, Time now) {
    return document.visible_from <= now && (!document.visible_to || now < *document.visible_to);
}

std::string flat(std::string_view text) {
    return core::fold(text.substr(0, 400));
}

std::optional<std::string> check_documents(const World& world) {
    std::set<std::string> ids;
    for (const Document& document : world.documents) {
        if (!ids.insert(document.id).second) {
            return "documents.jsonl: the id " + document.id + " stands twice";
        }
        if (document.visible_to && *document.visible_to <= document.visible_from) {
            return "documents.jsonl: " + document.id + " is visible for no time";
        }
        if (document.title.empty() && document.text.empty()) {
            return "documents.jsonl: " + document.id + " has neither title nor text";
        }
    }
    if (world.documents.size() > 200 && world.slots.empty()) {
        return "documents.jsonl: more than 200 documents";
    }
    return std::nullopt;
}

std::optional<std::string> connect_events(World& world) {
    std::map<std::string, Document*> by_id;
    for (Document& document : world.documents) by_id[document.id] = &document;
    std::set<std::string> ids;
    for (std::size_t i = 0; i < world.events.size(); ++i) {
        const Event& event = world.events[i];
        const std::string where = "events.jsonl: " + event.id;
        if (!ids.insert(event.id).second) return where + " stands twice";
        if (event.documents.empty()) return where + " has no documents that report it";
        bool is_seen = false;
        for (const std::string& id : event.documents) {
            const auto found = by_id.find(id);
            if (found == by_id.end()) return where + " names no document of this world: " + id;
            found->second->events.push_back(i);
            is_seen |= found->second->visible_from <= world.end;
        }
        if (!is_seen) return where + " is reported by no document before the world ends";
    }
    for (const Event& event : world.events) {
        const std::string where = "events.jsonl: " + event.id;
        if ((event.kind == EventKind::event) != event.of.empty()) {
            return where +
                   ": an update, contradiction or retraction is \"of\" an event, an event"
                   " is of none";
        }
        if (!event.of.empty() && !ids.contains(event.of)) {
            return where + " is of an unknown event: " + event.of;
        }
    }
    return std::nullopt;
}

std::optional<std::string> check_answers(const World& world) {
    for (const auto& [id, answer] : world.answers) {
        const auto document =
            std::find_if(world.documents.begin(), world.documents.end(),
                         [&](const Document& candidate) { return candidate.id == id; });
        const std::string where = "answers.jsonl: " + id;
        if (document == world.documents.end()) return where + " is no document of this world";
        if (answer.verdict != core::Verdict::met) continue;
        if (answer.quote.empty()) return where + " is met without a quote";
        if (document->text.find(answer.quote) == std::string::npos) {
            return where + ": the quote does not stand in the document's text: " + answer.quote;
        }
    }
    return std::nullopt;
}

std::optional<std::string> check_times(const World& world) {
    if (world.end < world.start) return "world.json: it ends before it starts";
    if (!world.slots.empty()) return std::nullopt;
    if (world.every < core::seconds{60}) return "world.json: every_minutes is less than one";
    const auto slots = (world.end - world.start) / world.every;
    if (slots > 20'000) return "world.json: more than 20000 slots between start and end";
    return std::nullopt;
}

}  // namespace

const char* name_of(EventKind kind) {
    constexpr std::array<const char*, 4> names{"event", "update", "contradiction", "retraction"};
    return names[static_cast<std::size_t>(kind)];
}

std::optional<std::string> complete(World& world) {
    for (Document& document : world.documents) {
        document.canonical = core::canonical_url(document.url);
        document.events.clear();
    }
    if (auto fault = check_times(world)) return fault;
    if (auto fault = check_documents(world)) return fault;
    if (auto fault = connect_events(world)) return fault;
    return check_answers(world);
}

const Document* World::find(std::string_view canonical, std::string_view shown_title,
                            std::string_view text) const {
    const Document* best = nullptr;
    for (const Document& document : documents) {
        if (document.canonical != canonical) continue;
        if (flat(document.title) != flat(shown_title)) continue;
        const std::string_view wanted = std::string_view(document.text).substr(0, text.size());
        if (core::fold(wanted) == core::fold(text)) return &document;
        if (best == nullptr && flat(document.text).substr(0, 120) == flat(text).substr(0, 120)) {
            best = &document;
        }
    }
    return best;
}

std::string World::relation(const Document& earlier, const Document& later) const {
    const auto written = pairs.find({earlier.id, later.id});
    if (written != pairs.end()) return written->second;
    bool is_shared = false;
    std::string change;
    for (const std::size_t mine : later.events) {
        const Event& event = events[mine];
        for (const std::size_t theirs : earlier.events) {
            const Event& other = events[theirs];
            // What an update replaced is no news beside the update.
            is_shared |= mine == theirs || other.of == event.id;
            const bool is_change = event.kind != EventKind::event && mine != theirs &&
                                   (event.of == other.id || event.of == other.of);
            if (is_change) change = name_of(event.kind);
        }
    }
    if (is_shared) return "same";
    return change.empty() ? "distinct" : change;
}

std::vector<const Document*> World::visible(Time now) const {
    std::vector<const Document*> shown;
    for (const Document& document : documents) {
        if (!is_visible(document, now)) continue;
        // A later line of the same url is the page as it reads now.
        const auto old = std::find_if(shown.begin(), shown.end(), [&](const Document* other) {
            return other->url == document.url;
        });
        if (old == shown.end()) {
            shown.push_back(&document);
        } else {
            *old = &document;
        }
    }
    std::stable_sort(shown.begin(), shown.end(), [](const Document* a, const Document* b) {
        return newest_of(*a) > newest_of(*b);
    });
    return shown;
}

}  // namespace torale::judge_bench
