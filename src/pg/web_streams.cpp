// The clock of event streams.
#include "pg/web_streams.hpp"

#include <algorithm>

#include "pg/shared_http.hpp"

namespace torale::pg {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// Commits are told; what none tells (a standby, COMMIT PREPARED) is found by this.
constexpr auto between_polls = 5s;
constexpr auto between_heartbeats = 15s;
// A poll asks for every stream: it takes a fifth of the time at most.
constexpr milliseconds pause_min{100};
constexpr int pause_factor = 4;

}  // namespace

std::optional<milliseconds> WebStreams::timeout() const {
    if (streams_ == 0) return std::nullopt;
    const Instant poll = has_news_ ? not_before_ : next_poll_;
    const auto left = std::min(poll, next_heartbeat_) - std::chrono::steady_clock::now();
    return std::max(0ms, std::chrono::ceil<milliseconds>(left));
}

void WebStreams::send(const std::vector<rest::EventStreams::Push>& pushes) {
    for (const rest::EventStreams::Push& push : pushes) {
        if (!push.bytes.empty() && !server_.push(push.connection, push.bytes))
            service_.streams().close(push.connection);
        if (push.ends) server_.end_stream(push.connection);
    }
}

void WebStreams::poll(Instant now, milliseconds delay) {
    has_news_ = false;
    std::vector<rest::EventStreams::Push> pushes;
    {
        const HandOver::Armed hand_over(hand_over_, delay);
        pushes = service_.poll_streams();
    }
    send(pushes);
    const auto took = std::chrono::steady_clock::now() - now;
    not_before_ = now + took + std::max<std::chrono::nanoseconds>(pause_min, took * pause_factor);
    next_poll_ = not_before_ + between_polls;
}

void WebStreams::turn(milliseconds delay) {
    for (const http::ConnectionId connection : server_.closed_streams())
        service_.streams().close(connection);
    const std::size_t before = std::exchange(streams_, service_.streams().size());
    if (streams_ == 0) return;
    const Instant now = std::chrono::steady_clock::now();
    if (before == 0) next_heartbeat_ = now + between_heartbeats;
    const std::uint64_t generation = event_generation();
    if (generation != std::exchange(generation_, generation) || streams_ > before) has_news_ = true;
    if ((has_news_ && now >= not_before_) || now >= next_poll_) poll(now, delay);
    if (now < next_heartbeat_) return;
    next_heartbeat_ = now + between_heartbeats;
    send(service_.streams().heartbeat());
}

}  // namespace torale::pg
