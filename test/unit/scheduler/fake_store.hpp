// A store that remembers what it was told, and what it hands out: claims and providers.
#pragma once
#include <algorithm>
#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/ports.hpp"

namespace torale::scheduler::testing {

inline const Time start_time = *core::parse_time("2026-08-21T08:00:00Z");

inline ProviderState provider_state(const char* adapter, const std::string& url = "") {
    ProviderState state;
    state.provider.name = state.provider.adapter = adapter;
    const bool searches = state.provider.name == "builtin" || state.provider.name == "perplexity";
    state.provider.kind = searches ? providers::Kind::search : providers::Kind::llm;
    state.provider.base_url = url;
    state.provider.model = "model-1";
    state.provider.api_key = "key";
    return state;
}

// A task whose condition the rules judge decides by itself; `first` = no judged run yet.
inline Claim claim_of(int number, bool first = true) {
    Claim claim;
    claim.briefing.task.id = "task-" + std::to_string(number);
    claim.briefing.task.search_query = "acme rocket " + std::to_string(number);
    claim.briefing.task.condition_description = "a launch date";
    claim.briefing.task.notify_behavior = core::NotifyBehavior::always;
    claim.briefing.task.schedule = "@hourly";
    claim.briefing.execution_id = "execution-" + std::to_string(number);
    claim.briefing.is_first_run = first;
    claim.token = number;
    claim.scheduled_for = start_time;
    claim.claimed_at = start_time;
    return claim;
}

class FakeStore final : public ExecutionStore {
public:
    ServerState state{.search = {provider_state("builtin")}, .judges = {provider_state("rules")}};
    std::deque<Claim> due;
    std::deque<DeliveryClaim> outbox;
    std::deque<FeedClaim> feeds;
    std::optional<Time> due_at;
    std::optional<Time> feed_at;
    std::string poison;      // a document search for this task's number throws
    int claims_refused = 0;  // so many calls of claim_due() throw
    int checks_refused = 0;
    bool requeues = false;  // what is to be tried again is due again, by its place

    std::vector<std::string> calls;  // in order, without the reading ones
    std::vector<int> claim_limits;
    std::vector<std::size_t> check_sizes;
    std::vector<std::size_t> finish_sizes;
    std::vector<Finished> finished;
    std::vector<ProviderChange> changes;  // of providers, as kept
    std::vector<DeliveryDone> delivered;
    std::vector<int> feed_limits;
    std::vector<FeedDone> polled;
    std::map<std::int64_t, Time> places;  // in the queue, of what came back; by token
    int state_reads = 0;

    ServerState read_state() override {
        ++state_reads;
        return state;
    }
    void take_over() override { calls.push_back("take_over"); }
    std::vector<Claim> claim_due(int limit, bool, bool) override {
        calls.push_back("claim");
        refuse_while(claims_refused);
        claim_limits.push_back(limit);
        return take(due, limit);
    }
    std::vector<Claim> claim_requests(int) override { return {}; }
    std::optional<Time> next_due() override { return due_at; }
    std::int64_t count_due(int) override { return static_cast<std::int64_t>(due.size()); }
    std::vector<agent::Checked> commit_checkpoints(
        const std::vector<CheckpointRequest>& checks) override {
        calls.push_back("check");
        refuse_while(checks_refused);
        check_sizes.push_back(checks.size());
        return std::vector<agent::Checked>(checks.size());
    }
    std::vector<agent::ToldFindings> told_findings(
        const std::vector<ToldRequest>& requests) override {
        return std::vector<agent::ToldFindings>(requests.size());
    }
    agent::DocumentHits search_documents(const providers::builtin::DocumentQuery& query) override {
        const auto& words = query.words;
        if (!poison.empty() && std::find(words.begin(), words.end(), poison) != words.end()) {
            throw std::runtime_error("the index is broken");
        }
        return {{.url = "https://acme.example/1",
                 .title = "Acme rocket",
                 .snippet = "The launch date of the Acme rocket is 14 March 2027.",
                 .published_at = start_time}};
    }
    void finish(const std::vector<Finished>& runs) override {
        calls.push_back("finish");
        finish_sizes.push_back(runs.size());
        finished.insert(finished.end(), runs.begin(), runs.end());
        for (const Finished& run : runs) {
            if (!requeues || run.outcome.status != core::ExecutionStatus::retrying) continue;
            places[run.claim.token] = *run.outcome.next_run_at;
            due.push_back(run.claim);
        }
        std::stable_sort(due.begin(), due.end(), [this](const Claim& a, const Claim& b) {
            return places[a.token] < places[b.token];
        });
    }
    void keep_providers(const std::vector<ProviderChange>& kept) override {
        changes.insert(changes.end(), kept.begin(), kept.end());
        for (const ProviderChange& change : kept) {
            for (auto* list : {&state.search, &state.judges}) {
                for (ProviderState& row : *list) {
                    if (row.provider.name != change.provider) continue;
                    row.cooling_until = change.cooling_until;
                    row.pauses = change.pauses;
                }
            }
        }
    }
    std::vector<DeliveryClaim> claim_deliveries(int limit, int) override {
        calls.push_back("claim_deliveries");
        return take(outbox, limit);
    }
    std::optional<Time> next_delivery() override { return std::nullopt; }
    void finish_deliveries(const std::vector<DeliveryDone>& done) override {
        calls.push_back("finish_deliveries");
        delivered.insert(delivered.end(), done.begin(), done.end());
    }
    std::vector<FeedClaim> claim_feeds(int limit) override {
        feed_limits.push_back(limit);
        return take(feeds, limit);
    }
    void finish_feeds(const std::vector<FeedDone>& done) override {
        polled.insert(polled.end(), done.begin(), done.end());
    }
    std::optional<Time> next_feed() override { return feed_at; }
    void housekeep() override { calls.push_back("housekeep"); }
    void give_back() override { calls.push_back("give_back"); }

    std::ptrdiff_t count(const char* call) const {
        return std::count(calls.begin(), calls.end(), call);
    }

private:
    static void refuse_while(int& times) {
        if (times == 0) return;
        --times;
        throw std::runtime_error("somebody holds the table");
    }
    template <class T>
    static std::vector<T> take(std::deque<T>& queue, int limit) {
        std::vector<T> taken;
        while (!queue.empty() && static_cast<int>(taken.size()) < limit) {
            taken.push_back(std::move(queue.front()));
            queue.pop_front();
        }
        return taken;
    }
};

}  // namespace torale::scheduler::testing
