// Who may start next: first come, first served at each host, hosts in turn. Holds ids only.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

namespace torale::net {

class Line {
public:
    struct Place {
        std::size_t active = 0;
        std::deque<std::uint64_t> waiting;
        bool is_listed = false;
    };

    explicit Line(std::size_t per_host_max) : per_host_max_(per_host_max) {}

    // `host` groups transfers that share a limit.
    void push(const std::string& host, std::uint64_t transfer);
    // Takes the next one and counts it as active at its host. It may have been cancelled in the
    // meantime; then release() it.
    std::optional<std::uint64_t> next();
    bool is_empty() const { return ready_.empty(); }
    std::size_t active() const { return active_; }
    // The place `next()` took the last one from; valid until it is released.
    Place* last_place() const { return last_; }
    void release(Place* place);
    void set_per_host_max(std::size_t per_host_max);

private:
    void list(Place& place);

    std::size_t per_host_max_;
    std::size_t active_ = 0;
    Place* last_ = nullptr;
    std::unordered_map<std::string, Place> places_;
    std::deque<Place*> ready_;  // somebody waits and the host has room
};

}  // namespace torale::net
