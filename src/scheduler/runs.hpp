// The runs in flight: who waits for which transfer, and until when. Knows nothing of claiming or
// finishing.
#pragma once
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "net/loop.hpp"
#include "scheduler/ports.hpp"

namespace torale::scheduler {

struct Run {
    Claim claim;
    agent::Investigation investigation;
    Time deadline{};
    std::vector<std::uint64_t> transfers;
};

// A run that reached its end.
struct Ended {
    Claim claim;
    agent::Conclusion conclusion;
};

// What runs ask of the store, gathered so that one commit serves many.
struct WaitingCheck {
    std::uint64_t run = 0;
    int call = 0;
    CheckpointRequest request;
};
struct WaitingSearch {
    std::uint64_t run = 0;
    int call = 0;
    providers::builtin::DocumentQuery query;
};

struct WaitingTold {
    std::uint64_t run = 0;
    int call = 0;
    ToldRequest request;
};

struct WaitingPage {
    std::uint64_t run = 0;
    int call = 0;
    agent::PageFetch fetch;
};

class Runs {
public:
    explicit Runs(net::Loop& loop) : loop_(loop) {}

    void start(Claim claim, agent::Briefing briefing, Time now, core::microseconds timeout);
    // Ends a claim that is not run, as `internal`.
    void refuse(Claim claim, std::string why);
    // False when the transfer is not one of ours.
    bool accept(net::Completion& completion, Time now);
    void answer(std::uint64_t run, int call, agent::CallReply reply, Time now);
    // A bug or a database error met while serving this run: it ends as `internal`.
    void fail(std::uint64_t run, const char* what);
    void expire(Time now);
    void cancel_all();

    std::size_t size() const { return runs_.size(); }
    std::optional<Time> next_deadline() const;

    std::vector<Ended> take_ended();
    std::vector<WaitingCheck> take_checks();
    std::vector<WaitingSearch> take_searches();
    std::vector<WaitingTold> take_told();
    std::vector<WaitingPage> take_pages();
    // Checks and results that want to be committed.
    std::size_t waiting_count() const { return checks_.size() + told_.size() + ended_.size(); }

private:
    void advance(std::uint64_t id, agent::Turn turn);
    void end(std::uint64_t id, agent::Conclusion conclusion);
    void request(std::uint64_t id, Run& run, agent::Call& call);

    net::Loop& loop_;
    std::unordered_map<std::uint64_t, Run> runs_;
    struct Transfer {
        std::uint64_t run = 0;
        int call = 0;
    };
    std::unordered_map<std::uint64_t, Transfer> transfers_;
    std::deque<std::pair<Time, std::uint64_t>> deadlines_;  // runs are started in this order
    std::vector<WaitingCheck> checks_;
    std::vector<WaitingSearch> searches_;
    std::vector<WaitingTold> told_;
    std::vector<WaitingPage> pages_;
    std::vector<Ended> ended_;
    std::uint64_t next_id_ = 1;
};

}  // namespace torale::scheduler
