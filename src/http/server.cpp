// The door of the room: what Server promises in terms of a Worker.
#include "http/server.hpp"

#include <utility>

#include "http/worker.hpp"

namespace torale::http {

using core::milliseconds;

struct Server::State {
    State(int listener, int handoff, const Limits& limits) : worker(listener, handoff, limits) {}
    Worker worker;
};

Server::Server(int listener, int handoff_receive, Limits limits)
    : state_(std::make_unique<State>(listener, handoff_receive, limits)) {}
Server::~Server() = default;

int Server::fd() const {
    return state_->worker.fd();
}

std::optional<milliseconds> Server::timeout() const {
    const auto next = state_->worker.deadline();
    if (!next) return std::nullopt;
    const auto left = *next - net::now_instant();
    return left.count() <= 0 ? milliseconds(0) : std::chrono::ceil<milliseconds>(left);
}

std::optional<Exchange> Server::turn() {
    return state_->worker.turn();
}
void Server::answer(ConnectionId connection, const core::HttpResponse& response) {
    state_->worker.answer(connection, response);
}
bool Server::push(ConnectionId connection, std::string_view bytes) {
    return state_->worker.push(connection, bytes);
}
void Server::end_stream(ConnectionId connection) {
    state_->worker.end_stream(connection);
}
std::vector<ConnectionId> Server::closed_streams() {
    return state_->worker.closed_streams();
}

void Server::drain() {
    state_->worker.drain();
}
bool Server::is_drained() const {
    return state_->worker.is_drained();
}
void Server::apply(Limits limits) {
    state_->worker.apply(limits);
}
ServerCounts Server::counts() const {
    return state_->worker.counts();
}

void Server::prepare_hand_over(int handoff_send) {
    state_->worker.prepare_hand_over(handoff_send);
}
void Server::hand_over() noexcept {
    Offer::pass_on();
}
void Server::settle_hand_over() {
    state_->worker.settle_hand_over();
}

}  // namespace torale::http
