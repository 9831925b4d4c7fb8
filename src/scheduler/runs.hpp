// The runs in flight: who waits for which transfer, and until when. Knows nothing of claiming or
// finishing.
#pragma once
#include <cstdint>
#include <queue>
#include <unordered_map>
#include <vector>

#include "net/loop.hpp"
#include "scheduler/run_in_flight.hpp"
#include "scheduler/throttle.hpp"

namespace torale::scheduler {

class Runs {
public:
    Runs(net::Loop& loop, Throttle& throttle) : loop_(loop), throttle_(throttle) {}

    void start(Claim claim, agent::Briefing briefing, Time now, core::microseconds timeout);
    // Ends a claim that is not run, as `internal`.
    void refuse(Claim claim, std::string why);
    // False when the transfer is not one of ours.
    bool accept(net::Completion& completion, Time now);
    void answer(std::uint64_t run, int call, agent::CallReply reply, Time now);
    // Sends what has its turn now; answers what gets none.
    void take_turns(Time now);
    // A bug or a database error met while serving this run: it ends as `internal`.
    void fail(std::uint64_t run, const char* what);
    void expire(Time now);
    void cancel_all();

    std::size_t size() const { return runs_.size(); }
    bool contains(std::uint64_t run) const { return runs_.contains(run); }
    std::optional<Time> next_deadline() const;

    std::vector<Ended> take_ended();
    std::vector<WaitingCheck> take_checks();
    std::vector<WaitingSearch> take_searches();
    std::vector<WaitingTold> take_told();
    std::vector<WaitingPage> take_pages();
    // Checks and results that want to be committed.
    std::size_t waiting_count() const { return checks_.size() + told_.size() + ended_.size(); }
    // What the store is to answer.
    bool has_questions() const { return !checks_.empty() || !told_.empty() || !searches_.empty(); }

private:
    struct Transfer {
        std::uint64_t run = 0;
        int call = 0;
        Ticket ticket;
    };
    using Deadline = std::pair<Time, std::uint64_t>;

    void advance(std::uint64_t id, agent::Turn turn, Time now);
    void end(std::uint64_t id, agent::Conclusion conclusion);
    void request(std::uint64_t id, Run& run, agent::Call& call, Time now);
    void send(const Ticket& ticket, WaitingCall call);
    void stop_waiting(Run& run, Time now);
    void report(Run& run, const Transfer& transfer, const core::Reply& reply, Time now);
    void expire(std::uint64_t id, Run& run, Time now);

    net::Loop& loop_;
    Throttle& throttle_;
    std::unordered_map<std::uint64_t, Run> runs_;
    std::unordered_map<std::uint64_t, Transfer> transfers_;
    // Of runs that are over too, until their time has come.
    std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> deadlines_;
    std::vector<WaitingCheck> checks_;
    std::vector<WaitingSearch> searches_;
    std::vector<WaitingTold> told_;
    std::vector<WaitingPage> pages_;
    std::vector<Ended> ended_;
    std::uint64_t next_id_ = 1;
};

}  // namespace torale::scheduler
