// One execution as a sans-I/O state machine: it takes replies and returns the next calls. It
// never waits, never touches PostgreSQL, and knows no clock but the one it is given, so it can
// be tested by feeding it replies, replayed from stored ones, and resumed after a crash.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "agent/briefing.hpp"
#include "core/call.hpp"
#include "core/retry.hpp"
#include "core/task.hpp"
#include "providers/builtin.hpp"

namespace torale::agent {

// The trace: one object of executions.steps each.
struct Step {
    std::string kind;  // recall, search, fetch, judge, verify, remember, deliver
    std::string provider;
    core::Time started_at{};
    std::int64_t duration_ms = 0;
    std::string status;  // ok, failed, skipped, replayed
    core::Json detail = core::Json::object();
};

// Commit `replies` of this execution, and tell which of `hashes` this task has already seen in
// a judged run (those are not new).
struct SourceCheck {
    std::vector<StoredReply> replies;
    std::vector<std::string> hashes;
};

struct Call {
    int id = 0;  // unique within the run; the reply names it
    std::string provider;
    // Wait this long before sending (in-run retry).
    core::milliseconds delay{0};
    std::variant<core::Request, providers::builtin::DocumentQuery, SourceCheck> what;
};

using DocumentHits = std::vector<providers::SearchResult>;
struct KnownHashes {
    std::set<std::string> known;
};
using CallReply = std::variant<core::Reply, DocumentHits, KnownHashes>;

struct Cooldown {
    std::string provider;
    core::milliseconds pause{0};
    core::Category category{};
    std::string message;
};

// How a run ended. The scheduler writes it in one transaction.
struct Conclusion {
    // failure empty: success. Else what went wrong; the scheduler asks core::retry_later.
    std::optional<core::Failure> failure;
    // True when the failure is a provider's pause: no attempt is consumed.
    bool deferred = false;
    bool judged = false;
    core::Judgement judgement;  // grounded: citations are verified quotes
    core::Confidence confidence;
    std::string skip_reason;            // "", unchanged, no_sources, ungrounded …
    std::vector<core::Source> sources;  // all that were found, in rank order
    std::vector<Step> steps;
    providers::Usage usage;
    std::string model;        // as the judge named itself; "rules" for the rules judge
    std::string prompt_hash;  // SHA-256 of the prompt template, not of the filled prompt
    std::string fingerprint;  // of the finding: equal for the same quotes
    std::vector<Cooldown> cooldowns;
};

using Turn = std::variant<std::vector<Call>, Conclusion>;

class Investigation {
public:
    explicit Investigation(Briefing briefing);
    ~Investigation();
    Investigation(Investigation&&) noexcept;
    Investigation& operator=(Investigation&&) noexcept;

    // Call once. An empty vector of calls never comes back: there is a call outstanding or the
    // run is concluded.
    Turn start(core::Time now);
    // `call_id` must be outstanding; a reply to anything else is ignored (empty vector).
    Turn resume(int call_id, CallReply reply, core::Time now);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace torale::agent
