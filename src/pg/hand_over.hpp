// While one statement runs, nobody else is served by this process: after a while the connections
// that wait for their turn go to other workers. A timer does it, since the process is busy.
#pragma once
#include <chrono>

#include "http/server.hpp"

namespace torale::pg {

class HandOver {
public:
    // `handoff_send` stays the caller's. One per process.
    HandOver(http::Server& server, int handoff_send);

    // For the life of one request; a delay of zero: not for this one.
    class Armed {
    public:
        Armed(HandOver& owner, std::chrono::milliseconds delay);
        ~Armed();
        Armed(const Armed&) = delete;
        Armed& operator=(const Armed&) = delete;

    private:
        HandOver& owner_;
        bool is_armed_;
    };

private:
    http::Server& server_;
    int handoff_send_;
    int timer_ = 0;  // TimeoutId
};

}  // namespace torale::pg
