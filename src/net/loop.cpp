// The door of the room: what Loop promises in terms of Transfers.
#include "net/loop.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "net/transfers.hpp"

namespace torale::net {

using core::milliseconds;

struct Loop::State {
    explicit State(LoopSettings settings) : transfers(std::move(settings)) {}
    Transfers transfers;
};

Loop::Loop(LoopSettings settings) : state_(std::make_unique<State>(std::move(settings))) {}
Loop::~Loop() = default;

int Loop::fd() const {
    return state_->transfers.fd();
}

std::optional<milliseconds> Loop::timeout() const {
    const auto next = state_->transfers.deadline();
    if (!next) return std::nullopt;
    const auto left = *next - now_instant();
    return left.count() <= 0 ? milliseconds(0) : std::chrono::ceil<milliseconds>(left);
}

std::vector<Completion> Loop::turn() {
    return state_->transfers.turn();
}

std::uint64_t Loop::start(core::Request request, milliseconds delay) {
    return state_->transfers.start(std::move(request), delay);
}

void Loop::cancel(std::uint64_t transfer) {
    state_->transfers.cancel(transfer);
}
void Loop::cancel_all() {
    state_->transfers.cancel_all();
}

std::size_t Loop::in_flight() const {
    return state_->transfers.in_flight();
}

bool Loop::starved() const {
    return state_->transfers.is_starved();
}

void Loop::apply(LoopSettings settings) {
    state_->transfers.apply(std::move(settings));
}

int raise_file_limit(int wanted) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const auto goal = std::min<rlim_t>(limit.rlim_max, static_cast<rlim_t>(std::max(wanted, 0)));
    if (goal > limit.rlim_cur) {
        limit.rlim_cur = goal;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1 << 30));
}

}  // namespace torale::net
