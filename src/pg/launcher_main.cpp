// The launcher process, and the short-lived probes it sends into databases.
#include <algorithm>

#include "pg/boundary.hpp"
#include "pg/launcher.hpp"
#include "pg/module.hpp"
#include "pg/session.hpp"
#include "pg/spi.hpp"
#include "pg/waiter.hpp"

namespace torale::pg {

namespace {

using namespace std::chrono_literals;

bool has_survivors() {
    const std::vector<WorkerRow> rows = worker_rows();
    return std::any_of(rows.begin(), rows.end(), [](const WorkerRow& row) {
        return row.pid != 0 && row.kind != WorkerKind::launcher;
    });
}

// Left over when only the launcher ended: their handles died with it, so they go too. Asked once,
// then, if that was not enough, told.
void stop_survivors(Waiter& waiter) {
    for (int request = 0; request < 2 && stop_all_workers() > 0; ++request) {
        const auto deadline = std::chrono::steady_clock::now() + 5s;
        while (has_survivors() && std::chrono::steady_clock::now() < deadline && !stop_requested())
            waiter.wait(100ms);
    }
}

// One failed look must not end the launcher: it is the only one who can mend anything.
std::chrono::milliseconds survive_turn(Launcher& launcher) {
    try {
        return launcher.turn();
    } catch (const std::exception& error) {
        ereport(WARNING, errmsg("torale launcher: %s", error.what()));
    }
    guarded([] {
        MemoryContextSwitchTo(TopMemoryContext);
        AbortCurrentTransaction();
    });
    return 1s;
}

void supervise() {
    if (!begin_session({WorkerKind::launcher, InvalidOid, InvalidOid})) return;
    Launcher launcher;
    Waiter waiter(launcher.fd());
    stop_survivors(waiter);
    while (!stop_requested()) waiter.wait(survive_turn(launcher));
}

void probe(std::uint32_t database) {
    if (!begin_session({WorkerKind::probe, database, InvalidOid})) return;
    Transaction transaction("torale: looking for the extension", Hold::nothing);
    const Rows found = transaction.run("SELECT FROM pg_extension WHERE extname = 'torale'");
    transaction.commit();
    report_probe(database, found.processed > 0);
}

}  // namespace

void register_launcher() {
    BackgroundWorker worker{};
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_ConsistentState;
    worker.bgw_restart_time = 2;
    strlcpy(worker.bgw_name, "torale launcher", sizeof worker.bgw_name);
    strlcpy(worker.bgw_type, "torale launcher", sizeof worker.bgw_type);
    strlcpy(worker.bgw_library_name, "torale", sizeof worker.bgw_library_name);
    strlcpy(worker.bgw_function_name, "torale_launcher_main", sizeof worker.bgw_function_name);
    RegisterBackgroundWorker(&worker);
}

}  // namespace torale::pg

TORALE_EXPORT void torale_launcher_main(Datum);
TORALE_EXPORT void torale_probe_main(Datum database);

void torale_launcher_main(Datum) {
    torale::pg::entry([] { torale::pg::supervise(); });
    // Exit code 0 would mean "never again": pg_terminate_backend() must bring the launcher back.
    proc_exit(1);
}

void torale_probe_main(Datum database) {
    torale::pg::entry([&] { torale::pg::probe(DatumGetObjectId(database)); });
}
