// One client of a worker: its socket, what was said, and its places in the worker's lists.
#pragma once
#include <boost/intrusive/list_hook.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "http/connection.hpp"
#include "http/server.hpp"
#include "net/instant.hpp"

namespace torale::http {

// Leaves its list when the peer goes.
using ListHook =
    boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

struct Peer {
    Peer(ConnectionId number, int its_socket, const Terms& terms)
        : id(number), socket(its_socket), wire(terms) {}

    ConnectionId id;
    int socket;  // closed by Server
    std::string remote;
    Connection wire;

    Phase phase = Phase::fresh;
    net::Instant since{};  // when the phase began, or made progress
    ListHook by_phase;
    ListHook by_turn;
    std::uint32_t events = 0;  // EPOLL* bits not yet acted on
    bool is_late = false;      // its next turn is its last chance
    std::size_t offer = 0;     // its place among the offered; see offer.hpp
};

}  // namespace torale::http
