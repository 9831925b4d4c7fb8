// The outbox: takes pending deliveries, sends them, marks them. A delivery never re-runs an
// agent, and its id is the same on every try.
#pragma once
#include <unordered_map>
#include <vector>

#include "net/loop.hpp"
#include "scheduler/ports.hpp"

namespace torale::scheduler {

struct DeliveryLimits {
    int max_inflight = 200;
    int per_channel = 8;
    int max_attempts = 12;
    core::seconds timeout{15};
};

class Deliverer {
public:
    Deliverer(ExecutionStore& store, net::Loop& net, DeliveryLimits limits)
        : store_(store), net_(net), limits_(limits) {}

    void turn(Time now);
    // False when the transfer is not one of ours.
    bool accept(net::Completion& completion, Time now);
    void look_again() { look_again_ = true; }
    void set_active(bool is_active) { is_active_ = is_active; }
    void apply(DeliveryLimits limits) { limits_ = limits; }
    std::size_t in_flight() const { return sent_.size(); }
    // When turn() has something to do without a completion; nothing = only when told.
    std::optional<Time> next_turn() const;

private:
    void send(DeliveryClaim claim, Time now);

    ExecutionStore& store_;
    net::Loop& net_;
    DeliveryLimits limits_;
    std::unordered_map<std::uint64_t, DeliveryClaim> sent_;  // by transfer
    std::vector<DeliveryDone> done_;
    std::optional<Time> next_due_;
    std::optional<Time> done_since_;
    bool look_again_ = true;
    bool is_active_ = false;
};

// What an answer means for the delivery. `attempt` is the one just made; `unit_random` in [0, 1).
DeliveryDone settle_delivery(const DeliveryClaim& claim, const notify::Answer& answer,
                             const DeliveryLimits& limits, Time now, double unit_random);

// The pause after attempt 1, 2, 3 …: 1, 5, 15 minutes as in the original, then growing; the
// twelve attempts span about 76 hours.
core::seconds delivery_pause(int attempt);

}  // namespace torale::scheduler
