// The scheduler process: enter the database, build the parts, keep running.
#include "pg/scheduler_main.hpp"

#include "pg/boundary.hpp"
#include "pg/session.hpp"
#include "pg/settings.hpp"
#include "pg/spi.hpp"
#include "pg/waiter.hpp"

namespace torale::pg {

void run_scheduler(SchedulerContext&) {
    Waiter waiter;
    while (!stop_requested()) {
        if (take_wake()) {
            Transaction transaction("torale: looking at the queue");
            transaction.commit();
        }
        waiter.wait(current().poll_interval);
    }
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
