// Keys: claim, fetch, judge, settle.
#include "scheduler/jwks.hpp"

#include <algorithm>

#include "core/json.hpp"
#include "core/text.hpp"

namespace torale::scheduler {

namespace {

using core::microseconds;
using core::seconds;

// Whatever is written in the database wakes the scheduler: not each time is about keys.
constexpr seconds look_pause{1};
constexpr seconds pause_min{10};
constexpr seconds pause_max{600};
constexpr seconds asked_pause_max{3600};
constexpr int doublings_max = 6;
constexpr std::int64_t document_bytes_max = 256 << 10;
constexpr std::int64_t timeout_ms = 10'000;
constexpr std::size_t error_chars_max = 500;

std::optional<core::Failure> failure_of(const core::Reply& reply, const JwksStore& store,
                                        Time now) {
    if (reply.fault || reply.status >= 400) return core::classify(reply, now);
    core::Failure failure;
    failure.category = core::Category::bad_reply;
    failure.message = reply.status == 200
                          ? store.fault_of(reply.body)
                          : "the issuer answered HTTP " + std::to_string(reply.status);
    if (failure.message.empty()) return std::nullopt;
    return failure;
}

}  // namespace

core::Request jwks_request(const JwksClaim& claim) {
    core::Request request;
    request.purpose = core::Purpose::provider;
    request.method = "GET";
    request.url = claim.url;
    request.headers = {{"Accept", "application/jwk-set+json, application/json"}};
    request.limits.total_timeout_ms = timeout_ms;
    request.limits.body_bytes_max = document_bytes_max;
    return request;
}

JwksDone settle_jwks(const JwksClaim& claim, const std::optional<core::Failure>& failure, Time now,
                     double unit_random) {
    JwksDone done;
    done.url = claim.url;
    if (!failure) {
        done.next_fetch_at = now + claim.max_age;
        return done;
    }
    done.error = core::truncate(core::clean_utf8(failure->message), error_chars_max);
    done.failures = claim.failures + 1;
    const auto growth = 1 << std::clamp(claim.failures, 0, doublings_max);
    microseconds pause = std::min<microseconds>(pause_min * growth, pause_max);
    pause -= microseconds{
        static_cast<std::int64_t>(static_cast<double>(pause.count()) * unit_random / 4)};
    if (failure->retry_after) {
        pause = std::clamp<microseconds>(*failure->retry_after, pause, asked_pause_max);
    }
    done.next_fetch_at = now + pause;
    return done;
}

void Jwks::turn(Time now) {
    if (done_) {
        store_.finish_jwks(*done_);
        next_due_ = done_->next_fetch_at;
        done_.reset();
    }
    if (!is_active_ || claim_ || now < next_look_) return;
    if (!look_again_ && !(next_due_ && *next_due_ <= now)) return;
    look_again_ = false;
    next_look_ = now + look_pause;
    JwksTurn found = store_.claim_jwks(now);
    next_due_ = found.next;
    if (!found.claim) return;
    claim_ = std::move(found.claim);
    transfer_ = net_.start(jwks_request(*claim_));
}

bool Jwks::accept(const net::Completion& completion, Time now) {
    if (!claim_ || completion.transfer != transfer_) return false;
    const auto failure = failure_of(completion.reply, store_, now);
    const double unit_random = static_cast<double>(now.time_since_epoch().count() % 1024) / 1024;
    done_ = settle_jwks(*claim_, failure, now, unit_random);
    if (!failure) done_->document = completion.reply.body;
    claim_.reset();
    return true;
}

std::optional<Time> Jwks::next_turn() const {
    if (done_) return Time{};
    if (!is_active_ || claim_) return std::nullopt;
    if (look_again_) return next_look_;
    return next_due_ ? std::max(*next_due_, next_look_) : next_due_;
}

}  // namespace torale::scheduler
