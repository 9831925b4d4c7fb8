// The timer of hand_over.hpp.
#include "pg/hand_over.hpp"

#include "pg/boundary.hpp"

namespace torale::pg {

HandOver::HandOver(http::Server& server, int handoff_send)
    : server_(server), handoff_send_(handoff_send) {
    timer_ = guarded([] {
        return static_cast<int>(RegisterTimeout(USER_TIMEOUT, [] { http::Server::hand_over(); }));
    });
}

HandOver::Armed::Armed(HandOver& owner, std::chrono::milliseconds delay)
    : owner_(owner), is_armed_(delay.count() > 0) {
    if (!is_armed_) return;
    owner_.server_.prepare_hand_over(owner_.handoff_send_);
    guarded([&] {
        enable_timeout_after(static_cast<TimeoutId>(owner_.timer_),
                             static_cast<int>(delay.count()));
    });
}

HandOver::Armed::~Armed() {
    if (!is_armed_) return;
    // Raises nothing: it is this process's own table of timers.
    disable_timeout(static_cast<TimeoutId>(owner_.timer_), false);
    owner_.server_.settle_hand_over();
}

}  // namespace torale::pg
