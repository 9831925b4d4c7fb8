// How a run ended, and the trace of how it got there.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/retry.hpp"
#include "core/task.hpp"
#include "providers/provider.hpp"

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

struct Cooldown {
    std::string provider;
    core::milliseconds pause{0};
    core::Category category{};
    std::string message;
};

// What one provider was paid for during this attempt.
struct Spending {
    std::string provider;
    std::int64_t calls = 0;
    std::int64_t tokens_in = 0;
    std::int64_t tokens_out = 0;
    double cost_usd = 0;
    bool operator==(const Spending&) const = default;
};

// A memory to keep. `evidence` are content hashes of sources of this run.
struct NewMemory {
    std::string content;
    std::string kind = "note";  // note, source, search, fact
    std::vector<std::string> evidence{};
    std::optional<core::Time> expires_at{};
    bool operator==(const NewMemory&) const = default;
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
    // Of a finding, beside what was told: new, update, contradiction, retraction; same = it was
    // told before and is not told again.
    std::string relation;
    std::string earlier_notification;  // the id it relates to; "" when new
    bool is_skipped = false;           // a budget is used up: skip_reason = budget
    std::optional<core::Time> skipped_until;
    std::vector<Spending> spending;
    // Ended from outside: what its calls cost is not known, so that what they reserved is spent.
    bool is_broken_off = false;
    std::vector<NewMemory> memories;
    core::Json result;  // of a suggestion
    std::vector<Cooldown> cooldowns;
};

}  // namespace torale::agent
