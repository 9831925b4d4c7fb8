// One execution as a sans-I/O state machine: it takes replies and returns the next calls. It
// never waits, never touches PostgreSQL, and knows no clock but the one it is given, so it can
// be tested by feeding it replies, replayed from stored ones, and resumed after a crash.
#pragma once
#include <memory>
#include <variant>
#include <vector>

#include "agent/briefing.hpp"
#include "agent/call.hpp"
#include "agent/conclusion.hpp"

namespace torale::agent {

using Turn = std::variant<std::vector<Call>, Conclusion>;

class Investigation {
public:
    explicit Investigation(Briefing briefing);
    ~Investigation();
    Investigation(Investigation&&) noexcept;
    Investigation& operator=(Investigation&&) noexcept;

    // Call once. An empty vector of calls never comes back: there is a call outstanding or the
    // run is concluded.
    Turn start(core::Time now);
    // `call_id` must be outstanding; a reply to anything else is ignored (empty vector).
    Turn resume(int call_id, CallReply reply, core::Time now);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace torale::agent
