// Where every setting is declared: name, default, range, unit, who may set it. A new setting is
// one variable, one line of a table, one line of current().
#include "pg/settings.hpp"

#include <algorithm>
#include <cstring>

#include "net/egress.hpp"
#include "pg/debug_crash.hpp"
#include "pg/name_list.hpp"
#include "pg/setting_tables.hpp"
#include "pg/settings_http.hpp"
#include "pg/settings_jwt.hpp"

namespace torale::pg {

namespace {

bool enabled = true;
bool schedulers = true;
char* databases = nullptr;
int max_inflight = 0;
int max_attempts = 0;
int run_timeout = 0;
int breaker_failures = 0;
int breaker_pause = 0;
int breaker_pause_max = 0;
int lease = 0;
int poll_interval = 0;
int schedule_jitter = 0;
int housekeeping_interval = 0;
char* egress_allow = nullptr;
int connections_max = 0;
int connections_per_host = 0;
char* secrets_file = nullptr;
int delivery_max_inflight = 0;
int delivery_timeout = 0;
int delivery_max_attempts = 0;
int feed_poll_min = 0;
int page_bytes_max = 0;
int page_timeout = 0;
int page_pause = 0;
int page_redirects_max = 0;
bool respect_robots = true;
int retention_executions = 0;
int retention_sources = 0;
int retention_deliveries = 0;
int retention_documents = 0;
int retention_requests = 0;
int retention_audit = 0;
int api_keys_max = 0;
int feed_tokens_max = 0;
int replay_max = 0;
int memories_max = 0;
int memory_chars_max = 0;
int budget_execution_tokens = 0;
double budget_execution_cost_usd = 0;
double budget_day_cost_usd = 0;
char* default_mode = nullptr;
int agent_steps_max = 0;
int agent_tool_calls_max = 0;
int agent_tool_result_chars_max = 0;
char* acting_owner_value = nullptr;
char* request_owner_value = nullptr;

constexpr int minutes_per_day = 24 * 60;
constexpr int ten_years = 3660 * minutes_per_day;
// Names of files and services are the administrator's business.
constexpr int private_flags = GUC_SUPERUSER_ONLY;

const BooleanSetting booleans[] = {
    {"torale.enabled", &enabled, true, "Whether torale runs tasks on this server at all."},
    {"torale.schedulers", &schedulers, true, "Whether databases get a scheduler."},
    {"torale.respect_robots", &respect_robots, true,
     "Whether pages that robots.txt forbids to torale are left alone."},
};

const IntegerSetting integers[] = {
    {"torale.max_inflight", &max_inflight, 1000, 1, 20000, 0,
     "Runs that one scheduler keeps in flight at the same time."},
    {"torale.max_attempts", &max_attempts, 6, 1, 20, 0,
     "Attempts of one execution before it counts as failed; some kinds of error allow fewer."},
    {"torale.run_timeout", &run_timeout, 120, 5, 3600, GUC_UNIT_S,
     "Time after which a run that has not finished fails."},
    {"torale.breaker_failures", &breaker_failures, 5, 1, 1000, 0,
     "Failures in a row after which a provider is left alone for a while."},
    {"torale.breaker_pause", &breaker_pause, 30'000, 100, 3'600'000, GUC_UNIT_MS,
     "First pause of a provider that fails; each further one in a row is twice as long."},
    {"torale.breaker_pause_max", &breaker_pause_max, 600'000, 100, 86'400'000, GUC_UNIT_MS,
     "Longest pause of a provider that fails, unless it asks for a longer one itself."},
    {"torale.lease", &lease, 180, 35, 7200, GUC_UNIT_S,
     "Time after which a task whose scheduler vanished may be claimed by another."},
    {"torale.poll_interval", &poll_interval, 5, 1, 300, GUC_UNIT_S,
     "Longest time between two looks at the queue when nothing wakes the scheduler."},
    {"torale.schedule_jitter", &schedule_jitter, 0, 0, 86400, GUC_UNIT_S,
     "Window over which tasks with the same schedule are spread."},
    {"torale.housekeeping_interval", &housekeeping_interval, 600, 1, 86400, GUC_UNIT_S,
     "Time between two rounds of removing what the retention settings let go."},
    {"torale.connections_max", &connections_max, 1000, 1, 20000, 0,
     "Open connections of one scheduler; more calls wait in line."},
    {"torale.connections_per_host", &connections_per_host, 1000, 1, 20000, 0,
     "Open connections of one scheduler to one host."},
    {"torale.delivery_max_inflight", &delivery_max_inflight, 200, 1, 20000, 0,
     "Deliveries that one scheduler keeps in flight at the same time."},
    {"torale.delivery_timeout", &delivery_timeout, 15, 1, 300, GUC_UNIT_S,
     "Time a channel has to answer one delivery."},
    {"torale.delivery_max_attempts", &delivery_max_attempts, 12, 1, 100, 0,
     "Attempts before a delivery is dead."},
    {"torale.feed_poll_min", &feed_poll_min, 300, 1, 86400, GUC_UNIT_S,
     "Shortest poll_interval that a feed may have."},
    {"torale.page_bytes_max", &page_bytes_max, 5 * 1024, 16, 100 * 1024, GUC_UNIT_KB,
     "Bytes of one page or feed, decompressed; a longer one is refused."},
    {"torale.page_timeout", &page_timeout, 30, 1, 300, GUC_UNIT_S,
     "Time a page or feed has to arrive."},
    {"torale.page_pause", &page_pause, 1000, 0, 60'000, GUC_UNIT_MS,
     "Time between two requests for pages of one host."},
    {"torale.page_redirects_max", &page_redirects_max, 5, 0, 20, 0,
     "Redirects of a page that are followed, each of them checked like a first request."},
    {"torale.retention_executions", &retention_executions, 90 * minutes_per_day, 0, ten_years,
     GUC_UNIT_MIN, "How long executions are kept that no notification shows. Zero keeps all."},
    {"torale.retention_sources", &retention_sources, 180 * minutes_per_day, 0, ten_years,
     GUC_UNIT_MIN, "How long sources are kept that nothing cites. Zero keeps all."},
    {"torale.retention_deliveries", &retention_deliveries, 90 * minutes_per_day, 0, ten_years,
     GUC_UNIT_MIN, "How long finished deliveries and their attempts are kept. Zero keeps all."},
    {"torale.retention_documents", &retention_documents, 180 * minutes_per_day, 0, ten_years,
     GUC_UNIT_MIN, "How long documents are kept that feeds brought. Zero keeps all."},
    {"torale.retention_requests", &retention_requests, 7 * minutes_per_day, 0, ten_years,
     GUC_UNIT_MIN,
     "How long finished previews, suggestions, replays and channel tests are kept. Zero keeps "
     "all."},
    {"torale.retention_audit", &retention_audit, 365 * minutes_per_day, 0, ten_years, GUC_UNIT_MIN,
     "How long the audit log is kept. Zero keeps all."},
    {"torale.api_keys_max", &api_keys_max, 20, 0, 10'000, 0,
     "API keys that one owner may have, not counting revoked and expired ones."},
    {"torale.feed_tokens_max", &feed_tokens_max, 100, 0, 10'000, 0,
     "Feed tokens that one owner may have, not counting revoked ones."},
    {"torale.agent_steps_max", &agent_steps_max, 8, 1, 50, 0,
     "Answers of the model in one run of agent mode; the last one has to be the verdict."},
    {"torale.agent_tool_calls_max", &agent_tool_calls_max, 16, 0, 200, 0,
     "Tool calls in one run of agent mode."},
    {"torale.agent_tool_result_chars_max", &agent_tool_result_chars_max, 5000, 500, 100'000, 0,
     "Characters of one tool result that the model gets to read."},
    {"torale.replay_max", &replay_max, 1000, 1, 100'000, 0,
     "Judged runs that one replay may judge again."},
    {"torale.memories_max", &memories_max, 100, 1, 10'000, 0,
     "Memories of one task; a run that learns more lets the least useful go."},
    {"torale.memory_chars_max", &memory_chars_max, 2000, 100, 20'000, 0,
     "Characters of one memory."},
    {"torale.budget_execution_tokens", &budget_execution_tokens, 0, 0, 2'000'000'000, 0,
     "Tokens that one execution may use, in and out. Zero means no limit."},
};

const RealSetting reals[] = {
    {"torale.budget_execution_cost_usd", &budget_execution_cost_usd, 0, 0, 1e6,
     "US dollars that one execution may cost. Zero means no limit."},
    {"torale.budget_day_cost_usd", &budget_day_cost_usd, 0, 0, 1e6,
     "US dollars that all executions may cost in a day (UTC). Zero means no limit."},
};

std::string egress_fault(const char* text) {
    const auto parsed = net::parse_egress_allow(text);
    return parsed ? "" : parsed.error().message;
}

bool check_egress_allow(char** value, void**, GucSource) {
    return accept_or_refuse(
        *value, egress_fault,
        "A list of [provider:|channel:|feed:]host-or-CIDR[:port], separated by commas.");
}

bool check_default_mode(char** value, void**, GucSource) {
    if (std::strcmp(*value, "pipeline") == 0 || std::strcmp(*value, "agent") == 0) return true;
    GUC_check_errdetail("There is no mode \"%s\".", *value);
    GUC_check_errhint("Use pipeline (one search, one judgement) or agent (the model drives).");
    return false;
}

const StringSetting strings[] = {
    {"torale.default_mode", &default_mode, "pipeline", 0, check_default_mode,
     "How tasks without a mode of their own are run: pipeline or agent."},
    {"torale.databases", &databases, "*", GUC_LIST_INPUT, nullptr,
     "Databases whose tasks are run, separated by commas; * means every one."},
    {"torale.egress_allow", &egress_allow, "", private_flags, check_egress_allow,
     "Hosts and networks that calls may reach although the egress guard refuses their kind."},
    {"torale.secrets_file", &secrets_file, "", private_flags, nullptr,
     "File with the keys of providers as NAME=value lines; mode 0600, owned by the server."},
    {"torale.acting_owner", &acting_owner_value, "", GUC_NOT_IN_SAMPLE, nullptr,
     "Owner a worker acts for; set by torale itself.", PGC_SUSET},
    {"torale.request_owner", &request_owner_value, "", GUC_NOT_IN_SAMPLE, nullptr,
     "Owner an API key belongs to; read only in sessions of torale_authenticator.", PGC_USERSET},
};

}  // namespace

bool Settings::serves(const std::string& database) const {
    return std::any_of(databases.begin(), databases.end(), [&](const std::string& served) {
        return served == "*" || served == database;
    });
}

Settings current() {
    using std::chrono::minutes;
    using std::chrono::seconds;
    constexpr int lease_margin_s = 30;
    return {.enabled = pg::enabled,
            .databases = split_list(text_of(pg::databases)),
            .schedulers = pg::schedulers,
            .max_inflight = pg::max_inflight,
            .max_attempts = pg::max_attempts,
            .run_timeout = seconds(pg::run_timeout),
            .breaker_failures = pg::breaker_failures,
            .breaker_pause = std::chrono::milliseconds(pg::breaker_pause),
            .breaker_pause_max = std::chrono::milliseconds(pg::breaker_pause_max),
            .lease = seconds(std::max(pg::lease, pg::run_timeout + lease_margin_s)),
            .poll_interval = seconds(pg::poll_interval),
            .schedule_jitter = seconds(pg::schedule_jitter),
            .housekeeping_interval = seconds(pg::housekeeping_interval),
            .uses_agent = text_of(pg::default_mode) == "agent",
            .agent_steps_max = pg::agent_steps_max,
            .agent_tool_calls_max = pg::agent_tool_calls_max,
            .agent_tool_result_chars_max = pg::agent_tool_result_chars_max,
            .execution_tokens_max = pg::budget_execution_tokens,
            .execution_cost_usd_max = pg::budget_execution_cost_usd,
            .egress_allow = text_of(pg::egress_allow),
            .connections_max = pg::connections_max,
            .connections_per_host = pg::connections_per_host,
            .secrets_file = text_of(pg::secrets_file),
            .delivery_max_inflight = pg::delivery_max_inflight,
            .delivery_timeout = seconds(pg::delivery_timeout),
            .delivery_max_attempts = pg::delivery_max_attempts,
            .page_bytes_max = std::int64_t{pg::page_bytes_max} * 1024,
            .page_timeout = seconds(pg::page_timeout),
            .page_pause = std::chrono::milliseconds(pg::page_pause),
            .respect_robots = pg::respect_robots,
            .page_redirects_max = pg::page_redirects_max,
            .retention_executions = minutes(pg::retention_executions),
            .retention_sources = minutes(pg::retention_sources),
            .retention_deliveries = minutes(pg::retention_deliveries),
            .retention_requests = minutes(pg::retention_requests)};
}

std::string acting_owner() {
    return text_of(acting_owner_value);
}
std::string request_owner() {
    return text_of(request_owner_value);
}

void define_settings() {
    define(booleans);
    define(integers);
    define(reals);
    define(strings);
    define_http_settings();
    define_jwt_settings();
    define_debug_settings();
    MarkGUCPrefixReserved("torale");
}

}  // namespace torale::pg
