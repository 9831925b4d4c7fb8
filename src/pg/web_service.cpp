// Probes, and what stands around rest::handle_request().
#include "pg/web_service.hpp"

#include <new>

#include "core/json.hpp"
#include "pg/boundary.hpp"
#include "pg/log.hpp"
#include "pg/session.hpp"
#include "pg/settings.hpp"
#include "pg/settings_jwt.hpp"
#include "pg/shared_http.hpp"
#include "rest/finding_feed.hpp"
#include "rest/metrics.hpp"

namespace torale::pg {

namespace {

using namespace std::chrono_literals;

constexpr auto between_looks = 2s;

RequestDatabaseOptions database_options(const HttpSettings& settings) {
    return {.schemas = settings.schemas,
            .extra_search_path = settings.extra_search_path,
            .anon_role = settings.anon_role,
            .pre_request = settings.pre_request,
            .plan_cache_bytes = settings.plan_cache_bytes,
            .statement_timeout_ms = static_cast<int>(settings.statement_timeout.count()),
            .is_open = settings.is_open()};
}

KeySources key_sources() {
    const JwtSettings settings = current_jwt();
    return {.secrets_file = current().secrets_file,
            .jwks_file = settings.jwks_file,
            .jwks_url = settings.jwks_url};
}

rest::TokenPolicy token_policy() {
    const JwtSettings settings = current_jwt();
    return {.issuer = settings.issuer,
            .audiences = settings.audiences,
            .authorized_parties = settings.authorized_parties,
            .leeway = settings.leeway,
            .role_claim = settings.role_claim};
}

core::HttpResponse failure(int status, const char* code, const std::string& message) {
    core::Json body = core::Json::object();
    body["code"] = code;
    body["details"] = nullptr;
    body["hint"] = nullptr;
    body["message"] = message;
    core::HttpResponse response;
    response.status = status;
    response.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
    response.body = body.dump();
    return response;
}

core::HttpResponse plain_text(std::string text) {
    core::HttpResponse response;
    response.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
    response.body = std::move(text);
    return response;
}

bool extension_exists() {
    return guarded([] {
        StartTransactionCommand();
        const bool exists = OidIsValid(get_extension_oid("torale", true));
        CommitTransactionCommand();
        return exists;
    });
}

std::vector<rest::SchedulerGauge> scheduler_gauges() {
    std::vector<rest::SchedulerGauge> gauges;
    for (const WorkerRow& row : worker_rows()) {
        if (row.kind != WorkerKind::scheduler || row.pid == 0) continue;
        gauges.push_back({.database = database_name(row.database),
                          .in_flight = row.report.in_flight,
                          .due = row.report.due,
                          .lag_seconds = static_cast<double>(row.report.lag_ms) / 1000});
    }
    return gauges;
}

}  // namespace

WebService::WebService(std::string database_name, const HttpSettings& settings)
    : database_name_(std::move(database_name)),
      session_user_(GetSessionUserId()),
      limiter_(clock_),
      database_(database_options(settings)),
      service_{.database = database_,
               .limiter = limiter_,
               .clock = clock_,
               .keys = keys_.set(),
               .known_tokens = keys_.known_tokens(),
               .tokens = {},
               .origins = {},
               .plans = {},
               .schemas = {}},
      streams_({settings.streams_max, settings.streams_per_client}) {
    apply(settings);
}

void WebService::apply(const HttpSettings& settings) {
    database_.apply(database_options(settings));
    limiter_.apply(settings.rate_limit, settings.auth_failures_max);
    keys_.apply(key_sources());
    streams_.limit({settings.streams_max, settings.streams_per_client});
    service_.tokens = token_policy();
    service_.origins = rest::parse_origins(settings.cors_origins);
    service_.plans.max_rows = settings.max_rows;
    service_.schemas = settings.schemas;
    service_.allows_anonymous = !settings.anon_role.empty() || settings.is_open();
    service_.is_open = settings.is_open();
    service_.public_url = settings.public_url;
}

void WebService::look_around() {
    const auto now = std::chrono::steady_clock::now();
    const std::uint64_t generation = schema_generation();
    if (generation == seen_generation_ && (has_extension_ || now < next_look_)) return;
    seen_generation_ = generation;
    next_look_ = now + between_looks;
    const bool had_extension = std::exchange(has_extension_, extension_exists());
    if (has_extension_ == had_extension) return;
    database_.forget_schema();
    report_state(has_extension_ ? "running" : "no extension");
    report_error(has_extension_ ? "" : "extension torale is not installed");
}

std::string WebService::unready_reason() {
    if (is_stopping_) return "the server is shutting down";
    if (!has_extension_)
        return "extension torale is not installed in database \"" + database_name_ + "\"";
    if (!database_.schema()) return "the schema could not be read";
    const auto transaction = database_.begin();
    return transaction ? std::string() : transaction.error().message;
}

core::HttpResponse WebService::unavailable(const std::string& reason) {
    core::HttpResponse response = failure(503, "PGRST000", reason);
    response.headers.push_back({"Retry-After", "1"});
    return response;
}

core::HttpResponse WebService::answer_metrics() {
    publish_counts();
    rest::Metrics metrics;
    if (const HttpCounters* counters = http_counters()) metrics = read_counters(*counters);
    const WebTotals totals = web_totals();
    metrics.is_up = unready_reason().empty();
    metrics.connections = totals.connections;
    metrics.streams = totals.streams;
    metrics.workers = totals.workers;
    metrics.schedulers = scheduler_gauges();
    core::HttpResponse response;
    response.headers.push_back({"Content-Type", std::string(rest::metrics_type)});
    response.body = rest::render_metrics(metrics);
    return response;
}

std::optional<core::HttpResponse> WebService::answer_probe(const core::HttpRequest& request) {
    if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
    if (request.path() == "/live") return plain_text("live\n");
    if (request.path() == "/metrics") return answer_metrics();
    if (request.path() != "/ready") return std::nullopt;
    const std::string reason = unready_reason();
    return reason.empty() ? plain_text("ready\n") : unavailable(reason);
}

core::HttpResponse WebService::answer_with_keys(const http::Exchange& exchange) {
    if (exchange.request.path() == "/events" && exchange.request.method == "GET")
        return streams_.open(exchange.connection, exchange.request, service_);
    if (auto feed = rest::answer_finding_feed(exchange.request, service_)) return std::move(*feed);
    return rest::handle_request(exchange.request, service_);
}

core::HttpResponse WebService::answer_rest(const http::Exchange& exchange) {
    if (is_stopping_ || !has_extension_) return unavailable(unready_reason());
    keys_.look();
    service_.lacks_key = false;
    core::HttpResponse response = answer_with_keys(exchange);
    // The token may be good and only our keys old.
    if (service_.lacks_key && keys_.look_for_newer()) response = answer_with_keys(exchange);
    return response;
}

std::vector<rest::EventStreams::Push> WebService::poll_streams() {
    try {
        keys_.look();
        return streams_.poll(service_);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const ExtensionGone&) {
        has_extension_ = false;
    } catch (const std::exception& error) {
        survive(error);
    }
    return {};
}

// A session that is another's now, or a transaction that would not end, is no place for the next
// request.
core::HttpResponse WebService::survive(const std::exception& error) {
    log_line(std::string("http request failed error=") + error.what());
    if (GetSessionUserId() != session_user_) throw Error("58000", "the session was changed");
    guarded([] {
        MemoryContextSwitchTo(TopMemoryContext);
        AbortCurrentTransaction();
    });
    return failure(500, "PGRSTX00", "internal error");
}

core::HttpResponse WebService::answer_or_refuse(const http::Exchange& exchange) {
    try {
        if (auto probe = answer_probe(exchange.request)) return *std::move(probe);
        return answer_rest(exchange);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const ExtensionGone&) {
        has_extension_ = false;
        return unavailable(unready_reason());
    } catch (const std::exception& error) {
        return survive(error);
    }
}

// A page of another origin may read refusals too: rest sets these headers, and here is what never
// came to rest.
core::HttpResponse WebService::answer(const http::Exchange& exchange) {
    core::HttpResponse response = answer_or_refuse(exchange);
    rest::add_security_headers(response, service_.is_https());
    rest::add_cors_headers(response, exchange.request, service_.origins);
    return response;
}

void WebService::publish_counts() {
    HttpCounters* shared = http_counters();
    if (shared == nullptr) return;
    const RequestDatabase::Counts now = database_.counts();
    const auto grown = [](std::int64_t after, std::int64_t before) {
        return static_cast<std::uint64_t>(after - before);
    };
    shared->schema_loads += grown(now.schema_loads, published_.schema_loads);
    shared->schema_failures += grown(now.schema_failures, published_.schema_failures);
    if (now.schema_loads != published_.schema_loads)
        shared->schema_load_us = static_cast<std::uint64_t>(now.schema_seconds * 1e6);
    published_ = now;
}

}  // namespace torale::pg
