// Connections of one web worker: accepts from a listening socket it was given, turns bytes into
// HttpRequests and HttpResponses into bytes. One request at a time; nothing is read from a socket
// before its turn, so that a waiting connection can be handed to another worker.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/http.hpp"
#include "http/limits.hpp"

namespace torale::http {

using ConnectionId = std::uint64_t;

struct Exchange {
    ConnectionId connection = 0;
    core::HttpRequest request;
};

struct ServerCounts {
    int connections = 0;
    int streams = 0;
    std::int64_t accepted = 0;
    std::int64_t refused = 0;  // answered by the wire itself, see refusal.hpp
};

class Server {
public:
    // Both sockets stay the caller's. `handoff_receive` is a SOCK_SEQPACKET on which workers pass
    // each other connections, -1 = none.
    Server(int listener, int handoff_receive, Limits limits);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    int fd() const;  // readable when turn() has something to do
    std::optional<core::milliseconds> timeout() const;
    // Accepts, reads, writes, closes what is late; at most one request, which must be answered
    // before the next turn.
    std::optional<Exchange> turn();
    // Serialises and sends as far as the socket takes it; keeps the rest. HEAD gets no body.
    void answer(ConnectionId connection, const core::HttpResponse& response);
    // More of a stream (answered with is_stream); false when it is closed.
    bool push(ConnectionId connection, std::string_view bytes);
    void end_stream(ConnectionId connection);
    std::vector<ConnectionId> closed_streams();  // since the last call

    // No new connections; what is idle is closed, what is under way ends with Connection: close.
    void drain();
    bool is_drained() const;
    void apply(Limits limits);
    ServerCounts counts() const;

    // Sockets that wait for their turn with nothing read yet, prepared for hand_over(), which a
    // signal handler may call while the one request runs: it sends them to `handoff_send`.
    void prepare_hand_over(int handoff_send);
    static void hand_over() noexcept;  // async-signal-safe
    // Forgets what was sent; turn() and answer() do it too.
    void settle_hand_over();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace torale::http
