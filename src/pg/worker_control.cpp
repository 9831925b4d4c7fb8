// Rights and rows for functions_worker.cpp.
#include "pg/worker_control.hpp"

#include "pg/boundary.hpp"
#include "pg/shared.hpp"

namespace torale::pg {

namespace {

const char* name_of(WorkerKind kind) {
    switch (kind) {
        case WorkerKind::launcher:
            return "launcher";
        case WorkerKind::scheduler:
            return "scheduler";
        case WorkerKind::web:
            return "web";
        case WorkerKind::probe:
            return "probe";
    }
    return "unknown";
}

Datum text_datum(const std::string& text) {
    return PointerGetDatum(cstring_to_text_with_len(text.data(), static_cast<int>(text.size())));
}

Datum interval_datum(std::int64_t milliseconds) {
    Interval* interval = static_cast<Interval*>(palloc0(sizeof(Interval)));
    interval->time = milliseconds * 1000;
    return PointerGetDatum(interval);
}

// Inside a guard.
void put_row(ReturnSetInfo* result, const WorkerRow& row) {
    constexpr int width = 9;
    Datum values[width];
    bool nulls[width] = {row.pid == 0,
                         row.database == InvalidOid,
                         false,
                         false,
                         row.pid == 0,
                         row.pid == 0,
                         row.pid == 0,
                         row.started_at == 0,
                         row.last_error.empty()};
    values[0] = Int32GetDatum(row.pid);
    values[1] = ObjectIdGetDatum(row.database);
    values[2] = CStringGetTextDatum(name_of(row.kind));
    values[3] = text_datum(row.state);
    values[4] = Int64GetDatum(row.report.in_flight);
    values[5] = Int64GetDatum(row.report.due);
    values[6] = interval_datum(row.report.lag_ms);
    values[7] = TimestampTzGetDatum(row.started_at);
    values[8] = text_datum(row.last_error);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

}  // namespace

Oid controlled_database(Datum name) {
    return guarded([&] {
        if (!has_shared_memory())
            ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("torale is not preloaded"),
                    errhint("Add torale to shared_preload_libraries and restart the server."));
        const char* text = NameStr(*DatumGetName(name));
        const Oid database = get_database_oid(text, false);
        if (!owns_database(database, GetUserId()))
            ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("must be owner of database \"%s\"", text));
        return database;
    });
}

void put_worker_rows(FunctionCallInfo call) {
    guarded([&] { InitMaterializedSRF(call, 0); });
    ReturnSetInfo* result = reinterpret_cast<ReturnSetInfo*>(call->resultinfo);
    const std::vector<WorkerRow> rows = worker_rows();
    guarded([&] {
        for (const WorkerRow& row : rows) put_row(result, row);
    });
}

}  // namespace torale::pg
