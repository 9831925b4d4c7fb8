// When the open event streams of a web worker are looked after: news as they are committed, a sign
// of life now and then.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "http/server.hpp"
#include "pg/hand_over.hpp"
#include "pg/web_service.hpp"

namespace torale::pg {

class WebStreams {
public:
    WebStreams(http::Server& server, WebService& service, HandOver& hand_over)
        : server_(server), service_(service), hand_over_(hand_over) {}

    // Between two requests. A poll may take long: after `delay` whoever waits meanwhile is handed
    // to another worker.
    void turn(std::chrono::milliseconds delay);
    // How long turn() may be postponed when the latch stays silent; nothing = for ever.
    std::optional<std::chrono::milliseconds> timeout() const;

private:
    using Instant = std::chrono::steady_clock::time_point;

    void send(const std::vector<rest::EventStreams::Push>& pushes);
    void poll(Instant now, std::chrono::milliseconds delay);

    http::Server& server_;
    WebService& service_;
    HandOver& hand_over_;
    std::uint64_t generation_ = 0;
    std::size_t streams_ = 0;  // at the last turn
    bool has_news_ = false;    // perhaps
    Instant not_before_{};
    Instant next_poll_{};
    Instant next_heartbeat_{};
};

}  // namespace torale::pg
