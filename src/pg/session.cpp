// Connecting, and pinning what the session must not inherit.
#include "pg/session.hpp"

#include "pg/boundary.hpp"
#include "pg/waiter.hpp"

namespace torale::pg {

namespace {

struct Pin {
    const char* name;
    const char* value;
};

// Requests bring their own statements: they get the plans, the time zone and the time limits that
// the administrator chose for the database, or for torale_authenticator.
constexpr Pin web_pins[] = {
    {"search_path", "pg_catalog, pg_temp"},
    {"session_replication_role", "origin"},
    {"default_transaction_isolation", "read committed"},
    {"default_transaction_read_only", "off"},
    {"default_transaction_deferrable", "off"},
    // These end the session, which here is everybody's.
    {"idle_in_transaction_session_timeout", "0"},
    {"idle_session_timeout", "0"},
#if PG_VERSION_NUM >= 170000
    {"transaction_timeout", "0"},
#endif
    {"row_security", "on"},
    // Nobody reads notices here.
    {"client_min_messages", "warning"},
    // Compiling a statement takes longer than most of them run.
    {"jit", "off"},
};

// ALTER DATABASE and ALTER ROLE apply to workers too; a search_path or a read-only default must
// neither hijack nor stop them.
constexpr Pin pins[] = {
    {"search_path", "pg_catalog, pg_temp"},
    {"session_replication_role", "origin"},
    {"default_transaction_isolation", "read committed"},
    {"default_transaction_read_only", "off"},
    {"default_transaction_deferrable", "off"},
    {"statement_timeout", "5s"},
    {"lock_timeout", "2s"},
    {"idle_in_transaction_session_timeout", "0"},
    {"idle_session_timeout", "0"},
#if PG_VERSION_NUM >= 170000
    {"transaction_timeout", "0"},
#endif
    {"row_security", "on"},
    {"DateStyle", "ISO, YMD"},
    {"IntervalStyle", "postgres"},
    {"TimeZone", "UTC"},
    {"bytea_output", "hex"},
    {"extra_float_digits", "1"},
    {"client_min_messages", "warning"},
    {"max_parallel_workers_per_gather", "0"},
    {"jit", "off"},
    // The statements of a batch are the same each time: planning costs as much as running them.
    {"plan_cache_mode", "force_generic_plan"},
    // Plans are kept for the life of the worker; one made while the tables were empty would scan
    // them for ever.
    {"enable_seqscan", "off"},
};

template <std::size_t count>
void set_pins(const Pin (&chosen)[count]) {
    for (const Pin& pin : chosen) SetConfigOption(pin.name, pin.value, PGC_SUSET, PGC_S_OVERRIDE);
}

const char* name_of(WorkerKind kind) {
    switch (kind) {
        case WorkerKind::launcher:
            return "torale launcher";
        case WorkerKind::scheduler:
            return "torale scheduler";
        case WorkerKind::web:
            return "torale web";
        case WorkerKind::probe:
            return "torale probe";
    }
    return "torale";
}

}  // namespace

bool begin_session(const WorkerStart& start) {
    install_signals_before_connect();
    // Shutdown may come while we wait for a lock inside InitPostgres: die() is still in place.
    const bool is_wanted = guarded([&] { return attach_worker(start.kind, start.database); });
    if (!is_wanted) return false;
    guarded([&] {
        if (start.database == InvalidOid)
            BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
        else
            BackgroundWorkerInitializeConnectionByOid(start.database, start.role, 0);
        if (start.kind == WorkerKind::web)
            set_pins(web_pins);
        else
            set_pins(pins);
        pgstat_report_appname(name_of(start.kind));
        pgstat_report_activity(STATE_IDLE, nullptr);
    });
    install_signals_after_connect();
    report_state("running");
    return true;
}

std::string database_name(std::uint32_t database) {
    std::string name;
    guarded([&] {
        StartTransactionCommand();
        if (const char* found = get_database_name(database)) name = found;
        CommitTransactionCommand();
    });
    return name;
}

}  // namespace torale::pg
