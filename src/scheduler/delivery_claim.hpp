// A delivery as it travels between the outbox and its store: claimed, and done.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "notify/channel.hpp"

namespace torale::scheduler {

using core::Time;

struct DeliveryClaim {
    std::string delivery_id;
    std::int64_t token = 0;
    int attempt = 1;  // this one included
    notify::Channel channel;
    notify::Message message;
};

enum class DeliveryStatus { delivered, pending, dead };
struct DeliveryDone {
    std::string delivery_id;
    std::int64_t token = 0;
    int attempt = 1;
    DeliveryStatus status = DeliveryStatus::pending;
    int response_status = 0;
    std::string error;
    std::int64_t duration_ms = 0;
    std::optional<Time> next_attempt_at;
    bool disable_channel = false;
};

}  // namespace torale::scheduler
