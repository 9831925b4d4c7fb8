// The open streams of /events: an owner's findings and changes of executions, as they are
// committed. Each poll asks as the one who opened the stream, so a revoked key, an expired token
// or a deactivated user ends it.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "rest/walk.hpp"

namespace torale::rest {

// When an event happened, by the id that torale.events() gave it: sixteen digits of microseconds, a
// dash, what it is about.
std::optional<core::Time> event_time(const std::string& event_id);

struct StreamLimits {
    int streams_max = 200;  // of one worker
    int per_client_max = 20;
};

class EventStreams {
public:
    struct Push {
        std::uint64_t connection = 0;
        std::string bytes;
        bool ends = false;
    };

    explicit EventStreams(StreamLimits limits) : limits_(limits) {}

    // The response that begins the stream, or the refusal; only what begins one is registered.
    core::HttpResponse open(std::uint64_t connection, const core::HttpRequest& request,
                            Service& service);
    // What is new since the last poll.
    std::vector<Push> poll(Service& service);
    std::vector<Push> heartbeat() const;
    void close(std::uint64_t connection) { streams_.erase(connection); }
    void limit(StreamLimits limits) { limits_ = limits; }
    std::size_t size() const { return streams_.size(); }

private:
    struct Stream {
        core::HttpRequest request;  // without body: the credential is read again at each poll
        core::Time since{};
        std::set<std::string> sent;  // ids of the overlap, in the order of time
        std::string client;          // whom a rate limit counts
    };
    bool has_its_share(const std::string& client) const;
    static void add_event(Stream& stream, const core::Json& event, std::string& frames,
                          std::string& last);
    static Result<std::string> news(Stream& stream, Service& service);

    StreamLimits limits_;
    std::map<std::uint64_t, Stream> streams_;
};

}  // namespace torale::rest
