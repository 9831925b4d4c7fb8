#include "http/roster.hpp"

#include <algorithm>

namespace torale::http {
namespace {

using core::milliseconds;

// An id is a serial number and the socket's, which finds it without a search.
constexpr int socket_bits = 24;
constexpr ConnectionId socket_mask = (ConnectionId{1} << socket_bits) - 1;

// For a client that does not close: long enough to read what we said last.
constexpr milliseconds linger_timeout{2'000};

// A time of nothing would be over before it began.
constexpr milliseconds timeout_min{1};

std::optional<milliseconds> time_for(Phase phase, const Limits& limits) {
    switch (phase) {
        case Phase::fresh:
        case Phase::idle:
            return limits.idle_timeout;
        case Phase::head:
            return limits.header_timeout;
        case Phase::body:
            return limits.body_timeout;
        case Phase::writing:
            return limits.write_timeout;
        case Phase::lingering:
            return linger_timeout;
        case Phase::running:
        case Phase::streaming:
        case Phase::over:
            break;
    }
    return std::nullopt;
}

}  // namespace

Peer& Roster::add(int socket, const Terms& terms, net::Instant now) {
    const auto at = static_cast<std::size_t>(socket);
    if (at >= by_socket_.size()) by_socket_.resize(std::max(at + 1, by_socket_.size() * 2));
    const ConnectionId id = ++last_serial_ << socket_bits | static_cast<ConnectionId>(socket);
    by_socket_[at] = std::make_unique<Peer>(id, socket, terms);
    ++size_;
    enter(*by_socket_[at], Phase::fresh, now);
    return *by_socket_[at];
}

void Roster::remove(Peer& peer) {
    --size_;
    by_socket_[static_cast<std::size_t>(peer.socket)].reset();
}

void Roster::enter(Peer& peer, Phase phase, net::Instant now) {
    peer.phase = phase;
    peer.since = now;
    peer.by_phase.unlink();
    list(phase).push_back(peer);
}

Peer* Roster::find(ConnectionId id) const {
    Peer* peer = at(static_cast<int>(id & socket_mask));
    return peer != nullptr && peer->id == id ? peer : nullptr;
}

Peer* Roster::at(int socket) const {
    const auto at = static_cast<std::size_t>(socket);
    return at < by_socket_.size() ? by_socket_[at].get() : nullptr;
}

std::vector<Peer*> Roster::all() const {
    std::vector<Peer*> peers;
    for (const auto& peer : by_socket_)
        if (peer) peers.push_back(peer.get());
    return peers;
}

std::optional<net::Instant> Roster::deadline(const Limits& limits) const {
    std::optional<net::Instant> next;
    for (std::size_t at = 0; at < phases; ++at) {
        const auto time = time_for(static_cast<Phase>(at), limits);
        if (!time || lists_[at].empty()) continue;
        next = net::earlier(next, lists_[at].front().since + std::max(*time, timeout_min));
    }
    return next;
}

Peer* Roster::first_late(const Limits& limits, net::Instant now) {
    for (std::size_t at = 0; at < phases; ++at) {
        const auto time = time_for(static_cast<Phase>(at), limits);
        if (!time || lists_[at].empty()) continue;
        Peer& first = lists_[at].front();
        if (first.since + std::max(*time, timeout_min) <= now) return &first;
    }
    return nullptr;
}

// First those who were told everything, then who never asked or is slow to ask, the longest of
// them; then clients between two requests; at last a body that does not arrive. Never a request
// that runs, an answer or a stream.
Peer* Roster::first_to_give_way() {
    if (!list(Phase::lingering).empty()) return &list(Phase::lingering).front();
    PhaseList& fresh = list(Phase::fresh);
    PhaseList& head = list(Phase::head);
    if (!fresh.empty() && (head.empty() || fresh.front().since < head.front().since))
        return &fresh.front();
    for (const Phase phase : {Phase::head, Phase::idle, Phase::body})
        if (!list(phase).empty()) return &list(phase).front();
    return nullptr;
}

}  // namespace torale::http
