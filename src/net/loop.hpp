// The one place that waits for the network: curl's and c-ares' sockets and the timers behind
// one epoll descriptor. No thread, no callback into the caller: finished transfers are returned
// as values by turn().
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/call.hpp"
#include "core/clock.hpp"
#include "net/egress.hpp"

namespace torale::net {

struct LoopSettings {
    EgressPolicy egress;
    // Transfers under way, more wait in line. Idle connections: up to as many again.
    int connections_max = 1000;
    int connections_per_host_max = 64;
    std::int64_t dns_timeout_ms = 5'000;
    std::int64_t dns_cache_ok_ms = 60'000;
    std::int64_t dns_cache_fail_ms = 5'000;
    std::string user_agent = "torale";
    std::string dns_servers;  // "host:port,…"; "" = the system's
    std::string ca_file;      // PEM; "" = the system's
};

struct Completion {
    std::uint64_t transfer = 0;
    core::Reply reply;
};

// Not copyable, not movable. Create after fork, one per process.
class Loop {
public:
    explicit Loop(LoopSettings settings);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // Readable when turn() has something to do.
    int fd() const;
    // How long turn() may be postponed when fd() stays silent; nothing = for ever.
    std::optional<core::milliseconds> timeout() const;
    // Runs what is ready, bounded to about 5 ms, and hands over what finished.
    std::vector<Completion> turn();

    // Never fails at once: whatever is wrong comes back as a Completion. `delay` postpones it.
    std::uint64_t start(core::Request request, core::milliseconds delay = core::milliseconds{0});
    void cancel(std::uint64_t transfer);  // no Completion follows
    void cancel_all();
    std::size_t in_flight() const;  // started and not yet handed over
    bool starved() const;           // out of file descriptors a moment ago: start less

    // Effective for transfers started from now on, and for reused connections.
    void apply(LoopSettings settings);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Raises the soft RLIMIT_NOFILE to min(hard, wanted) and returns what holds now.
int raise_file_limit(int wanted);

}  // namespace torale::net
