// One web worker: from the sockets it is given to the loop that answers requests.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "http/server.hpp"
#include "pg/hand_over.hpp"
#include "pg/http_sockets.hpp"
#include "pg/settings_http.hpp"
#include "pg/shared_http.hpp"
#include "pg/waiter.hpp"
#include "pg/web_service.hpp"
#include "pg/web_streams.hpp"

namespace torale::pg {

class WebWorker {
public:
    WebWorker(WebSockets sockets, std::string database_name);
    // Returns when SIGTERM asked for it, or when it has answered its share of requests, and
    // nothing is under way any more.
    void keep_running();

private:
    using Instant = std::chrono::steady_clock::time_point;

    void wait();
    void answer_some();
    void answer(const http::Exchange& exchange);
    void keep_house();
    void begin_to_end();
    void report(Instant now);
    bool is_done() const;
    bool wants_to_end() const;
    std::chrono::milliseconds hand_over_delay() const;
    std::chrono::milliseconds patience() const;

    HttpSettings settings_;
    WebSockets sockets_;
    http::Server server_;
    Waiter waiter_;
    HandOver hand_over_;
    WebService service_;
    WebStreams streams_;
    std::int64_t answered_ = 0;
    bool has_more_ = true;  // perhaps: the last turn gave a request
    bool is_ending_ = false;
    Instant end_at_{};
    // What the others know of us
    WebReport reported_;
    http::ServerCounts published_;
    Instant next_report_{};
    int workers_ = 1;
    Instant next_census_{};
};

}  // namespace torale::pg
