// The scheduler's store over SPI: each verb is one short transaction that calls one function of
// torale_internal.
#pragma once
#include <string>

#include "pg/spi.hpp"
#include "scheduler/ports.hpp"

namespace torale::pg {

class SqlExecutionStore final : public scheduler::ExecutionStore {
public:
    // `lease_owner` names this process over restarts: start time of the server and pid.
    explicit SqlExecutionStore(std::string lease_owner) : lease_owner_(std::move(lease_owner)) {}

    scheduler::ServerState read_state() override;
    void take_over() override;
    std::vector<scheduler::Claim> claim_due(int limit, bool recall, bool documents) override;
    std::vector<scheduler::Claim> claim_requests(int limit) override;
    std::optional<core::Time> next_due() override;
    std::int64_t count_due(int count_max) override;
    std::vector<agent::Checked> commit_checkpoints(
        const std::vector<scheduler::CheckpointRequest>& requests) override;
    std::vector<agent::ToldFindings> told_findings(
        const std::vector<scheduler::ToldRequest>& requests) override;
    agent::DocumentHits search_documents(const providers::builtin::DocumentQuery& query) override;
    void finish(const std::vector<scheduler::Finished>& finished) override;
    void keep_providers(const std::vector<scheduler::ProviderChange>& changes) override;
    std::vector<scheduler::DeliveryClaim> claim_deliveries(int limit, int per_channel) override;
    std::optional<core::Time> next_delivery() override;
    void finish_deliveries(const std::vector<scheduler::DeliveryDone>& done) override;
    std::vector<scheduler::FeedClaim> claim_feeds(int limit) override;
    void finish_feeds(const std::vector<scheduler::FeedDone>& done) override;
    std::optional<core::Time> next_feed() override;
    void housekeep() override;
    void give_back() override;

private:
    void finish_batch(const std::vector<scheduler::Finished>& finished);
    bool finish_alone(const scheduler::Finished& one);
    void hold_unwritten(Transaction& transaction, const std::vector<scheduler::Finished>& finished,
                        const Rows& written);
    void bring_held();
    std::string lease_interval() const;

    // Results whose rows are in somebody's open transaction: brought again with each claim.
    std::vector<scheduler::Finished> held_;
    std::vector<scheduler::DeliveryDone> held_deliveries_;
    std::vector<scheduler::FeedDone> held_feeds_;
    core::Time next_bring_{};

    std::string lease_owner_;
    bool has_budgets_ = true;            // as read_state() found it; unknown before
    std::uint64_t secrets_version_ = 0;  // of the secrets file as it was read last
};

}  // namespace torale::pg
