// The store of one task in memory: what torale's tables and finish() do for a run, as far as a
// judge can notice it.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "agent/briefing.hpp"
#include "agent/call.hpp"
#include "agent/conclusion.hpp"
#include "core/outcome.hpp"
#include "judge_bench/world.hpp"

namespace torale::judge_bench {

class Store {
public:
    // A cap on what the task may spend in all, in US dollars; nothing = no budget.
    Store(const World& world, std::optional<double> cap_usd) : world_(world), cap_usd_(cap_usd) {}

    // A briefing without providers. A retried execution keeps its id and its paid replies.
    agent::Briefing brief(Time now);
    agent::Checked check(const agent::Checkpoint& checkpoint);
    agent::ToldFindings told(Time now) const;

    // Ends an attempt. Returns why a finding that should be told is not: "same" as one told, or
    // "repeated" quotes; "" when it is told or there is none.
    std::string finish(const agent::Conclusion& conclusion, const core::Outcome& outcome, Time now);

    bool is_completed() const { return is_completed_; }
    int consecutive_failures() const { return consecutive_failures_; }
    int attempt() const { return attempt_; }
    double settled_usd() const { return settled_usd_; }
    int refusals() const { return refusals_; }

private:
    void tell(const agent::Conclusion& conclusion, Time now);
    void remember(const agent::Conclusion& conclusion, Time now);
    bool is_repeated(const agent::Conclusion& conclusion, Time now) const;
    Time horizon(Time now) const { return now - world_.dedupe_horizon; }

    const World& world_;
    std::optional<double> cap_usd_;
    std::set<std::string> known_;
    std::set<std::uint64_t> fingerprints_;
    std::vector<agent::ToldFinding> told_;  // oldest first
    std::vector<core::PastExecution> history_;
    std::vector<core::Memory> memories_;
    std::vector<agent::StoredReply> replies_;
    std::set<std::string> reserved_keys_;
    std::optional<Time> last_judged_at_;
    double reserved_usd_ = 0;
    double settled_usd_ = 0;
    int refusals_ = 0;
    int execution_ = 1;
    int attempt_ = 1;
    int consecutive_failures_ = 0;
    bool is_completed_ = false;
};

}  // namespace torale::judge_bench
