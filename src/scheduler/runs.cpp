// Steps investigations: a reply in, the next calls out.
#include "scheduler/runs.hpp"

#include <algorithm>
#include <utility>

#include "providers/catalog.hpp"

namespace torale::scheduler {

namespace {

agent::Conclusion failed(core::Category category, std::string message) {
    agent::Conclusion conclusion;
    core::Failure& failure = conclusion.failure.emplace();
    failure.category = category;
    failure.message = std::move(message);
    conclusion.is_broken_off = true;
    return conclusion;
}

// A bug in one run (bad_alloc, an assertion thrown as an exception) fails that run, not the
// worker.
agent::Conclusion crashed(const char* what) {
    return failed(core::Category::internal, std::string("internal error: ") + what);
}

// The time of a run that stands in line goes on with the clock: not watched at each turn.
constexpr core::microseconds look_again = core::milliseconds{10};

core::Failure silence() {
    core::Failure failure;
    failure.category = core::Category::timeout;
    failure.message = "the service kept silent";
    return failure;
}

template <class T>
std::optional<core::Failure> failure_in(const providers::Outcome<T>& read) {
    if (read.ok()) return std::nullopt;
    return read.error();
}

// Nothing when the service did its part; what an answer of 200 is worth is the run's business.
std::optional<core::Failure> failure_of(const providers::Provider& provider,
                                        const core::Reply& reply, Time now) {
    if (!reply.fault && reply.status >= 200 && reply.status < 300) return std::nullopt;
    const providers::Adapter* adapter = providers::find_adapter(provider.adapter);
    try {
        if (adapter && adapter->read_search) {
            return failure_in(adapter->read_search(provider, reply, now));
        }
        if (adapter && adapter->read_prompt) {
            return failure_in(adapter->read_prompt(provider, reply, now));
        }
        if (adapter && adapter->read_memory_search) {
            return failure_in(adapter->read_memory_search(provider, reply, now));
        }
    } catch (const std::exception&) {
        // The run meets the same bug and reports it.
    }
    return core::classify(reply, now);
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
    bool is_probe = false;
    for (const auto* list : {&briefing.search_providers, &briefing.judges}) {
        for (const providers::Provider& provider : *list) {
            is_probe |= throttle_.take_probe(throttle_.find(provider.name), id, now);
        }
    }
    Run& run = runs_.emplace(id, Run{std::move(claim), agent::Investigation(std::move(briefing))})
                   .first->second;
    run.deadline = now + timeout;
    run.is_probe = is_probe;
    deadlines_.emplace(run.deadline, id);
    advance(id, guarded_step([&] { return run.investigation.start(now); }), now);
}

void Runs::refuse(Claim claim, std::string why) {
    ended_.push_back({std::move(claim), failed(core::Category::internal, std::move(why))});
}

bool Runs::accept(net::Completion& completion, Time now) {
    const auto found = transfers_.find(completion.transfer);
    if (found == transfers_.end()) return false;
    const Transfer transfer = found->second;
    transfers_.erase(found);
    Run& run = runs_.at(transfer.run);
    std::erase(run.transfers, completion.transfer);
    report(run, transfer, completion.reply, now);
    answer(transfer.run, transfer.call, std::move(completion.reply), now);
    return true;
}

// The earliest true word about a provider: its reply, read as its adapter reads it.
void Runs::report(Run& run, const Transfer& transfer, const core::Reply& reply, Time now) {
    if (transfer.ticket.outlet < 0) return;
    const auto failure = failure_of(throttle_.provider(transfer.ticket.outlet), reply, now);
    if (!failure) {
        throttle_.succeed(transfer.ticket, now);
        run.troubled = -1;
        run.is_refused = false;
        return;
    }
    run.troubled = transfer.ticket.outlet;
    run.is_refused = false;
    run.reported.push_back(throttle_.provider(transfer.ticket.outlet).name);
    throttle_.fail(transfer.ticket, *failure, now);
}

void Runs::answer(std::uint64_t id, int call, agent::CallReply reply, Time now) {
    const auto found = runs_.find(id);
    if (found == runs_.end()) return;
    agent::Investigation& investigation = found->second.investigation;
    advance(id, guarded_step([&] { return investigation.resume(call, std::move(reply), now); }),
            now);
}

void Runs::take_turns(Time now) {
    Throttle::Turn turn = throttle_.turn(now);
    for (auto& [ticket, call] : turn.send) {
        stop_waiting(runs_.at(call.run), now);
        send(ticket, std::move(call));
    }
    for (WaitingCall& call : turn.refuse) {
        // An earlier refusal of this turn may have ended it.
        const auto found = runs_.find(call.run);
        if (found == runs_.end()) continue;
        stop_waiting(found->second, now);
        found->second.troubled = -1;
        found->second.is_refused = true;
        core::Reply reply;
        reply.fault = core::Fault::paused;
        reply.fault_text = "not sent";
        answer(call.run, call.call, std::move(reply), now);
    }
}

void Runs::advance(std::uint64_t id, agent::Turn turn, Time now) {
    if (auto* conclusion = std::get_if<agent::Conclusion>(&turn)) {
        end(id, std::move(*conclusion));
        return;
    }
    Run& run = runs_.at(id);
    for (agent::Call& call : std::get<std::vector<agent::Call>>(turn)) request(id, run, call, now);
}

void Runs::request(std::uint64_t id, Run& run, agent::Call& call, Time now) {
    if (auto* outbound = std::get_if<core::Request>(&call.what)) {
        const int outlet = throttle_.find(call.provider);
        WaitingCall waiting{.run = id,
                            .call = call.id,
                            .due = run.claim.scheduled_for.value_or(run.claim.claimed_at),
                            .not_before = now + call.delay,
                            .request = std::move(*outbound)};
        if (const auto ticket = throttle_.pass(outlet, waiting, now)) {
            send(*ticket, std::move(waiting));
        } else if (run.waiting++ == 0) {
            run.waiting_since = std::max(now, now + call.delay);
        }
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

void Runs::send(const Ticket& ticket, WaitingCall call) {
    const auto delay = std::max(call.not_before - ticket.sent_at, core::microseconds{0});
    const std::uint64_t transfer =
        loop_.start(std::move(call.request), std::chrono::ceil<core::milliseconds>(delay));
    transfers_.emplace(transfer, Transfer{call.run, call.call, ticket});
    runs_.at(call.run).transfers.push_back(transfer);
}

// The run gets back the time it stood in line.
void Runs::stop_waiting(Run& run, Time now) {
    if (--run.waiting > 0) return;
    const auto waited = std::clamp<core::microseconds>(now - run.waiting_since,
                                                       core::microseconds{0}, run.patience);
    run.deadline += waited;
    run.patience -= waited;
}

void Runs::end(std::uint64_t id, agent::Conclusion conclusion) {
    Run& run = runs_.at(id);
    for (const std::uint64_t transfer : run.transfers) {
        loop_.cancel(transfer);
        const auto found = transfers_.find(transfer);
        throttle_.release(found->second.ticket);
        transfers_.erase(found);
    }
    if (run.waiting > 0) throttle_.forget(id);
    throttle_.end_run(id);
    std::erase_if(conclusion.cooldowns, [&run](const agent::Cooldown& cooldown) {
        return std::find(run.reported.begin(), run.reported.end(), cooldown.provider) !=
               run.reported.end();
    });
    ended_.push_back(
        {std::move(run.claim), std::move(conclusion), run.is_probe, run.troubled, run.is_refused});
    runs_.erase(id);
}

void Runs::fail(std::uint64_t run, const char* what) {
    if (runs_.contains(run)) end(run, crashed(what));
}

void Runs::expire(Time now) {
    while (!deadlines_.empty() && deadlines_.top().first <= now) {
        const std::uint64_t id = deadlines_.top().second;
        deadlines_.pop();
        const auto found = runs_.find(id);
        if (found == runs_.end()) continue;
        Run& run = found->second;
        Time until = run.deadline;
        if (run.waiting > 0)
            until += std::clamp(now - run.waiting_since, core::microseconds{0}, run.patience);
        if (until > now) {
            deadlines_.emplace(std::max(until, now + look_again), id);
        } else {
            expire(id, run, now);
        }
    }
}

void Runs::expire(std::uint64_t id, Run& run, Time now) {
    // A provider that keeps silent for half a run's time has failed like one that says so.
    const auto long_enough = (run.deadline - run.claim.claimed_at) / 2;
    for (const std::uint64_t each : run.transfers) {
        Transfer& transfer = transfers_.at(each);
        if (transfer.ticket.outlet < 0 || now - transfer.ticket.sent_at < long_enough) continue;
        run.troubled = transfer.ticket.outlet;
        throttle_.fail(std::exchange(transfer.ticket, {}), silence(), now);
    }
    if (run.waiting > 0 && run.transfers.empty()) {
        run.is_refused = true;
        end(id, failed(core::Category::overload, "the provider had no free turn for the run"));
        return;
    }
    run.is_refused = false;
    end(id, failed(core::Category::timeout, "the run took longer than torale.run_timeout allows"));
}

std::optional<Time> Runs::next_deadline() const {
    if (deadlines_.empty()) return std::nullopt;
    return deadlines_.top().first;
}

void Runs::cancel_all() {
    loop_.cancel_all();
    for (const auto& [id, run] : runs_) {
        if (run.waiting > 0) throttle_.forget(id);
        throttle_.end_run(id);
    }
    for (const auto& [id, transfer] : transfers_) throttle_.release(transfer.ticket);
    runs_.clear();
    transfers_.clear();
    deadlines_ = {};
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
