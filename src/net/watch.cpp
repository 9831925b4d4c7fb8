#include "net/watch.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <system_error>

namespace torale::net {

Watch::Watch() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Watch::~Watch() {
    close(epoll_);
}

// What the kernel knows may differ from what we believe: a library may close a socket before it
// says so, and the number comes back as another socket.
bool Watch::register_events(int socket, Entry& entry) noexcept {
    epoll_event event{};
    event.events = entry.wanted;
    event.data.fd = socket;
    const int first = entry.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (epoll_ctl(epoll_, first, socket, &event) != 0) {
        if (errno != EEXIST && errno != ENOENT) return false;
        const int second = errno == EEXIST ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
        if (epoll_ctl(epoll_, second, socket, &event) != 0) return false;
    }
    entry.registered = entry.wanted;
    return true;
}

bool Watch::set(int socket, std::uint32_t events, Owner* owner) noexcept {
    if (socket < 0) return false;
    const auto at = static_cast<std::size_t>(socket);
    if (at >= entries_.size()) {
        try {
            entries_.resize(std::max<std::size_t>(at + 1, entries_.size() * 2));
        } catch (const std::bad_alloc&) {
            return false;
        }
    }
    Entry& entry = entries_[at];
    entry.owner = owner;
    entry.wanted = events;
    if (events == 0 || events == entry.registered) return true;
    return register_events(socket, entry);
}

void Watch::forget(int socket) noexcept {
    const auto at = static_cast<std::size_t>(socket);
    if (socket < 0 || at >= entries_.size()) return;
    if (entries_[at].registered != 0) epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
    entries_[at] = Entry{};
}

int Watch::dispatch(int events_max) noexcept {
    std::array<epoll_event, 64> ready;
    const int room = std::min<int>(events_max, static_cast<int>(ready.size()));
    const int count = epoll_wait(epoll_, ready.data(), room, 0);
    for (int at = 0; at < count; ++at) {
        const int socket = ready[static_cast<std::size_t>(at)].data.fd;
        const Entry entry = entries_[static_cast<std::size_t>(socket)];
        // An idle connection became readable (usually closed by its server), or an earlier event
        // of this batch closed the socket: left in the set it would be reported for ever.
        if (entry.wanted == 0 || entry.owner == nullptr)
            forget(socket);
        else
            entry.owner->on_event(socket, ready[static_cast<std::size_t>(at)].events);
    }
    return std::max(count, 0);
}

}  // namespace torale::net
