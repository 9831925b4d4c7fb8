// SPI behind guards: no palloc pointer and no Datum leaves this file.
#include "pg/spi.hpp"

#include <unordered_map>

#include "pg/boundary.hpp"
#include "pg/open_transaction.hpp"

namespace torale::pg {

namespace {

Oid type_oid(Type type) {
    switch (type) {
        case Type::boolean:
            return BOOLOID;
        case Type::int4:
            return INT4OID;
        case Type::int8:
            return INT8OID;
        case Type::float8:
            return FLOAT8OID;
        case Type::text:
            return TEXTOID;
        case Type::jsonb:
            return JSONBOID;
        case Type::uuid:
            return UUIDOID;
        case Type::timestamptz:
            return TIMESTAMPTZOID;
        case Type::text_array:
            return TEXTARRAYOID;
    }
    return InvalidOid;
}

Datum text_datum(const std::string& value) {
    return PointerGetDatum(cstring_to_text_with_len(value.data(), static_cast<int>(value.size())));
}

Datum array_datum(const TextArray& values) {
    const std::size_t count = values.size();
    Datum* items = static_cast<Datum*>(palloc(sizeof(Datum) * (count == 0 ? 1 : count)));
    for (std::size_t i = 0; i < count; ++i) items[i] = text_datum(values[i]);
    return PointerGetDatum(
        construct_array(items, static_cast<int>(count), TEXTOID, -1, false, TYPALIGN_INT));
}

Datum string_datum(Type type, const std::string& value) {
    char* text = const_cast<char*>(value.c_str());
    switch (type) {
        case Type::jsonb:
            return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
        case Type::uuid:
            return DirectFunctionCall1(uuid_in, CStringGetDatum(text));
        case Type::timestamptz:
            return DirectFunctionCall3(timestamptz_in, CStringGetDatum(text),
                                       ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
        default:
            return text_datum(value);
    }
}

// Allocates in the current memory context; may raise. std::get_if, since a throw would have to
// pass the guard's frame for nothing.
Datum parameter_datum(const Parameter& parameter) {
    const Value& value = parameter.value;
    if (const bool* truth = std::get_if<bool>(&value)) return BoolGetDatum(*truth);
    if (const double* number = std::get_if<double>(&value)) return Float8GetDatum(*number);
    if (const TextArray* array = std::get_if<TextArray>(&value)) return array_datum(*array);
    if (const std::string* string = std::get_if<std::string>(&value))
        return string_datum(parameter.type, *string);
    const std::int64_t* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr) return 0;
    return parameter.type == Type::int4 ? Int32GetDatum(static_cast<int>(*number))
                                        : Int64GetDatum(*number);
}

// Plans live in their own contexts until the process ends; the keys are our constant statements,
// so their number is that of the statements in the source.
SPIPlanPtr kept_plan(const char* sql, const std::vector<Parameter>& parameters) {
    static auto* plans = new std::unordered_map<std::string, SPIPlanPtr>;
    std::string key = sql;
    for (const Parameter& parameter : parameters)
        key.push_back(static_cast<char>('\x01' + static_cast<int>(parameter.type)));
    if (const auto found = plans->find(key); found != plans->end()) return found->second;
    SPIPlanPtr plan = guarded([&] {
        const std::size_t count = parameters.size();
        Oid* types = static_cast<Oid*>(palloc(sizeof(Oid) * (count == 0 ? 1 : count)));
        for (std::size_t i = 0; i < count; ++i) types[i] = type_oid(parameters[i].type);
        SPIPlanPtr prepared = SPI_prepare(sql, static_cast<int>(count), types);
        if (prepared == nullptr) elog(ERROR, "SPI_prepare: %s", SPI_result_code_string(SPI_result));
        if (SPI_keepplan(prepared) != 0) elog(ERROR, "SPI_keepplan failed");
        return prepared;
    });
    plans->emplace(std::move(key), plan);
    return plan;
}

// How a column is read; looked up once a result.
struct Column {
    Oid type;
    Oid output;
};

void read_text(Datum datum, Value& out) {
    varlena* packed = DatumGetTextPP(datum);
    out.emplace<std::string>(VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed));
}

void read_array(Datum datum, Value& out) {
    Datum* items = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(DatumGetArrayTypeP(datum), TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls,
                      &count);
    TextArray& array = out.emplace<TextArray>();
    for (int i = 0; i < count; ++i) {
        if (nulls[i]) {
            array.emplace_back();
            continue;
        }
        varlena* packed = DatumGetTextPP(items[i]);
        array.emplace_back(VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed));
    }
}

