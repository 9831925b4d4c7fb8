#include "http/offer.hpp"

#include <cerrno>

#include "http/sockets.hpp"

namespace torale::http {
namespace {

// A signal handler has no other way to find it.
std::atomic<Offer*> open_offer = nullptr;
static_assert(std::atomic<Offer*>::is_always_lock_free);
static_assert(std::atomic<bool>::is_always_lock_free);

}  // namespace

void Offer::add(Peer& peer) {
    peer.offer = sockets_.size();
    sockets_.push_back({.fd = peer.socket, .events = POLLIN, .revents = 0});
    peers_.push_back(&peer);
}

void Offer::remove(Peer& peer) {
    const std::size_t at = peer.offer;
    sockets_[at] = sockets_.back();
    peers_[at] = peers_.back();
    peers_[at]->offer = at;
    sockets_.pop_back();
    peers_.pop_back();
}

void Offer::open(int channel) {
    channel_ = channel;
    has_sent_.store(false);
    open_offer.store(this);
}

std::vector<Peer*> Offer::close() {
    Offer* mine = this;
    open_offer.compare_exchange_strong(mine, nullptr);
    std::vector<Peer*> gone;
    if (!has_sent_.exchange(false)) return gone;
    for (std::size_t at = 0; at < sockets_.size(); ++at)
        if (sockets_[at].fd == sent) gone.push_back(peers_[at]);
    return gone;
}

void Offer::pass(bool must_be_ready) noexcept {
    for (pollfd& entry : sockets_) {
        if (entry.fd == sent || (must_be_ready && entry.revents == 0)) continue;
        if (!send_socket(channel_, entry.fd)) return;
        entry.fd = sent;
        has_sent_.store(true);
    }
}

void Offer::pass_on() noexcept {
    Offer* offer = open_offer.load();
    if (offer == nullptr) return;
    const int error = errno;
    if (poll(offer->sockets_.data(), offer->sockets_.size(), 0) > 0) offer->pass(true);
    offer->pass(false);
    errno = error;
}

}  // namespace torale::http
