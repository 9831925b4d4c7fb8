// Tables as vectors; the rules are those of sql/install/finish.sql.
#include "judge_bench/store.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace torale::judge_bench {

namespace {

constexpr std::size_t kept_max = 5;  // earlier runs and messages that a briefing holds
constexpr std::size_t memories_max = 30;
constexpr std::size_t told_text_max = 2'000;

template <class T>
std::vector<T> newest(const std::vector<T>& oldest_first) {
    std::vector<T> kept(oldest_first.rbegin(), oldest_first.rend());
    if (kept.size() > kept_max) kept.resize(kept_max);
    return kept;
}

}  // namespace

agent::Briefing Store::brief(Time now) {
    agent::Briefing briefing;
    briefing.task = world_.task;
    briefing.now = now;
    briefing.execution_id = world_.name + "/" + std::to_string(execution_);
    briefing.is_first_run = !last_judged_at_;
    briefing.last_judged_at = last_judged_at_;
    briefing.history = newest(history_);
    for (auto told = told_.rbegin(); told != told_.rend(); ++told) {
        if (briefing.notifications.size() == kept_max) break;
        briefing.notifications.push_back({told->created_at, told->title, told->body});
    }
    briefing.memories = memories_;
    briefing.stored_replies = replies_;
    briefing.has_budgets = cap_usd_.has_value();
    briefing.delimiter_nonce = 0x5eed + static_cast<std::uint64_t>(execution_);
    return briefing;
}

agent::Checked Store::check(const agent::Checkpoint& checkpoint) {
    agent::Checked checked;
    for (const agent::StoredReply& reply : checkpoint.replies) replies_.push_back(reply);
    for (const std::string& hash : checkpoint.hashes) {
        if (known_.contains(hash)) checked.known.insert(hash);
    }
    checked.seen_fingerprints.assign(fingerprints_.begin(), fingerprints_.end());
    if (!cap_usd_) return checked;
    double wanted = 0;
    for (const agent::Reservation& each : checkpoint.reservations) {
        if (!reserved_keys_.contains(each.key)) wanted += each.cost_usd;
    }
    if (settled_usd_ + reserved_usd_ + wanted > *cap_usd_) {
        ++refusals_;
        checked.refusal = agent::BudgetRefusal{
            .scope = "task", .what = "the task's budget is used up", .resets_at = std::nullopt};
        return checked;
    }
    for (const agent::Reservation& each : checkpoint.reservations) reserved_keys_.insert(each.key);
    reserved_usd_ += wanted;
    return checked;
}

agent::ToldFindings Store::told(Time now) const {
    agent::ToldFindings findings;
    for (auto each = told_.rbegin(); each != told_.rend(); ++each) {
        if (each->created_at > horizon(now)) findings.push_back(*each);
    }
    return findings;
}

// Every quote of this finding stands in one that was told inside the horizon, and the run does not
// say that it is more than that.
bool Store::is_repeated(const agent::Conclusion& conclusion, Time now) const {
    const std::string& relation = conclusion.relation;
    if (relation == "update" || relation == "contradiction" || relation == "retraction")
        return false;
    std::set<std::string> quotes;
    for (const agent::ToldFinding& finding : told(now)) {
        for (const agent::ToldQuote& quote : finding.quotes) quotes.insert(core::fold(quote.quote));
    }
    const auto& citations = conclusion.judgement.citations;
    return std::all_of(citations.begin(), citations.end(), [&](const core::Citation& citation) {
        return quotes.contains(core::fold(citation.quote));
    });
}

void Store::tell(const agent::Conclusion& conclusion, Time now) {
    agent::ToldFinding finding;
    finding.notification_id = "notification-" + std::to_string(told_.size() + 1);
    finding.created_at = now;
    finding.title = world_.task.name;
    finding.body = conclusion.judgement.notification.value_or(conclusion.judgement.evidence);
    finding.relation = conclusion.relation.empty() ? "new" : conclusion.relation;
    for (const core::Citation& citation : conclusion.judgement.citations) {
        const auto source =
            std::find_if(conclusion.sources.begin(), conclusion.sources.end(),
                         [&](const core::Source& each) { return each.number == citation.source; });
        agent::ToldQuote quote{.quote = citation.quote, .url = "", .published_at = std::nullopt};
        if (source != conclusion.sources.end()) {
            quote.url = source->url;
            quote.published_at = source->published_at;
            quote.title = source->title;
            quote.fingerprint = source->fingerprint;
            quote.content_hash = source->content_hash;
            quote.text = core::truncate(source->snippet, told_text_max);
        }
        finding.quotes.push_back(std::move(quote));
    }
    told_.push_back(std::move(finding));
}

void Store::remember(const agent::Conclusion& conclusion, Time now) {
    last_judged_at_ = now;
    for (const core::Source& source : conclusion.sources) {
        known_.insert(source.content_hash);
        if (source.fingerprint != 0) fingerprints_.insert(source.fingerprint);
    }
    history_.push_back({.finished_at = now,
                        .verdict = conclusion.judgement.verdict,
                        .confidence = conclusion.confidence.value,
                        .evidence = conclusion.judgement.evidence,
                        .notification = conclusion.judgement.notification.value_or("")});
    for (const agent::NewMemory& memory : conclusion.memories) {
        memories_.push_back({.content = memory.content, .kind = memory.kind});
    }
    if (memories_.size() > memories_max) {
        memories_.erase(memories_.begin(),
                        memories_.end() - static_cast<std::ptrdiff_t>(memories_max));
    }
}

std::string Store::finish(const agent::Conclusion& conclusion, const core::Outcome& outcome,
                          Time now) {
    for (const agent::Spending& spending : conclusion.spending) settled_usd_ += spending.cost_usd;
    reserved_usd_ = 0;
    reserved_keys_.clear();
    consecutive_failures_ = outcome.consecutive_failures;
    if (outcome.status == core::ExecutionStatus::retrying) {
        attempt_ += outcome.attempt_consumed ? 1 : 0;
        for (agent::StoredReply& reply : replies_) reply.is_settled = true;
        return "";
    }
    attempt_ = 1;
    ++execution_;
    replies_.clear();
    std::string why_not;
    if (outcome.tell_finding) {
        if (conclusion.relation == "same") {
            why_not = "same";
        } else if (is_repeated(conclusion, now)) {
            why_not = "repeated";
        } else {
            tell(conclusion, now);
        }
    }
    if (conclusion.judged && !conclusion.failure) remember(conclusion, now);
    // A once task ends with what it told, or with a schedule that has no further slot.
    is_completed_ = outcome.complete_task && (why_not.empty() || !outcome.next_run_at);
    return why_not;
}

}  // namespace torale::judge_bench