void read_value(const Column& column, Datum datum, Value& out) {
    switch (column.type) {
        case BOOLOID:
            out = DatumGetBool(datum);
            return;
        case INT2OID:
            out = static_cast<std::int64_t>(DatumGetInt16(datum));
            return;
        case INT4OID:
            out = static_cast<std::int64_t>(DatumGetInt32(datum));
            return;
        case INT8OID:
            out = static_cast<std::int64_t>(DatumGetInt64(datum));
            return;
        case FLOAT4OID:
            out = static_cast<double>(DatumGetFloat4(datum));
            return;
        case FLOAT8OID:
            out = DatumGetFloat8(datum);
            return;
        case TEXTOID:
        case VARCHAROID:
        case JSONOID:
            read_text(datum, out);
            return;
        case TEXTARRAYOID:
            read_array(datum, out);
            return;
        default:
            out.emplace<std::string>(OidOutputFunctionCall(column.output, datum));
            return;
    }
}

// Reads SPI_tuptable into `rows`; inside a guard.
void read_rows(Rows& rows) {
    SPITupleTable* table = SPI_tuptable;
    if (table == nullptr) return;
    TupleDesc shape = table->tupdesc;
    const int width = shape->natts;
    Column* columns = static_cast<Column*>(palloc(sizeof(Column) * (width == 0 ? 1 : width)));
    for (int i = 0; i < width; ++i) {
        Form_pg_attribute attribute = TupleDescAttr(shape, i);
        bool is_varlena = false;
        columns[i].type = attribute->atttypid;
        getTypeOutputInfo(attribute->atttypid, &columns[i].output, &is_varlena);
        rows.columns.emplace_back(NameStr(attribute->attname));
    }
    rows.values.reserve(static_cast<std::size_t>(SPI_processed) * static_cast<std::size_t>(width));
    for (uint64 row = 0; row < SPI_processed; ++row) {
        for (int i = 0; i < width; ++i) {
            bool is_null = false;
            const Datum datum = heap_getattr(table->vals[row], i + 1, shape, &is_null);
            Value& out = rows.values.emplace_back();
            if (!is_null) read_value(columns[i], datum, out);
        }
    }
    SPI_freetuptable(table);
}

Rows execute(const char* sql, const std::vector<Parameter>& parameters) {
    Rows rows;
    SPIPlanPtr plan = kept_plan(sql, parameters);
    guarded([&] {
        const std::size_t count = parameters.size();
        Datum* datums = static_cast<Datum*>(palloc(sizeof(Datum) * (count == 0 ? 1 : count)));
        char* nulls = static_cast<char*>(palloc(count + 1));
        for (std::size_t i = 0; i < count; ++i) {
            nulls[i] = std::holds_alternative<std::monostate>(parameters[i].value) ? 'n' : ' ';
            datums[i] = parameter_datum(parameters[i]);
        }
        const int result = SPI_execute_plan(plan, datums, nulls, false, 0);
        if (result < 0) elog(ERROR, "SPI_execute_plan: %s", SPI_result_code_string(result));
        rows.processed = static_cast<std::int64_t>(SPI_processed);
        read_rows(rows);
    });
    return rows;
}

}  // namespace

bool Rows::is_null(std::size_t row, std::size_t column) const {
    return std::holds_alternative<std::monostate>(at(row, column));
}
const std::string& Rows::text(std::size_t row, std::size_t column) const {
    return std::get<std::string>(at(row, column));
}
std::int64_t Rows::integer(std::size_t row, std::size_t column) const {
    return std::get<std::int64_t>(at(row, column));
}
bool Rows::boolean(std::size_t row, std::size_t column) const {
    return std::get<bool>(at(row, column));
}
std::optional<std::string> Rows::optional_text(std::size_t row, std::size_t column) const {
    if (is_null(row, column)) return std::nullopt;
    return text(row, column);
}

Rows run_in_call(const char* sql, const std::vector<Parameter>& parameters) {
    // On an error PostgreSQL's own abort disconnects SPI, so only success has to.
    guarded([] { SPI_connect(); });
    Rows rows = execute(sql, parameters);
    guarded([] { SPI_finish(); });
    return rows;
}

Rows run_connected(const char* sql, const std::vector<Parameter>& parameters) {
    return execute(sql, parameters);
}

Transaction::Transaction(const char* activity, Hold hold, int timeout_ms) {
    open_transaction({.activity = activity,
                      .timeout_ms = StatementTimeout > 0 ? StatementTimeout : timeout_ms,
                      .hold = hold});
    open_ = true;
}

Transaction::~Transaction() {
    if (open_) abort_transaction();
}

Rows Transaction::run(const char* sql, const std::vector<Parameter>& parameters) {
    return execute(sql, parameters);
}

void Transaction::act_as(const std::string& owner) {
    guarded([&] {
        set_config_option("torale.acting_owner", owner.c_str(), PGC_SUSET, PGC_S_SESSION,
                          GUC_ACTION_LOCAL, true, 0, false);
    });
}

void Transaction::commit() {
    commit_transaction();
    open_ = false;
    report_idle();
}

}  // namespace torale::pg
