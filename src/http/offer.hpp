// The connections that another worker may take over while this one is busy with a statement:
// those that nothing was read from. The list is kept as they come and go; a signal handler passes
// them on, nothing else changes it meanwhile.
#pragma once
#include <poll.h>

#include <atomic>
#include <cstddef>
#include <vector>

#include "http/peer.hpp"

namespace torale::http {

class Offer {
public:
    Offer() = default;
    ~Offer() { close(); }
    Offer(const Offer&) = delete;
    Offer& operator=(const Offer&) = delete;

    void add(Peer& peer);
    void remove(Peer& peer);

    // Until close(), pass_on() sends what is listed to `channel`.
    void open(int channel);
    // Who was sent; they are still listed.
    std::vector<Peer*> close();

    // For a signal handler: those first whose client has sent something, then the others, as far
    // as the channel takes them. Keeps errno.
    static void pass_on() noexcept;

private:
    void pass(bool must_be_ready) noexcept;

    // A socket sent is overwritten by `sent`, which poll() skips.
    static constexpr int sent = -1;
    std::vector<pollfd> sockets_;
    std::vector<Peer*> peers_;
    int channel_ = -1;
    std::atomic<bool> has_sent_ = false;
};

}  // namespace torale::http
