// A world: what a search would find, when, and what truly happened. Data files only, so that
// worlds nobody here has seen can be dropped in; README.md is the contract.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/task.hpp"

namespace torale::judge_bench {

using core::Time;

struct Document {
    std::string id;
    std::string url;
    std::string canonical;  // as sources carry it
    std::string title;
    std::string text;
    std::optional<Time> published_at;
    Time visible_from{};
    std::optional<Time> visible_to;
    std::vector<std::size_t> events;  // of World::events that it reports
};

enum class EventKind { event, update, contradiction, retraction };
const char* name_of(EventKind kind);

struct Event {
    std::string id;
    EventKind kind = EventKind::event;
    std::string of;  // the event it changes; "" for an event
    Time happened_at{};
    std::vector<std::string> documents;
};

// What the hand-written judge says of a document.
struct Answer {
    core::Verdict verdict = core::Verdict::unknown;
    std::string quote;
    std::string notification;
    std::string evidence;
    int confidence = 90;
};

struct World {
    std::string folder;
    std::string name;
    std::string title;
    std::string about;
    std::string origin;  // ours, static case, research case
    std::string truth;   // who says so
    core::Task task;
    core::seconds dedupe_horizon{180 * 86400};
    Time start{};
    Time end{};
    core::seconds every{3600};
    // Slots instead of a grid, for streams whose runs follow their documents.
    std::vector<Time> slots;
    bool rules_can_judge = false;
    std::vector<std::string> tags;
    std::vector<Document> documents;
    std::vector<Event> events;
    std::map<std::string, Answer> answers;                             // by document id
    std::map<std::pair<std::string, std::string>, std::string> pairs;  // relation, both orders

    // The document that a source shows; null when it is none of this world's.
    const Document* find(std::string_view canonical, std::string_view title,
                         std::string_view text) const;
    // What the adjudication between two documents should say: the pair's line, else by events.
    std::string relation(const Document& earlier, const Document& later) const;
    // Visible at `now`: one version a url, newest first.
    std::vector<const Document*> visible(Time now) const;
};

// Fills what follows from the rest and checks that files fit together. The fault names file,
// line or id, and what is wrong.
std::optional<std::string> complete(World& world);

core::Result<World, std::string> read_world(const std::string& folder);
// Every folder below `folder` that has a world.json, by name.
core::Result<std::vector<World>, std::string> read_worlds(const std::string& folder);

}  // namespace torale::judge_bench
