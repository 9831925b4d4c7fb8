// When the open event streams of a web worker are looked after: news as they are committed, a sign
// of life now and then.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "http/server.hpp"
#include "pg/web_service.hpp"

namespace torale::pg {

class WebStreams {
public:
    WebStreams(http::Server& server, WebService& service) : server_(server), service_(service) {}

    // Between two requests.
    void turn();
    // How long turn() may be postponed when the latch stays silent; nothing = for ever.
    std::optional<std::chrono::milliseconds> timeout() const;

private:
    using Instant = std::chrono::steady_clock::time_point;

    void send(const std::vector<rest::EventStreams::Push>& pushes);
    void poll(Instant now);

    http::Server& server_;
    WebService& service_;
    std::uint64_t generation_ = 0;
    std::size_t streams_ = 0;  // at the last turn
    bool has_news_ = false;    // perhaps
    Instant not_before_{};
    Instant next_poll_{};
    Instant next_heartbeat_{};
};

}  // namespace torale::pg
