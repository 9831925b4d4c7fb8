// All transfers of a loop and their way: delayed → resolving → in line → active → finished.
// Each step is a function here; what a step waits for is in resolver, line, shards and instant.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/fetch.hpp"
#include "net/instant.hpp"
#include "net/line.hpp"
#include "net/loop.hpp"
#include "net/pace.hpp"
#include "net/resolver.hpp"
#include "net/shards.hpp"

namespace torale::net {

struct Transfer {
    std::uint64_t id = 0;
    core::Request request;
    Target target;
    std::optional<Timers::Key> timer;  // its delay, or the limit of its name lookup
    bool is_resolving = false;
    Instant began{};            // of the phase under way
    std::int64_t spent_ms = 0;  // in phases before; time in line does not count
    std::vector<Address> addresses;
    std::size_t next_address = 0;
    Line::Place* place = nullptr;
    std::unique_ptr<Exchange> exchange;
    std::uint64_t pace_ticket = 0;
};

// curl needs its global state before the first handle and after the last.
struct CurlGlobal {
    CurlGlobal();
    ~CurlGlobal();
    CurlGlobal(const CurlGlobal&) = delete;
    CurlGlobal& operator=(const CurlGlobal&) = delete;
};

class Transfers {
public:
    explicit Transfers(LoopSettings with);
    ~Transfers() { cancel_all(); }
    Transfers(const Transfers&) = delete;
    Transfers& operator=(const Transfers&) = delete;

    std::uint64_t start(core::Request request, core::milliseconds delay);
    void cancel(std::uint64_t id);
    void cancel_all();
    std::vector<Completion> turn();
    std::optional<Instant> deadline() const;
    int fd() const { return gate_.watch.fd(); }
    std::size_t in_flight() const { return transfers_.size() + finished_.size(); }
    bool is_starved() const { return gate_.starved_until > now_instant(); }
    void apply(LoopSettings settings);

private:
    void fire_timers(Instant now);
    void enter(Transfer& transfer);
    void take_resolved();
    void on_answer(Transfer& transfer, const Answer& answer);
    int start_from_line();
    void activate(Transfer& transfer);
    Attempt attempt_of(const Transfer& transfer) const;
    void take_done();
    void fail(Transfer& transfer, core::Fault fault, std::string why);
    void finish(Transfer& transfer, core::Reply reply);
    bool tries_next_address(Transfer& transfer, const core::Reply& reply);
    void leave(Transfer& transfer);
    void note_starvation();

    bool has_room() const;
    Shards& shards_of(const Transfer& transfer);
    Transfer* find(std::uint64_t id);

    CurlGlobal curl_;
    LoopSettings settings_;
    Gate gate_;
    Resolver resolver_;
    Timers timers_;
    Line line_;
    Pace pace_;
    // Provider hosts and hosts that users name never share a connection.
    Shards provider_shards_;
    Shards user_shards_;
    std::unordered_map<std::uint64_t, Transfer> transfers_;
    std::vector<std::unique_ptr<Exchange>> idle_exchanges_;
    std::vector<Completion> finished_;
    std::vector<Done> done_;
    std::size_t starved_room_ = 0;  // while starved: no more than held descriptors then
    std::uint64_t last_id_ = 0;
};

}  // namespace torale::net
