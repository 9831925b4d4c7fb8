#include "http/worker.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>

#include "core/clock.hpp"
#include "http/sockets.hpp"

namespace torale::http {
namespace {

using core::milliseconds;

// A burst is shared with the other workers, and those at hand are not kept waiting.
constexpr int accepts_a_turn = 16;
constexpr milliseconds accept_pause{100};
// While others wait for their turn, new events are looked for only this often: each look costs
// as much as there are ready sockets.
constexpr milliseconds look_interval{1};
constexpr std::size_t read_bytes_max = 64 << 10;

bool is_reading(Phase phase) {
    return phase == Phase::fresh || phase == Phase::idle || phase == Phase::head ||
           phase == Phase::body;
}

// Nothing was read: another worker may have it.
bool is_offered(Phase phase) {
    return phase == Phase::fresh || phase == Phase::idle;
}

}  // namespace

Worker::Worker(int listener, int handoff_receive, const Limits& limits)
    : listener_(listener), handoff_(handoff_receive), buffer_(read_bytes_max) {
    terms_.limits = limits;
    read_clocks();
    watch_sources();
}

Worker::~Worker() {
    for (Peer* peer : roster_.all()) close(*peer);
}

void Worker::watch_sources() {
    // Exclusive: a new connection does not wake every worker.
    constexpr std::uint32_t events = EPOLLIN | EPOLLEXCLUSIVE;
    if (listener_ >= 0) watch_.set(listener_, events, this);
    if (handoff_ >= 0) watch_.set(handoff_, events, this);
    accept_again_.reset();
}

// Also after each answer: the request may have run for minutes.
void Worker::read_clocks() {
    now_ = net::now_instant();
    const auto second = std::chrono::floor<core::seconds>(std::chrono::system_clock::now());
    if (second == date_second_) return;
    date_second_ = second;
    terms_.date = core::write_rfc2822_time(second);
}

std::optional<net::Instant> Worker::deadline() const {
    if (!ready_.empty()) return net::Instant{};
    return net::earlier(roster_.deadline(terms_.limits), accept_again_);
}

std::optional<Exchange> Worker::turn() {
    settle_hand_over();
    read_clocks();
    warn_late();
    if (accept_again_ && *accept_again_ <= now_) watch_sources();
    if (ready_.empty() || now_ - looked_around_ >= look_interval) look_around();
    while (!ready_.empty()) {
        Peer& peer = ready_.front();
        ready_.pop_front();
        if (auto exchange = serve(peer)) return exchange;
    }
    return std::nullopt;
}

void Worker::look_around() {
    looked_around_ = now_;
    watch_.dispatch(64);
    if (std::exchange(is_handoff_ready_, false)) accept_from(handoff_, true);
    if (std::exchange(is_listener_ready_, false)) accept_from(listener_, false);
}

void Worker::on_event(int socket, std::uint32_t events) noexcept {
    if (socket == listener_) {
        is_listener_ready_ = true;
    } else if (socket == handoff_) {
        is_handoff_ready_ = true;
    } else if (Peer* peer = roster_.at(socket)) {
        peer->events |= events;
        make_ready(*peer);
    }
}

void Worker::make_ready(Peer& peer) {
    if (!peer.by_turn.is_linked()) ready_.push_back(peer);
}

void Worker::accept_from(int source, bool is_handoff) {
    for (int count = 0; count < accepts_a_turn && !terms_.is_draining; ++count) {
        const Accepted accepted = is_handoff ? receive_socket(source) : accept_connection(source);
        if (accepted.state == SocketState::would_block) return;
        if (is_handoff && accepted.state == SocketState::closed) {
            watch_.forget(std::exchange(handoff_, -1));
            return;
        }
        if (accepted.state == SocketState::no_resource) {
            // The sockets stay readable: without a pause we would spin.
            watch_.forget(listener_);
            watch_.forget(handoff_);
            accept_again_ = now_ + accept_pause;
            return;
        }
        // A client that gave up meanwhile is no reason to stop.
        if (accepted.socket >= 0) admit(accepted.socket);
    }
}

void Worker::admit(int socket) {
    const auto connections_max = static_cast<std::size_t>(terms_.limits.connections_max);
    while (roster_.size() >= connections_max) {
        Peer* gives_way = roster_.first_to_give_way();
        if (gives_way == nullptr) {
            ::close(socket);
            return;
        }
        close(*gives_way);
    }
    if (!watch_.set(socket, EPOLLIN, this)) {
        ::close(socket);
        return;
    }
    Peer& peer = roster_.add(socket, terms_, now_);
    peer.remote = remote_address(socket);
    offer_.add(peer);
    ++accepted_;
}

// Late by the clock is not late by its own fault: while a statement ran, its bytes may have
// arrived, or the window for ours may have opened. So each has one more turn.
void Worker::warn_late() {
    while (Peer* peer = roster_.first_late(terms_.limits, now_)) {
        if (peer->phase == Phase::lingering) {
            close(*peer);
            continue;
        }
        peer->is_late = true;
        roster_.enter(*peer, peer->phase, now_);
        make_ready(*peer);
    }
}

std::optional<Exchange> Worker::serve(Peer& peer) {
    const std::uint32_t events = std::exchange(peer.events, 0);
    const bool is_late = std::exchange(peer.is_late, false);
    switch (peer.phase) {
        case Phase::fresh:
        case Phase::idle:
        case Phase::head:
        case Phase::body:
            break;
        case Phase::running:
            watch_.set(peer.socket, 0, this);
            return std::nullopt;
        case Phase::writing:
            write(peer, events, is_late);
            return std::nullopt;
        case Phase::streaming:
            if (events != 0) close(peer);  // nothing is awaited but the end
            return std::nullopt;
        case Phase::lingering:
            discard(peer);
            return std::nullopt;
        case Phase::over:
            close(peer);
            return std::nullopt;
    }
    const ConnectionId id = peer.id;
    auto request = read(peer, is_late);
    if (!request) return std::nullopt;
    request->remote = peer.remote;
    return Exchange{id, *std::move(request)};
}

void Worker::write(Peer& peer, std::uint32_t events, bool is_late) {
    const bool is_gone = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    if (is_gone && peer.wire.is_streaming()) return close(peer);
    const std::size_t unsent = peer.wire.unsent().size();
    if (!flush(peer)) return;
    if (is_late && peer.wire.unsent().size() == unsent) return close(peer);
    place(peer);
}

std::optional<core::HttpRequest> Worker::read(Peer& peer, bool is_late) {
    std::optional<core::HttpRequest> request;
    if (peer.wire.has_unread()) request = peer.wire.next_request();
    if (!request && is_reading(peer.wire.phase())) {
        if (!receive(peer, is_late)) return std::nullopt;
        if (peer.wire.has_unread()) request = peer.wire.next_request();
    }
    const Phase phase = peer.wire.phase();
    if (!request && is_late && phase == peer.phase && is_reading(phase)) {
        peer.wire.refuse({408, phase == Phase::head ? "request header took too long"
                                                    : "request body took too long"});
    }
    if (!request && !is_reading(peer.wire.phase())) {
        if (peer.wire.is_refused()) ++refused_;
        if (!flush(peer)) return std::nullopt;
    }
    // A draining worker waits for no request whose head is not there.
    const Phase after = peer.wire.phase();
    if (!request && terms_.is_draining && is_reading(after) && after != Phase::body) {
        close(peer);
        return std::nullopt;
    }
    place(peer);
    return request;
}

bool Worker::receive(Peer& peer, bool is_late) {
    const Moved moved = receive_bytes(peer.socket, buffer_.data(), buffer_.size());
    peer.wire.receive({buffer_.data(), moved.bytes});
    const bool is_silent = moved.state == SocketState::would_block;
    if (moved.state == SocketState::ok || (is_silent && !(is_late && is_offered(peer.phase))))
        return true;
    close(peer);
    return false;
}

void Worker::discard(Peer& peer) {
    const Moved moved = receive_bytes(peer.socket, buffer_.data(), buffer_.size());
    if (moved.state == SocketState::ok || moved.state == SocketState::would_block) return;
    close(peer);
}

bool Worker::flush(Peer& peer) {
    bool is_moving = false;
    while (!peer.wire.unsent().empty()) {
        const Moved moved = send_bytes(peer.socket, peer.wire.unsent());
        if (moved.state == SocketState::closed) {
            close(peer);
            return false;
        }
        if (moved.state != SocketState::ok) break;
        peer.wire.sent(moved.bytes);
        is_moving = true;
    }
    // The write timeout runs from the last byte that went.
    if (is_moving && peer.phase == Phase::writing) roster_.enter(peer, Phase::writing, now_);
    return true;
}

void Worker::change_phase(Peer& peer, Phase phase) {
    if (phase == peer.phase) return;
    const bool was_offered = is_offered(peer.phase);
    if (was_offered && !is_offered(phase)) offer_.remove(peer);
    if (!was_offered && is_offered(phase)) offer_.add(peer);
    if (phase == Phase::lingering) shutdown(peer.socket, SHUT_WR);
    roster_.enter(peer, phase, now_);
}

void Worker::place(Peer& peer) {
    const Phase phase = peer.wire.phase();
    if (phase == Phase::over) return close(peer);
    const bool was_reading = is_reading(peer.phase);
    change_phase(peer, phase);
    // A request that runs is answered before the next look: its events stay as they are, which
    // spares two system calls a request.
    if (phase == Phase::running) return;
    const std::uint32_t stream = peer.wire.is_streaming() ? std::uint32_t{EPOLLRDHUP} : 0;
    std::uint32_t events = EPOLLIN;
    if (phase == Phase::writing) events = EPOLLOUT | stream;
    if (phase == Phase::streaming) events = stream;
    if (!watch_.set(peer.socket, events, this)) return close(peer);
    if (!is_reading(phase)) return;
    // The next request of a pipeline has its turn after the others'; when draining, each is
    // looked at once more.
    const bool is_new = !was_reading && (peer.wire.has_unread() || terms_.is_draining);
    if (is_new) make_ready(peer);
}

void Worker::close(Peer& peer) {
    if (is_offered(peer.phase)) offer_.remove(peer);
    if (peer.wire.is_streaming()) {
        closed_streams_.push_back(peer.id);
        --streams_;
    }
    // Before the descriptor is closed: another worker's copy would keep it in our set.
    watch_.forget(peer.socket);
    ::close(peer.socket);
    roster_.remove(peer);
}

void Worker::answer(ConnectionId connection, const core::HttpResponse& response) {
    settle_hand_over();
    read_clocks();
    Peer* peer = roster_.find(connection);
    if (peer != nullptr) {
        peer->wire.answer(response);
        if (peer->wire.is_streaming()) {
            ++streams_;
        } else if (response.is_stream) {
            closed_streams_.push_back(connection);
        }
        if (flush(*peer)) place(*peer);
    } else if (response.is_stream) {
        closed_streams_.push_back(connection);
    }
}

bool Worker::push(ConnectionId connection, std::string_view bytes) {
    Peer* peer = roster_.find(connection);
    if (peer == nullptr || !peer->wire.is_streaming()) return false;
    read_clocks();
    peer->wire.push(bytes);
    if (!flush(*peer)) return false;
    if (peer->wire.unsent().size() > static_cast<std::size_t>(terms_.limits.stream_bytes_max)) {
        close(*peer);
        return false;
    }
    place(*peer);
    return true;
}

void Worker::end_stream(ConnectionId connection) {
    settle_hand_over();
    Peer* peer = roster_.find(connection);
    if (peer == nullptr || !peer->wire.is_streaming()) return;
    read_clocks();
    peer->wire.end_stream();
    --streams_;
    if (flush(*peer)) place(*peer);
}

std::vector<ConnectionId> Worker::closed_streams() {
    return std::exchange(closed_streams_, {});
}

void Worker::drain() {
    if (terms_.is_draining) return;
    terms_.is_draining = true;
    watch_.forget(listener_);
    watch_.forget(handoff_);
    accept_again_.reset();
    for (Peer* peer : roster_.all()) {
        if (is_reading(peer->phase)) {
            make_ready(*peer);
        } else if (peer->wire.is_streaming()) {
            closed_streams_.push_back(peer->id);
            end_stream(peer->id);
        }
    }
}

ServerCounts Worker::counts() const {
    return {.connections = static_cast<int>(roster_.size()),
            .streams = streams_,
            .accepted = accepted_,
            .refused = refused_};
}

void Worker::prepare_hand_over(int handoff_send) {
    if (handoff_send >= 0) offer_.open(handoff_send);
}

void Worker::settle_hand_over() {
    for (Peer* peer : offer_.close()) close(*peer);
}

}  // namespace torale::http
