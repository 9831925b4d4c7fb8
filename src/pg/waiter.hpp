// The one place where a worker sleeps. It wakes for its latch, its descriptor or its deadline,
// ends when the postmaster dies, and serves interrupts each turn: a worker that does not blocks
// every DROP DATABASE of the cluster.
#pragma once
#include <chrono>
#include <optional>

namespace torale::pg {

struct WaitResult {
    bool latch_set = false;
    bool fd_ready = false;
    bool reloaded = false;        // the configuration was read again
    bool stop_requested = false;  // SIGTERM: leave the loop, exit 0
};

// Not copied, not moved. One per process.
class Waiter {
public:
    // Watches `fd` for reading; -1 watches the latch alone.
    explicit Waiter(int fd = -1);
    ~Waiter();
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    // At most `timeout`, rounded up to a millisecond; nothing = for ever. Zero polls. Throws
    // Error when the query or session was cancelled. No transaction may be open.
    WaitResult wait(std::optional<std::chrono::microseconds> timeout);

private:
    void* set_ = nullptr;  // WaitEventSet
};

// Until the worker is connected SIGTERM must kill it: it may wait for the lock of a database that
// is being dropped. Then the first SIGTERM asks, the second kills.
void install_signals_before_connect();
void install_signals_after_connect();
bool stop_requested();

// While one lives, the first SIGTERM also cancels the statement that runs.
class CancelOnStop {
public:
    CancelOnStop();
    ~CancelOnStop();
    CancelOnStop(const CancelOnStop&) = delete;
    CancelOnStop& operator=(const CancelOnStop&) = delete;
};

}  // namespace torale::pg
