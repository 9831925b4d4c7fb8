// Types are found by analysing the statement once with open parameters; the plan is then an
// ordinary SPI plan with those types, made anew when DDL has touched what it reads.
#include "pg/request_plans.hpp"

#include <iterator>

#include "pg/boundary.hpp"

namespace torale::pg {

namespace {

// PostgreSQL decides after five runs whether one plan for all values will do; its size counts.
constexpr int uses_until_generic = 7;

struct Prepared {
    SPIPlanPtr plan;
    Oid* types;
};

// Inside a guard, in the current memory context.
Prepared prepare(const char* sql, int count) {
    Oid* types = static_cast<Oid*>(palloc0(sizeof(Oid) * static_cast<std::size_t>(count + 1)));
    int found = count;
    List* statements = pg_parse_query(sql);
    if (list_length(statements) != 1) elog(ERROR, "a request is one statement");
    parse_analyze_varparams(linitial_node(RawStmt, statements), sql, &types, &found, nullptr);
    for (int i = 0; i < count; ++i)
        if (i >= found || !OidIsValid(types[i]) || types[i] == UNKNOWNOID) types[i] = TEXTOID;
    SPIPlanPtr plan = SPI_prepare(sql, count, types);
    if (plan == nullptr) elog(ERROR, "SPI_prepare: %s", SPI_result_code_string(SPI_result));
    return {plan, types};
}

std::int64_t size_of(MemoryContext context) {
    return context == nullptr ? 0
                              : static_cast<std::int64_t>(MemoryContextMemAllocated(context, true));
}

std::int64_t size_of(SPIPlanPtr plan) {
    std::int64_t bytes = size_of(plan->plancxt);
    const ListCell* cell = nullptr;
    foreach (cell, plan->plancache_list) {
        const CachedPlanSource* source = static_cast<const CachedPlanSource*>(lfirst(cell));
        bytes += size_of(source->context);
        if (source->gplan != nullptr) bytes += size_of(source->gplan->context);
    }
    return bytes;
}

// What the wire protocol would have checked: valid UTF-8 and no NUL.
void check_text(const std::string& text) {
    if (text.find('\0') != std::string::npos)
        ereport(ERROR, errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
                errmsg("a value holds a character with the code 0"));
    pg_verify_mbstr(PG_UTF8, text.data(), static_cast<int>(text.size()), false);
}

void read_row(std::vector<std::optional<std::string>>& row) {
    SPITupleTable* table = SPI_tuptable;
    if (table == nullptr || SPI_processed != 1)
        elog(ERROR, "a request's statement returns one row");
    TupleDesc shape = table->tupdesc;
    for (int i = 0; i < shape->natts; ++i) {
        bool is_null = false;
        const Datum datum = heap_getattr(table->vals[0], i + 1, shape, &is_null);
        std::optional<std::string>& out = row.emplace_back();
        if (is_null) continue;
        const Oid type = TupleDescAttr(shape, i)->atttypid;
        if (type == TEXTOID || type == JSONOID) {
            varlena* packed = DatumGetTextPP(datum);
            out.emplace(VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed));
            continue;
        }
        Oid output = InvalidOid;
        bool is_varlena = false;
        getTypeOutputInfo(type, &output, &is_varlena);
        out.emplace(OidOutputFunctionCall(output, datum));
    }
    SPI_freetuptable(table);
}

}  // namespace

RequestPlans::Kept& RequestPlans::keep(const rest::Statement& statement, const std::string& key) {
    std::string full = key;
    full += '\0';
    full += statement.sql;
    if (const auto found = by_key_.find(full); found != by_key_.end()) {
        plans_.splice(plans_.begin(), plans_, found->second);
        if (SPI_plan_is_valid(plans_.front().plan)) return plans_.front();
        // PostgreSQL would make it anew with the types of before; they may be others by now.
        forget(plans_.begin());
    }
    Kept kept;
    const int count = static_cast<int>(statement.parameters.size());
    kept.inputs.resize(statement.parameters.size());
    kept.plan = guarded([&] {
        const Prepared prepared = prepare(statement.sql.c_str(), count);
        for (int i = 0; i < count; ++i) {
            Input& input = kept.inputs[static_cast<std::size_t>(i)];
            getTypeInputInfo(prepared.types[i], &input.function, &input.parameter);
        }
        if (SPI_keepplan(prepared.plan) != 0) elog(ERROR, "SPI_keepplan failed");
        return prepared.plan;
    });
    kept.key = full;
    plans_.push_front(std::move(kept));
    by_key_.emplace(std::move(full), plans_.begin());
    weigh(plans_.front());
    return plans_.front();
}

void RequestPlans::weigh(Kept& kept) {
    bytes_ -= kept.bytes;
    kept.bytes = static_cast<std::int64_t>(kept.key.size()) * 2 + size_of(kept.plan);
    bytes_ += kept.bytes;
}

std::vector<std::optional<std::string>> RequestPlans::run(const rest::Statement& statement,
                                                          const std::string& key) {
    Kept& kept = keep(statement, key);
    std::vector<std::optional<std::string>> row;
    guarded([&] {
        const std::size_t count = statement.parameters.size();
        Datum* values = static_cast<Datum*>(palloc0(sizeof(Datum) * (count + 1)));
        char* nulls = static_cast<char*>(palloc(count + 1));
        for (std::size_t i = 0; i < count; ++i) {
            const std::optional<std::string>& text = statement.parameters[i];
            nulls[i] = text ? ' ' : 'n';
            if (text) check_text(*text);
            char* given = text ? const_cast<char*>(text->c_str()) : nullptr;
            values[i] =
                OidInputFunctionCall(kept.inputs[i].function, given, kept.inputs[i].parameter, -1);
        }
        const int result = SPI_execute_plan(kept.plan, values, nulls, false, 0);
        if (result < 0) elog(ERROR, "SPI_execute_plan: %s", SPI_result_code_string(result));
        read_row(row);
    });
    if (++kept.uses == uses_until_generic) weigh(kept);
    trim(bytes_max_);
    return row;
}

void RequestPlans::forget(std::list<Kept>::iterator kept) {
    guarded([&] { SPI_freeplan(kept->plan); });
    bytes_ -= kept->bytes;
    by_key_.erase(kept->key);
    plans_.erase(kept);
}

void RequestPlans::trim(std::int64_t bytes_max) {
    while (bytes_ > bytes_max && !plans_.empty()) forget(std::prev(plans_.end()));
}

void RequestPlans::limit(std::int64_t bytes_max) {
    bytes_max_ = bytes_max;
    trim(bytes_max_);
}

void RequestPlans::clear() {
    trim(-1);
}

}  // namespace torale::pg
