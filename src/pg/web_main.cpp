// The web worker process: enter the database as the authenticator, build the parts, keep running.
#include "pg/web_main.hpp"

#include <algorithm>

#include "http/client_address.hpp"
#include "net/loop.hpp"
#include "pg/boundary.hpp"
#include "pg/log.hpp"
#include "pg/module.hpp"
#include "pg/session.hpp"

namespace torale::pg {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr int requests_per_turn = 32;
constexpr auto between_reports = 100ms;
constexpr auto between_censuses = 1s;
constexpr auto idle_longest = 60s;
// Without the extension nobody may tell when it comes, as on a standby.
constexpr auto look_again = 2s;
constexpr auto ending_longest = 1s;     // a fast shutdown waits for us
constexpr auto retiring_longest = 10s;  // nobody does

http::Limits limits_of(const HttpSettings& settings) {
    http::Limits limits;
    limits.connections_max = settings.connections_max;
    limits.header_bytes_max = settings.header_bytes_max;
    limits.body_bytes_max = settings.body_bytes_max;
    limits.header_timeout = settings.header_timeout;
    limits.body_timeout = settings.body_timeout;
    limits.idle_timeout = settings.idle_timeout;
    limits.write_timeout = settings.write_timeout;
    return limits;
}

}  // namespace

WebWorker::WebWorker(WebSockets sockets, std::string database_name)
    : settings_(current_http()),
      sockets_(std::move(sockets)),
      server_(sockets_.listener.get(), sockets_.handoff_receive.get(), limits_of(settings_)),
      waiter_(server_.fd()),
      hand_over_(server_, sockets_.handoff_send.get()),
      service_(std::move(database_name), settings_),
      streams_(server_, service_, hand_over_) {}

void WebWorker::keep_running() {
    while (!is_done()) {
        wait();
        answer_some();
        keep_house();
    }
}

milliseconds WebWorker::patience() const {
    if (has_more_) return 0ms;
    milliseconds longest = service_.has_extension() ? milliseconds(idle_longest) : look_again;
    if (next_report_ != Instant{} || is_ending_) longest = between_reports;
    longest = std::min(longest, streams_.timeout().value_or(longest));
    return std::min(longest, server_.timeout().value_or(longest));
}

void WebWorker::wait() {
    try {
        if (!waiter_.wait(patience()).reloaded) return;
    } catch (const Error& error) {
        // pg_cancel_backend() means a statement; between two there is none.
        if (error.sqlstate != "57014") throw;
        return;
    }
    settings_ = current_http();
    server_.apply(limits_of(settings_));
    service_.apply(settings_);
}

void WebWorker::answer_some() {
    service_.look_around();
    int count = 0;
    while (count < requests_per_turn && !is_done()) {
        std::optional<http::Exchange> exchange = server_.turn();
        if (!exchange) break;
        exchange->request.remote =
            http::client_address(exchange->request, settings_.trusted_proxies);
        answer(*exchange);
        ++count;
        if (wants_to_end()) break;
    }
    answered_ += count;
    has_more_ = count > 0;
}

// Alone there is nobody to hand anything to.
milliseconds WebWorker::hand_over_delay() const {
    return workers_ > 1 ? settings_.hand_over_delay : 0ms;
}

void WebWorker::answer(const http::Exchange& exchange) {
    const Instant began = std::chrono::steady_clock::now();
    core::HttpResponse response;
    {
        const HandOver::Armed hand_over(hand_over_, hand_over_delay());
        const CancelOnStop cancel;
        response = service_.answer(exchange);
    }
    server_.answer(exchange.connection, response);
    if (HttpCounters* counters = http_counters())
        counters->count(exchange.request.method, response.status,
                        std::chrono::duration_cast<core::microseconds>(
                            std::chrono::steady_clock::now() - began));
}

bool WebWorker::wants_to_end() const {
    const bool has_had_its_share =
        settings_.requests_max > 0 && answered_ >= settings_.requests_max;
    return stop_requested() || has_had_its_share;
}

void WebWorker::begin_to_end() {
    is_ending_ = true;
    const bool must = stop_requested();
    end_at_ = std::chrono::steady_clock::now() +
              (must ? milliseconds(ending_longest) : milliseconds(retiring_longest));
    if (must)
        service_.stop();
    else
        report_retirement();
    report_state(must ? "stopping" : "retiring");
    server_.drain();
}

bool WebWorker::is_done() const {
    return is_ending_ && (server_.is_drained() || std::chrono::steady_clock::now() >= end_at_);
}

void WebWorker::keep_house() {
    const Instant now = std::chrono::steady_clock::now();
    // Retiring, and then the server stops.
    const bool is_urgent = is_ending_ && stop_requested() && end_at_ > now + ending_longest;
    if ((wants_to_end() && !is_ending_) || is_urgent) begin_to_end();
    report(now);
    const CancelOnStop cancel;
    streams_.turn(hand_over_delay());
}

// Under a lock that all share, so not at every request. That there are streams is told at once:
// commits say nothing before.
void WebWorker::report(Instant now) {
    if (now >= next_census_) {
        next_census_ = now + between_censuses;
        workers_ = web_totals().workers;
    }
    const http::ServerCounts counts = server_.counts();
    const WebReport changed{counts.connections, counts.streams};
    if (changed == reported_ && next_report_ == Instant{}) return;
    if (next_report_ == Instant{}) next_report_ = now + between_reports;
    if (now < next_report_ && changed.streams == reported_.streams) return;
    next_report_ = {};
    report_web(changed);
    reported_ = changed;
    service_.publish_counts();
    if (HttpCounters* shared = http_counters()) {
        shared->accepted += static_cast<std::uint64_t>(counts.accepted - published_.accepted);
        shared->refused += static_cast<std::uint64_t>(counts.refused - published_.refused);
    }
    published_ = counts;
}

namespace {

void serve(std::uint32_t database, std::uint32_t role) {
    if (!begin_session({WorkerKind::web, database, role})) return;
    auto sockets = ask_for_sockets();
    if (!sockets) {
        report_error("the launcher has no listening socket");
        return;
    }
    const HttpSettings settings = current_http();
    const std::string name = database_name(database);
    // PostgreSQL needs its own files beside the connections.
    net::raise_file_limit(settings.connections_max + 2000);
    try {
        WebWorker worker(std::move(*sockets), name);
        log_line("web started database=" + name + " port=" + std::to_string(settings.port));
        worker.keep_running();
        log_line("web stopped database=" + name);
    } catch (const std::exception& error) {
        report_error(error.what());
        throw;
    }
}

}  // namespace

}  // namespace torale::pg

TORALE_EXPORT void torale_web_main(Datum database);

void torale_web_main(Datum database) {
    using namespace torale::pg;
    // The launcher puts the role's oid beside the database's.
    Oid role = InvalidOid;
    memcpy(&role, MyBgworkerEntry->bgw_extra, sizeof role);
    entry([&] { serve(DatumGetObjectId(database), role); });
}
