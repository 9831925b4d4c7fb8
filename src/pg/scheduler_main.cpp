// The scheduler process: enter the database, build the parts, keep running.
#include "pg/scheduler_main.hpp"

#include <malloc.h>

#include <cstdio>

#include "net/loop.hpp"
#include "pg/boundary.hpp"
#include "pg/execution_store.hpp"
#include "pg/jwks_store.hpp"
#include "pg/log.hpp"
#include "pg/session.hpp"
#include "pg/settings.hpp"
#include "pg/shared.hpp"
#include "pg/waiter.hpp"
#include "pg/wake.hpp"
#include "scheduler/loop.hpp"

namespace torale::pg {

namespace {

net::LoopSettings net_settings(const Settings& settings) {
    net::LoopSettings net;
    if (auto rules = net::parse_egress_allow(settings.egress_allow)) net.egress.allow = *rules;
    net.connections_max = settings.connections_max;
    net.connections_per_host_max = settings.connections_per_host;
    return net;
}

scheduler::Limits limits_of(const Settings& settings) {
    scheduler::Limits limits;
    limits.max_inflight = settings.max_inflight;
    limits.max_attempts = settings.max_attempts;
    limits.run_timeout = settings.run_timeout;
    limits.breaker = {settings.breaker_failures, settings.breaker_pause,
                      settings.breaker_pause_max};
    limits.poll_interval = settings.poll_interval;
    limits.housekeeping_interval = settings.housekeeping_interval;
    limits.jitter = settings.schedule_jitter;
    limits.delivery.max_inflight = settings.delivery_max_inflight;
    limits.delivery.max_attempts = settings.delivery_max_attempts;
    limits.delivery.timeout = settings.delivery_timeout;
    limits.pages.respect_robots = settings.respect_robots;
    limits.pages.redirects_max = settings.page_redirects_max;
    limits.pages.bytes_max = settings.page_bytes_max;
    limits.pages.timeout = settings.page_timeout;
    limits.pages.host_pause = settings.page_pause;
    limits.default_mode = settings.uses_agent ? agent::Mode::agent : agent::Mode::pipeline;
    limits.agent.steps_max = settings.agent_steps_max;
    limits.agent.tool_calls_max = settings.agent_tool_calls_max;
    limits.agent.tool_result_chars_max = settings.agent_tool_result_chars_max;
    if (settings.execution_tokens_max > 0) limits.agent.tokens_max = settings.execution_tokens_max;
    limits.agent.cost_usd_max = settings.execution_cost_usd_max;
    return limits;
}

// Sleeps on PostgreSQL's latch and shows between two transactions what the worker is doing.
class LatchSleeper final : public scheduler::Sleeper {
public:
    explicit LatchSleeper(int fd) : waiter_(fd) {}

    Wake sleep(int, std::optional<core::microseconds> at_most) override {
        guarded([&] { pgstat_report_activity(STATE_IDLE, activity_); });
        const WaitResult result = waiter_.wait(at_most);
        return {.stop = stop_requested(), .reloaded = result.reloaded, .work_written = take_wake()};
    }

    void report(std::int64_t in_flight, std::int64_t due, core::milliseconds lag) override {
        report_work({in_flight, due, lag.count()});
        std::snprintf(activity_, sizeof activity_, "%lld in flight, %lld due, lag %.1f s",
                      static_cast<long long>(in_flight), static_cast<long long>(due),
                      static_cast<double>(lag.count()) / 1000);
    }

    void log(const std::string& line) override { log_line(line); }

private:
    Waiter waiter_;
    char activity_[128] = "0 in flight, 0 due, lag 0.0 s";
};

// Tells this process's leases from those of an earlier one, even when the pid comes again.
std::string lease_owner() {
    return std::to_string(PgStartTime) + "." + std::to_string(MyProcPid) + "." +
           std::to_string(MyStartTimestamp);
}

}  // namespace

void run_scheduler(SchedulerContext& context) {
    const Settings settings = current();
    // Batches come and go in megabytes: giving them back to the kernel each time costs page faults.
    mallopt(M_MMAP_THRESHOLD, 8 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
    // Idle connections come on top of the busy ones, and PostgreSQL needs its own files.
    net::raise_file_limit(settings.connections_max * 2 + 2000);
    net::Loop net(net_settings(settings));
    SqlExecutionStore store(lease_owner());
    LatchSleeper sleeper(net.fd());
    const core::SystemClock clock;
    scheduler::Loop loop(store, net, sleeper, clock, limits_of(settings));
    SqlJwksStore keys(context.database_name);
    loop.fetch_keys(keys);
    log_line("scheduler started database=" + context.database_name);
    loop.keep_running([&] {
        const Settings changed = current();
        net.apply(net_settings(changed));
        loop.apply(limits_of(changed));
    });
    log_line("scheduler stopped database=" + context.database_name);
}

namespace {

void serve(std::uint32_t database, std::uint32_t role) {
    if (!begin_session({WorkerKind::scheduler, database, role})) return;
    SchedulerContext context{database, database_name(database)};
    try {
        run_scheduler(context);
    } catch (const ExtensionGone&) {
        report_state("gone");
    } catch (const std::exception& error) {
        report_error(error.what());
        throw;
    }
}

}  // namespace

}  // namespace torale::pg

TORALE_EXPORT void torale_scheduler_main(Datum database);

void torale_scheduler_main(Datum database) {
    using namespace torale::pg;
    // The launcher puts the role's oid beside the database's.
    Oid role = InvalidOid;
    memcpy(&role, MyBgworkerEntry->bgw_extra, sizeof role);
    entry([&] { serve(DatumGetObjectId(database), role); });
}
