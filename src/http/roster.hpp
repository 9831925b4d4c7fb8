// The connections of a worker, by socket and by phase. Within a phase all have the same time, so
// that the first of each list is the next one late: no timer and no scan.
#pragma once
#include <array>
#include <boost/intrusive/list.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "http/limits.hpp"
#include "http/peer.hpp"
#include "net/instant.hpp"

namespace torale::http {

class Roster {
public:
    Peer& add(int socket, const Terms& terms, net::Instant now);
    void remove(Peer& peer);
    // To the end of the list of its phase.
    void enter(Peer& peer, Phase phase, net::Instant now);

    // Null when it is gone, even if its socket's number lives on.
    Peer* find(ConnectionId id) const;
    Peer* at(int socket) const;
    std::size_t size() const { return size_; }
    std::vector<Peer*> all() const;

    std::optional<net::Instant> deadline(const Limits& limits) const;
    Peer* first_late(const Limits& limits, net::Instant now);
    // Who gives way to a new connection; null = nobody.
    Peer* first_to_give_way();

private:
    using PhaseList =
        boost::intrusive::list<Peer, boost::intrusive::member_hook<Peer, ListHook, &Peer::by_phase>,
                               boost::intrusive::constant_time_size<false>>;
    PhaseList& list(Phase phase) { return lists_[static_cast<std::size_t>(phase)]; }

    std::vector<std::unique_ptr<Peer>> by_socket_;
    std::array<PhaseList, phases> lists_;
    std::size_t size_ = 0;
    ConnectionId last_serial_ = 0;
};

}  // namespace torale::http
