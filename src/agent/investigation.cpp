// The public face of Run: keeps its insides out of the header that every room reads.
#include "agent/investigation.hpp"

#include <utility>

#include "agent/run.hpp"

namespace torale::agent {

struct Investigation::State {
    explicit State(Briefing briefing) : run(std::move(briefing)) {}
    Run run;
};

Investigation::Investigation(Briefing briefing)
    : state_(std::make_unique<State>(std::move(briefing))) {}
Investigation::~Investigation() = default;
Investigation::Investigation(Investigation&&) noexcept = default;
Investigation& Investigation::operator=(Investigation&&) noexcept = default;

Turn Investigation::start(core::Time now) {
    return state_->run.start(now);
}

Turn Investigation::resume(int call_id, CallReply reply, core::Time now) {
    return state_->run.resume(call_id, std::move(reply), now);
}

}  // namespace torale::agent
