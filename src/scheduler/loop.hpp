// All executions of one database: claim what is due, step what is in flight, finish what ended,
// deliver what is to be told. One thread, one place that waits.
#pragma once
#include <stdexcept>

#include "scheduler/feeds.hpp"
#include "scheduler/jwks.hpp"
#include "scheduler/limits.hpp"
#include "scheduler/runs.hpp"
#include "scheduler/supply.hpp"

namespace torale::scheduler {

class Loop {
public:
    Loop(ExecutionStore& store, net::Loop& net, Sleeper& sleeper, const core::Clock& clock,
         Limits limits);

    // Until a stop is asked for. `reload` is called when the configuration changed.
    template <class Reload>
    void keep_running(Reload&& reload) {
        while (!is_stopping_) {
            try {
                if (wait()) reload();
                step_finished_transfers();
                if (now() < rests_until_) continue;
                keep_pauses();
                start_due();
                answer_from_store();
                start_pages();
                finish_ended();
                deliverer_.turn(now());
                feeds_.turn(now());
                if (keys_) keys_->turn(now());
                keep_house();
                report();
                refusals_ = 0;
            } catch (const std::runtime_error& refusal) {
                rest_after(refusal);
            }
        }
        give_back();
    }

    void apply(Limits limits);
    void fetch_keys(JwksStore& store) { keys_.emplace(store, net_); }

private:
    Time now() const { return clock_.now(); }
    bool wait();
    std::optional<core::microseconds> sleep_time() const;
    void step_finished_transfers();
    void start_due();
    Room room_at(Time at) const;
    void begin(std::vector<Claim> claims);
    void brief_agent(agent::Briefing& briefing, const Claim& claim, Time at);
    void answer_from_store();
    void start_pages();
    void answer_told();
    void commit_checkpoints();
    bool flush_is_due() const;
    void finish_ended();
    void keep_pauses();
    void refresh_state();
    void keep_house();
    void report();
    void give_back();
    void rest_after(const std::runtime_error& refusal);

    ExecutionStore& store_;
    net::Loop& net_;
    Sleeper& sleeper_;
    const core::Clock& clock_;
    Limits limits_;
    Throttle throttle_;
    Runs runs_;
    Deliverer deliverer_;
    Pages pages_;
    std::unordered_map<std::uint64_t, std::pair<std::uint64_t, int>> page_readers_;  // run, call
    Feeds feeds_;
    std::optional<Jwks> keys_;
    ServerState state_;
    bool is_stopping_ = false;
    bool has_taken_over_ = false;
    int refusals_ = 0;
    Time rests_until_{};      // after a refusal: the store is asked for nothing
    bool look_again_ = true;  // something was written: the tables may hold work
    std::optional<Time> next_due_;
    std::vector<ProviderChange> changes_;  // of providers; the store does not know them yet
    Time next_poll_{};
    Time next_claim_{};
    Time next_refresh_{};
    Time next_housekeeping_{};
    Time next_report_{};
    std::optional<Time> waiting_since_;  // the oldest result that is not committed
    core::microseconds lag_{0};
    std::uint64_t nonce_ = 0;
};

}  // namespace torale::scheduler
