// Steps investigations: a reply in, the next calls out.
#include "scheduler/runs.hpp"

#include <algorithm>

namespace torale::scheduler {

namespace {

agent::Conclusion failed(core::Category category, std::string message) {
    agent::Conclusion conclusion;
    core::Failure& failure = conclusion.failure.emplace();
    failure.category = category;
    failure.message = std::move(message);
    return conclusion;
}

// A bug in one run (bad_alloc, an assertion thrown as an exception) fails that run, not the
// worker.
agent::Conclusion crashed(const char* what) {
    return failed(core::Category::internal, std::string("internal error: ") + what);
}

template <class Step>
agent::Turn guarded_step(Step&& step) {
    try {
        return step();
    } catch (const std::exception& error) {
        return crashed(error.what());
    }
}

}  // namespace

void Runs::start(Claim claim, agent::Briefing briefing, Time now, core::microseconds timeout) {
    const std::uint64_t id = next_id_++;
    const Time deadline = now + timeout;
    Run& run =
        runs_
            .emplace(id,
                     Run{std::move(claim), agent::Investigation(std::move(briefing)), deadline, {}})
            .first->second;
    deadlines_.emplace_back(deadline, id);
    advance(id, guarded_step([&] { return run.investigation.start(now); }));
}

void Runs::refuse(Claim claim, std::string why) {
    ended_.push_back({std::move(claim), failed(core::Category::internal, std::move(why))});
}

bool Runs::accept(net::Completion& completion, Time now) {
    const auto found = transfers_.find(completion.transfer);
    if (found == transfers_.end()) return false;
    const Transfer transfer = found->second;
    transfers_.erase(found);
    const auto run = runs_.find(transfer.run);
    if (run != runs_.end()) {
        std::erase(run->second.transfers, completion.transfer);
        answer(transfer.run, transfer.call, std::move(completion.reply), now);
    }
    return true;
}

void Runs::answer(std::uint64_t id, int call, agent::CallReply reply, Time now) {
    const auto found = runs_.find(id);
    if (found == runs_.end()) return;
    agent::Investigation& investigation = found->second.investigation;
    advance(id, guarded_step([&] { return investigation.resume(call, std::move(reply), now); }));
}

void Runs::advance(std::uint64_t id, agent::Turn turn) {
    if (auto* conclusion = std::get_if<agent::Conclusion>(&turn)) {
        end(id, std::move(*conclusion));
        return;
    }
    Run& run = runs_.at(id);
    for (agent::Call& call : std::get<std::vector<agent::Call>>(turn)) request(id, run, call);
}

void Runs::request(std::uint64_t id, Run& run, agent::Call& call) {
    if (auto* outbound = std::get_if<core::Request>(&call.what)) {
        const std::uint64_t transfer = loop_.start(std::move(*outbound), call.delay);
        transfers_.emplace(transfer, Transfer{id, call.id});
        run.transfers.push_back(transfer);
    } else if (auto* query = std::get_if<providers::builtin::DocumentQuery>(&call.what)) {
        searches_.push_back({id, call.id, std::move(*query)});
    } else if (auto* checkpoint = std::get_if<agent::Checkpoint>(&call.what)) {
        checks_.push_back({id,
                           call.id,
                           {run.claim.briefing.execution_id, run.claim.briefing.task.id,
                            std::move(*checkpoint)}});
    } else if (std::holds_alternative<agent::ToldQuery>(call.what)) {
        told_.push_back({id, call.id, {run.claim.briefing.task.id}});
    } else {
        pages_.push_back({id, call.id, std::move(std::get<agent::PageFetch>(call.what))});
    }
}

void Runs::end(std::uint64_t id, agent::Conclusion conclusion) {
    const auto found = runs_.find(id);
    for (const std::uint64_t transfer : found->second.transfers) {
        loop_.cancel(transfer);
        transfers_.erase(transfer);
    }
    ended_.push_back({std::move(found->second.claim), std::move(conclusion)});
    runs_.erase(found);
}

void Runs::fail(std::uint64_t run, const char* what) {
    if (runs_.contains(run)) end(run, crashed(what));
}

void Runs::expire(Time now) {
    while (!deadlines_.empty()) {
        const auto [deadline, id] = deadlines_.front();
        const bool is_over = !runs_.contains(id);
        if (!is_over && deadline > now) return;
        deadlines_.pop_front();
        if (is_over) continue;
        end(id,
            failed(core::Category::timeout, "the run took longer than torale.run_timeout allows"));
    }
}

std::optional<Time> Runs::next_deadline() const {
    if (deadlines_.empty()) return std::nullopt;
    return deadlines_.front().first;
}

void Runs::cancel_all() {
    loop_.cancel_all();
    runs_.clear();
    transfers_.clear();
    deadlines_.clear();
    checks_.clear();
    searches_.clear();
    told_.clear();
    pages_.clear();
    ended_.clear();
}

std::vector<Ended> Runs::take_ended() {
    return std::exchange(ended_, {});
}
std::vector<WaitingCheck> Runs::take_checks() {
    return std::exchange(checks_, {});
}
std::vector<WaitingSearch> Runs::take_searches() {
    return std::exchange(searches_, {});
}
std::vector<WaitingTold> Runs::take_told() {
    return std::exchange(told_, {});
}
std::vector<WaitingPage> Runs::take_pages() {
    return std::exchange(pages_, {});
}

}  // namespace torale::scheduler
