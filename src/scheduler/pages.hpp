// Fetches pages politely for whoever asks: robots.txt first, one request a host at a time,
// each redirect a new guarded request, validators sent as they came.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/loop.hpp"
#include "providers/robots.hpp"
#include "scheduler/page_reply.hpp"

namespace torale::scheduler {

class Pages {
public:
    Pages(net::Loop& net, PageLimits limits) : net_(net), limits_(limits) {}

    // The id comes back with take_ready(), always later, however it ends.
    std::uint64_t fetch(PageRequest request, Time now);
    // False when the transfer is not one of ours.
    bool accept(net::Completion& completion, Time now);
    std::vector<std::pair<std::uint64_t, PageReply>> take_ready() {
        return std::exchange(ready_, {});
    }
    // When turn() has something to do without a completion; nothing = only when told.
    std::optional<Time> next_turn() const;
    void turn(Time now);
    void cancel(std::uint64_t id);
    void cancel_all();
    void apply(PageLimits limits) { limits_ = limits; }
    std::size_t in_flight() const { return jobs_.size(); }

private:
    struct Job {
        PageRequest request;  // its url is that of the hop under way
        std::vector<std::string> visited;
        std::optional<std::uint64_t> transfer;
    };
    struct Host {
        std::deque<std::uint64_t> queue;
        bool is_busy = false;
        Time next_at{};
    };
    struct Site {
        providers::Robots robots;
        std::optional<core::Failure> failure;  // why its robots.txt could not be read
    };
    struct Sent {
        std::uint64_t job = 0;  // 0: a robots.txt
        std::string site;
        std::string url;
        core::Purpose purpose = core::Purpose::feed;
        int hops = 0;
    };

    void enter(std::uint64_t id);
    void pump(Host& host, Time now);
    bool may_start(std::uint64_t id, Job& job);
    void start_page(std::uint64_t id, Job& job);
    void start_robots(Sent sent);
    void accept_robots(const Sent& sent, net::Completion& completion, Time now);
    void accept_page(const Sent& sent, net::Completion& completion, Time now);
    bool follow(std::uint64_t id, Job& job, PageReply& reply);
    void fail(std::uint64_t id, core::Category category, std::string message);
    void finish(std::uint64_t id, PageReply reply);
    void forget(Time now);

    net::Loop& net_;
    PageLimits limits_;
    std::uint64_t last_id_ = 0;
    std::unordered_map<std::uint64_t, Job> jobs_;
    std::unordered_map<std::uint64_t, Sent> sent_;  // by transfer
    std::unordered_map<std::string, Host> hosts_;
    std::unordered_map<std::string, Site> sites_;  // by purpose and origin
    std::vector<std::pair<std::uint64_t, PageReply>> ready_;
};

}  // namespace torale::scheduler
