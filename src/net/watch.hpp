// The epoll set: which socket is watched for what, and whose it is.
//
// Removal is lazy. curl takes a socket out when a reply is complete and puts it back with the
// next request on the same connection: two system calls a request that say nothing new. So it
// stays registered until it is closed or until an event shows that nobody wants it.
#pragma once
#include <cstdint>
#include <vector>

namespace torale::net {

class Watch {
public:
    // What a socket belongs to; `on_event` must not throw.
    class Owner {
    public:
        virtual ~Owner() = default;
        virtual void on_event(int socket, std::uint32_t events) noexcept = 0;
    };

    Watch();
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    int fd() const { return epoll_; }

    // `events` are EPOLL* bits, 0 = none for now. False when the kernel refuses.
    bool set(int socket, std::uint32_t events, Owner* owner) noexcept;
    // Before a socket is closed, and after one is opened: its number may have had another life.
    void forget(int socket) noexcept;

    // Hands at most `events_max` (≤ 64) ready sockets to their owners; how many were ready.
    int dispatch(int events_max) noexcept;

private:
    struct Entry {
        Owner* owner = nullptr;
        std::uint32_t wanted = 0;
        std::uint32_t registered = 0;
    };
    bool register_events(int socket, Entry& entry) noexcept;

    int epoll_ = -1;
    std::vector<Entry> entries_;  // by socket number
};

}  // namespace torale::net
