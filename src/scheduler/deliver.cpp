// Deliveries: claim, send, settle.
#include "scheduler/deliver.hpp"

#include <algorithm>
#include <array>

#include "notify/catalog.hpp"

namespace torale::scheduler {

namespace {
constexpr core::milliseconds flush_after{20};
}

void Deliverer::turn(Time now) {
    const bool flush = !done_.empty() && (sent_.empty() || now >= *done_since_ + flush_after);
    if (flush) {
        store_.finish_deliveries(done_);
        done_.clear();
        done_since_.reset();
        look_again_ = true;
    }
    if (!is_active_ || !(look_again_ || (next_due_ && *next_due_ <= now))) return;
    const int room = limits_.max_inflight - static_cast<int>(sent_.size());
    if (room <= 0) return;
    look_again_ = false;
    std::vector<DeliveryClaim> claims = store_.claim_deliveries(room, limits_.per_channel);
    look_again_ = !claims.empty();
    for (DeliveryClaim& claim : claims) send(std::move(claim), now);
    next_due_ = look_again_ ? std::nullopt : store_.next_delivery();
    // Due and not to be had: its channel has its share in flight, or somebody holds the row. An
    // answer or a second's rest comes first.
    if (next_due_ && *next_due_ <= now) next_due_ = now + core::seconds{1};
}

void Deliverer::send(DeliveryClaim claim, Time now) {
    core::Request request = notify::build_request(claim.channel, claim.message, now);
    request.limits.total_timeout_ms =
        std::chrono::duration_cast<core::milliseconds>(limits_.timeout).count();
    const std::uint64_t transfer = net_.start(std::move(request));
    sent_.emplace(transfer, std::move(claim));
}

bool Deliverer::accept(net::Completion& completion, Time now) {
    const auto found = sent_.find(completion.transfer);
    if (found == sent_.end()) return false;
    const DeliveryClaim& claim = found->second;
    const notify::Answer answer = notify::read_answer(claim.channel, completion.reply, now);
    const double unit_random = static_cast<double>(completion.transfer * 2654435761U % 1024) / 1024;
    DeliveryDone done = settle_delivery(claim, answer, limits_, now, unit_random);
    done.response_status = completion.reply.status;
    done.duration_ms = completion.reply.duration_ms;
    if (done_.empty()) done_since_ = now;
    done_.push_back(std::move(done));
    sent_.erase(found);
    return true;
}

std::optional<Time> Deliverer::next_turn() const {
    std::optional<Time> next;
    if (done_since_) next = sent_.empty() ? *done_since_ : *done_since_ + flush_after;
    const bool has_room = static_cast<int>(sent_.size()) < limits_.max_inflight;
    if (is_active_ && has_room && look_again_) next = Time{};
    if (is_active_ && has_room && next_due_) next = next ? std::min(*next, *next_due_) : *next_due_;
    return next;
}

core::seconds delivery_pause(int attempt) {
    static constexpr std::array<int, 11> seconds{60,     300,    900,    3'600,  7'200, 14'400,
                                                 28'800, 43'200, 54'000, 57'600, 64'800};
    const std::size_t index = static_cast<std::size_t>(std::max(attempt, 1) - 1);
    return core::seconds{seconds[std::min(index, seconds.size() - 1)]};
}

DeliveryDone settle_delivery(const DeliveryClaim& claim, const notify::Answer& answer,
                             const DeliveryLimits& limits, Time now, double unit_random) {
    DeliveryDone done;
    done.delivery_id = claim.delivery_id;
    done.token = claim.token;
    done.attempt = claim.attempt;
    done.error = answer.error;
    switch (answer.told) {
        case notify::Told::delivered:
            done.status = DeliveryStatus::delivered;
            return done;
        case notify::Told::gone:
            done.disable_channel = true;
            [[fallthrough]];
        case notify::Told::refused:
            done.status = DeliveryStatus::dead;
            return done;
        case notify::Told::retry:
            break;
    }
    if (claim.attempt >= limits.max_attempts) {
        done.status = DeliveryStatus::dead;
        return done;
    }
    // Up to a quarter earlier, so that deliveries which failed together do not come back together.
    const core::microseconds pause = delivery_pause(claim.attempt);
    core::microseconds wait{
        static_cast<std::int64_t>(static_cast<double>(pause.count()) * (1 - unit_random / 4))};
    if (answer.retry_after) wait = std::max<core::microseconds>(wait, *answer.retry_after);
    done.next_attempt_at = now + wait;
    return done;
}

}  // namespace torale::scheduler
