// Names to addresses with c-ares, in our own loop: no thread, one lookup per name however many
// wait for it, answers kept for a while, our own deadline.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/call.hpp"
#include "net/address.hpp"
#include "net/instant.hpp"
#include "net/watch.hpp"

struct ares_channeldata;
struct ares_addrinfo;

namespace torale::net {

struct ResolverSettings {
    std::int64_t timeout_ms = 5'000;
    std::int64_t cache_ok_ms = 60'000;
    std::int64_t cache_fail_ms = 5'000;
    std::string servers;  // "host:port,…"; "" = the system's
};

struct Answer {
    std::vector<Address> addresses;  // best first; empty = failed
    std::optional<core::Fault> fault;
    std::string fault_text;
    Instant expires{};
};
// Shared: the cache may drop an answer while transfers still work through its addresses.
using AnswerPtr = std::shared_ptr<const Answer>;

struct Resolved {
    std::vector<std::uint64_t> waiters;
    AnswerPtr answer;
};

class Resolver final : public Watch::Owner {
public:
    Resolver(Watch& watch, ResolverSettings settings);
    ~Resolver() override;
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // The answer if it is there, else null, and `waiter` will be part of a Resolved.
    AnswerPtr lookup(const std::string& host, std::uint64_t waiter);
    std::vector<Resolved> take_resolved();

    std::optional<Instant> deadline() const;
    void run_due(Instant now);
    void on_event(int socket, std::uint32_t events) noexcept override;

    void apply(ResolverSettings settings);

private:
    struct Lookup;
    struct Entry {
        AnswerPtr answer;
        std::uint64_t pending = 0;  // serial of the lookup under way
        std::vector<std::uint64_t> waiters;
    };
    struct Due {
        Instant when;
        std::uint64_t serial;
        std::string host;
    };

    static void on_socket(void* self, int socket, int readable, int writable) noexcept;
    static void on_answer(void* lookup, int status, int timeouts, ares_addrinfo* found) noexcept;
    void open_channel();
    void close_channel();
    void reopen_when_configuration_changed(Instant now);
    void begin(const std::string& host, Entry& entry);
    void finish(const std::string& host, std::uint64_t serial, Answer answer);
    void forget_settled();
    void expire_cache(Instant now);

    Watch& watch_;
    ResolverSettings settings_;
    ares_channeldata* channel_ = nullptr;
    std::unordered_map<std::string, Entry> entries_;
    std::deque<Due> due_;  // one time limit for all: first in, first due
    std::vector<Resolved> resolved_;
    std::uint64_t last_serial_ = 0;
    int under_way_ = 0;  // lookups c-ares still holds
    Instant configuration_checked_{};
    std::int64_t configuration_stamp_ = 0;
    std::optional<Instant> poll_at_;
};

}  // namespace torale::net
