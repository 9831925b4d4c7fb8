// Latch, postmaster death and one descriptor in one WaitEventSet.
#include "pg/waiter.hpp"

#include <cerrno>
#include <csignal>

#include "pg/boundary.hpp"

namespace torale::pg {

namespace {

volatile std::sig_atomic_t stop_flag = 0;
volatile std::sig_atomic_t cancels_on_stop = 0;

void handle_stop(SIGNAL_ARGS) {
    const int saved_errno = errno;
    if (stop_flag != 0) {
        die(postgres_signal_arg);
    } else {
        stop_flag = 1;
        if (cancels_on_stop != 0) {
            InterruptPending = true;
            QueryCancelPending = true;
        }
        SetLatch(MyLatch);
    }
    errno = saved_errno;
}

long milliseconds_up(std::optional<std::chrono::microseconds> timeout) {
    if (!timeout) return -1;
    if (timeout->count() <= 0) return 0;
    constexpr std::int64_t longest_ms = 3'600'000;
    return static_cast<long>(std::min<std::int64_t>((timeout->count() + 999) / 1000, longest_ms));
}

}  // namespace

Waiter::Waiter(int fd) {
    guarded([&] {
        WaitEventSet* set = create_wait_event_set(3);
        set_ = set;
        AddWaitEventToSet(set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, nullptr);
        AddWaitEventToSet(set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, nullptr, nullptr);
        if (fd >= 0) AddWaitEventToSet(set, WL_SOCKET_READABLE, fd, nullptr, nullptr);
    });
}

Waiter::~Waiter() {
    FreeWaitEventSet(static_cast<WaitEventSet*>(set_));
}

WaitResult Waiter::wait(std::optional<std::chrono::microseconds> timeout) {
    WaitResult result;
    guarded([&] {
        WaitEvent events[3];
        const int count = WaitEventSetWait(static_cast<WaitEventSet*>(set_),
                                           milliseconds_up(timeout), events, 3, PG_WAIT_EXTENSION);
        for (int i = 0; i < count; ++i) {
            if ((events[i].events & WL_LATCH_SET) != 0) result.latch_set = true;
            if ((events[i].events & WL_SOCKET_READABLE) != 0) result.fd_ready = true;
        }
        if (result.latch_set) ResetLatch(MyLatch);
        CHECK_FOR_INTERRUPTS();
        if (ConfigReloadPending) {
            ConfigReloadPending = false;
            ProcessConfigFile(PGC_SIGHUP);
            result.reloaded = true;
        }
    });
    result.stop_requested = stop_requested();
    return result;
}

void install_signals_before_connect() {
    pqsignal(SIGTERM, die);
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    BackgroundWorkerUnblockSignals();
}

void install_signals_after_connect() {
    pqsignal(SIGTERM, handle_stop);
}

bool stop_requested() {
    return stop_flag != 0;
}

CancelOnStop::CancelOnStop() {
    cancels_on_stop = 1;
}

// A cancel that came after the last statement must not hit the next one.
CancelOnStop::~CancelOnStop() {
    cancels_on_stop = 0;
    QueryCancelPending = false;
}

}  // namespace torale::pg
