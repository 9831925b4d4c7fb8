// The nouns: task, execution, source, citation, verdict, notification, memory. The same words
// as in SQL, HTTP, the CLI and the web.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/json.hpp"

namespace torale::core {

enum class Verdict { met, not_met, unknown };
const char* name_of(Verdict verdict);
std::optional<Verdict> parse_verdict(std::string_view text);

enum class NotifyBehavior { once, always };

// tasks.search_options, checked by SQL when the task is written.
struct SearchOptions {
    int max_results = 10;  // 1..20
    std::vector<std::string> include_domains;
    std::vector<std::string> exclude_domains;
    std::string recency;   // "", hour, day, week, month, year
    std::string country;   // "" or ISO 3166-1 alpha-2
    std::string language;  // "" or ISO 639-1
    std::optional<Time> published_after;
    bool operator==(const SearchOptions&) const = default;
};

// From the jsonb of tasks.search_options: domains {allow:[…], deny:[…]}, the rest as named.
SearchOptions read_search_options(const Json& options);

struct Task {
    std::string id;
    std::string owner;
    std::string name;
    std::string search_query;
    std::optional<std::string> condition_description;  // null: the query is the condition
    NotifyBehavior notify_behavior = NotifyBehavior::once;
    std::string schedule;  // "" = the agent decides
    std::string timezone = "UTC";
    seconds min_interval{300};
    seconds max_interval{7 * 86400};
    SearchOptions search_options;
    bool operator==(const Task&) const = default;

    const std::string& condition() const {
        return condition_description ? *condition_description : search_query;
    }
};

// A stored search result. `number` is how the judge names it: 1, 2, 3 …
struct Source {
    int number = 0;
    std::string url;  // canonical
    std::string title;
    std::string snippet;  // the whole stored text, capped
    std::optional<Time> published_at;
    std::string provider;
    std::string content_hash;  // 64 hex digits
    std::uint64_t fingerprint = 0;  // of the text: near for near-identical texts; 0 = too short
    bool is_new = true;             // not seen by a judged run of this task before
    bool operator==(const Source&) const = default;
};

// A quote in a source. After grounding `quote` is the source's own text, byte for byte.
struct Citation {
    int source = 0;  // Source::number
    std::string quote;
    std::int64_t quote_offset = 0;  // characters into Source::snippet
    bool operator==(const Citation&) const = default;
};

// What a judge says, before and after grounding.
struct Judgement {
    Verdict verdict = Verdict::unknown;
    std::string evidence;
    std::vector<Citation> citations;
    std::optional<int> model_confidence;  // 0..100, the judge's own number
    std::optional<std::string> next_run;  // as the judge wrote it
    std::optional<std::string> notification;
    std::optional<std::string> topic;
    std::vector<std::string> memories;
    bool operator==(const Judgement&) const = default;
};

// Earlier runs and messages, as the judge sees them.
struct PastExecution {
    Time finished_at{};
    std::optional<Verdict> verdict;
    int confidence = 0;
    std::string evidence;
    std::string notification;
    bool operator==(const PastExecution&) const = default;
};
struct PastNotification {
    Time created_at{};
    std::string title;
    std::string body;
    bool operator==(const PastNotification&) const = default;
};
struct Memory {
    std::string content;
    std::string kind;
    bool operator==(const Memory&) const = default;
};

// 0..100, and the parts that it was computed from, each 0..100.
struct Confidence {
    int value = 0;
    int independent_domains = 0;
    int quote_strength = 0;
    int date_certainty = 0;
    int agreement = 0;
    bool operator==(const Confidence&) const = default;
};

}  // namespace torale::core
