// One request of a web worker to its response: the probes of an operator here, all else by rest.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "http/server.hpp"
#include "pg/rate_limits.hpp"
#include "pg/request_database.hpp"
#include "pg/settings_http.hpp"
#include "pg/web_keys.hpp"
#include "rest/event_streams.hpp"
#include "rest/handle.hpp"

namespace torale::pg {

class WebService {
public:
    WebService(std::string database_name, const HttpSettings& settings);

    // Never fails: what goes wrong in the middle of a request is its response. Only without
    // memory, and when the session is not what it was, an exception ends the worker.
    core::HttpResponse answer(const http::Exchange& exchange);
    // What the open event streams have to be sent, and which end.
    std::vector<rest::EventStreams::Push> poll_streams();
    rest::EventStreams& streams() { return streams_; }
    // After a reload.
    void apply(const HttpSettings& settings);
    // Whether the extension is there; looked at again after DDL, and every two seconds without it.
    void look_around();
    // Adds to the counters of all workers what came since the last call.
    void publish_counts();
    // From now on requests are refused: the server stops.
    void stop() { is_stopping_ = true; }
    bool has_extension() const { return has_extension_; }

private:
    core::HttpResponse answer_or_refuse(const http::Exchange& exchange);
    std::optional<core::HttpResponse> answer_probe(const core::HttpRequest& request);
    core::HttpResponse answer_metrics();
    core::HttpResponse answer_rest(const http::Exchange& exchange);
    core::HttpResponse answer_with_keys(const http::Exchange& exchange);
    core::HttpResponse unavailable(const std::string& reason);
    core::HttpResponse survive(const std::exception& error);
    std::string unready_reason();

    std::string database_name_;
    std::uint32_t session_user_;
    const core::SystemClock clock_;
    SharedLimiter limiter_;
    WebKeys keys_;
    RequestDatabase database_;
    rest::Service service_;
    rest::EventStreams streams_;
    RequestDatabase::Counts published_;
    bool has_extension_ = true;
    bool is_stopping_ = false;
    std::uint64_t seen_generation_ = ~std::uint64_t{0};  // none yet
    std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace torale::pg
