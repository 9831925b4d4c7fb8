// What stands behind Server: who is ready, whose turn it is, and who is late.
#pragma once
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "http/offer.hpp"
#include "http/roster.hpp"
#include "http/server.hpp"
#include "net/watch.hpp"

namespace torale::http {

class Worker final : private net::Watch::Owner {
public:
    Worker(int listener, int handoff_receive, const Limits& limits);
    ~Worker() override;

    int fd() const { return watch_.fd(); }
    std::optional<net::Instant> deadline() const;
    std::optional<Exchange> turn();
    void answer(ConnectionId connection, const core::HttpResponse& response);
    bool push(ConnectionId connection, std::string_view bytes);
    void end_stream(ConnectionId connection);
    std::vector<ConnectionId> closed_streams();
    void drain();
    bool is_drained() const { return terms_.is_draining && roster_.size() == 0; }
    void apply(const Limits& limits) { terms_.limits = limits; }
    ServerCounts counts() const;
    void prepare_hand_over(int handoff_send);
    void settle_hand_over();

private:
    void on_event(int socket, std::uint32_t events) noexcept override;
    void look_around();
    void accept_from(int source, bool is_handoff);
    void admit(int socket);
    void watch_sources();
    void warn_late();

    std::optional<Exchange> serve(Peer& peer);
    std::optional<core::HttpRequest> read(Peer& peer, bool is_late);
    // What the socket has; false when the peer was closed instead.
    bool receive(Peer& peer, bool is_late);
    void write(Peer& peer, std::uint32_t events, bool is_late);
    void discard(Peer& peer);
    // False when the socket is broken, and the peer closed.
    bool flush(Peer& peer);
    // After anything was done to a peer: its list, its events; may close it.
    void place(Peer& peer);
    void change_phase(Peer& peer, Phase phase);
    void make_ready(Peer& peer);
    void close(Peer& peer);
    void read_clocks();

    using TurnList =
        boost::intrusive::list<Peer, boost::intrusive::member_hook<Peer, ListHook, &Peer::by_turn>,
                               boost::intrusive::constant_time_size<false>>;

    net::Watch watch_;
    int listener_;
    int handoff_;
    Terms terms_;
    net::Instant now_;
    net::Instant looked_around_{};
    std::chrono::sys_seconds date_second_{};
    TurnList ready_;  // outlives the peers of roster_
    Offer offer_;
    Roster roster_;
    bool is_listener_ready_ = false;
    bool is_handoff_ready_ = false;
    std::optional<net::Instant> accept_again_;  // after a lack of descriptors
    std::vector<char> buffer_;                  // all connections are read through it
    std::vector<ConnectionId> closed_streams_;
    int streams_ = 0;
    std::int64_t accepted_ = 0;
    std::int64_t refused_ = 0;
};

}  // namespace torale::http
