// What the scheduler needs from the server, and nothing more. pg/execution_store implements the
// store, tests fake it.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/investigation.hpp"
#include "scheduler/claim.hpp"
#include "scheduler/delivery_claim.hpp"
#include "scheduler/feed_claim.hpp"
#include "scheduler/provider_state.hpp"

namespace torale::scheduler {

struct CheckpointRequest {
    std::string execution_id;
    std::string task_id;
    agent::Checkpoint check;
};

struct ToldRequest {
    std::string task_id;
};

// Read at start, when something was written, and every poll_interval.
struct ServerState {
    bool is_active = true;  // false: restored or copied, nothing may run
    bool housekeeping_is_ours = true;
    std::vector<ProviderState> search;  // enabled and keyed, by priority
    std::vector<ProviderState> judges;
    std::vector<ProviderState> memories{};
    bool has_budgets = false;  // some limit exists: paid calls are reserved first
};

// A verb that the database refuses (a lock, a timeout) throws std::runtime_error and has written
// nothing; the loop logs it, rests and goes on.
class ExecutionStore {
public:
    virtual ~ExecutionStore() = default;
    virtual ServerState read_state() = 0;
    // Frees leases of schedulers that are gone; called once, before anything is claimed.
    virtual void take_over() = 0;
    // `recall`: with history for a judge that reads it; `documents`: look whether there are any.
    virtual std::vector<Claim> claim_due(int limit, bool recall, bool documents) = 0;
    virtual std::vector<Claim> claim_requests(int limit) = 0;
    // The earliest time at which a task or request wants to run; nothing = none.
    virtual std::optional<Time> next_due() = 0;
    virtual std::int64_t count_due(int count_max) = 0;
    // Results in the order of the requests.
    virtual std::vector<agent::Checked> commit_checkpoints(
        const std::vector<CheckpointRequest>&) = 0;
    virtual std::vector<agent::ToldFindings> told_findings(const std::vector<ToldRequest>&) = 0;
    virtual agent::DocumentHits search_documents(const providers::builtin::DocumentQuery&) = 0;
    virtual void finish(const std::vector<Finished>&) = 0;
    virtual void keep_providers(const std::vector<ProviderChange>&) = 0;
    virtual std::vector<DeliveryClaim> claim_deliveries(int limit, int per_channel) = 0;
    virtual std::optional<Time> next_delivery() = 0;
    virtual void finish_deliveries(const std::vector<DeliveryDone>&) = 0;
    virtual std::vector<FeedClaim> claim_feeds(int limit) = 0;
    virtual void finish_feeds(const std::vector<FeedDone>&) = 0;
    virtual std::optional<Time> next_feed() = 0;
    virtual void housekeep() = 0;
    // Before a stop: what is in flight goes back to the queue without counting as an attempt.
    virtual void give_back() = 0;
};

// How the loop sleeps; pg/waiter in the server.
class Sleeper {
public:
    virtual ~Sleeper() = default;
    struct Wake {
        bool stop = false;
        bool reloaded = false;
        bool work_written = false;  // somebody committed a change of tasks, requests or the like
    };
    virtual Wake sleep(int fd, std::optional<core::microseconds> at_most) = 0;
    virtual void report(std::int64_t in_flight, std::int64_t due, core::milliseconds lag) = 0;
    virtual void log(const std::string& line) = 0;
};

}  // namespace torale::scheduler
