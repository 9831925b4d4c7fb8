// The schema cache: read when first asked for, read again when the catalog changed. Callbacks of
// PostgreSQL only raise a flag; NOTIFY pgrst counts a generation in shared memory.
#include "pg/request_database.hpp"

#include <algorithm>
#include <chrono>

#include "pg/boundary.hpp"
#include "pg/log.hpp"
#include "pg/request_transaction.hpp"
#include "pg/schema_reader.hpp"
#include "pg/shared_http.hpp"
#include "pg/spi.hpp"

namespace torale::pg {

namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// ANALYZE and its like raise the flag as DDL does: a reload may cost 2 % of the time at most. Who
// misses something gets a newer schema at once, see newer_schema().
constexpr milliseconds pause_min{1'000};
constexpr int pause_factor = 50;
// What is missed may be new, and then it is to be found at once; or a client's invention: after a
// few reloads in a row a fifth of the time at most.
constexpr int misses_free = 5;
constexpr milliseconds misses_window{10'000};
constexpr int miss_factor = 4;
constexpr milliseconds retry_first{1'000};
constexpr milliseconds retry_longest{32'000};

bool is_stale = true;

void on_relation(Datum, Oid) {
    is_stale = true;
}
void on_catalog(Datum, int, uint32) {
    is_stale = true;
}

void watch_catalog() {
    static bool is_watching = false;
    if (is_watching) return;
    is_watching = true;
    guarded([] {
        CacheRegisterRelcacheCallback(on_relation, 0);
        for (const int cache : {PROCOID, NAMESPACEOID, TYPEOID, CONSTROID})
            CacheRegisterSyscacheCallback(static_cast<SysCacheIdentifier>(cache), on_catalog, 0);
    });
}

}  // namespace

struct RequestDatabase::State {
    RequestDatabaseOptions options;
    RequestPlans plans;
    RequestRoles roles;
    SteadyClock::time_point misses_since{};
    int misses = 0;
    std::shared_ptr<const rest::Schema> schema;
    SteadyClock::time_point loaded_at{};
    SteadyClock::time_point retry_at{};
    milliseconds retry_pause = retry_first;
    std::uint64_t generation = 0;
    bool must_load = true;
    Counts counts;

    explicit State(RequestDatabaseOptions given)
        : options(std::move(given)), plans(options.plan_cache_bytes) {}

    // Of the last load.
    milliseconds load_time() const {
        return milliseconds{static_cast<std::int64_t>(counts.schema_seconds * 1000)};
    }
    bool is_due() const;
    bool may_load_for_miss();
    void load();
};

bool RequestDatabase::State::is_due() const {
    const auto now = SteadyClock::now();
    if (now < retry_at) return false;
    if (must_load || !schema) return true;
    return is_stale && now - loaded_at >= std::max(pause_min, load_time() * pause_factor);
}

bool RequestDatabase::State::may_load_for_miss() {
    const auto now = SteadyClock::now();
    if (now < retry_at) return false;
    if (now - misses_since >= misses_window) {
        misses_since = now;
        misses = 0;
    }
    if (++misses <= misses_free) return true;
    return now - loaded_at >= load_time() * miss_factor;
}

// The old one goes on serving while a new one cannot be read.
void RequestDatabase::State::load() {
    const auto began = SteadyClock::now();
    is_stale = false;
    try {
        schema = std::make_shared<const rest::Schema>(
            read_schema(options.schemas, options.statement_timeout_ms));
        must_load = false;
        retry_pause = retry_first;
        ++counts.schema_loads;
    } catch (const Error& error) {
        ++counts.schema_failures;
        is_stale = true;
        retry_at = SteadyClock::now() + retry_pause;
        retry_pause = std::min(retry_pause * 2, retry_longest);
        log_line("schema cache not loaded: " + error.message);
    }
    roles.forget();
    loaded_at = SteadyClock::now();
    counts.schema_seconds = std::chrono::duration<double>(loaded_at - began).count();
}

RequestDatabase::RequestDatabase(RequestDatabaseOptions options)
    : state_(std::make_unique<State>(std::move(options))) {
    watch_catalog();
}

RequestDatabase::~RequestDatabase() = default;

std::shared_ptr<const rest::Schema> RequestDatabase::schema() {
    const std::uint64_t generation = schema_generation();
    if (generation != state_->generation) {
        state_->generation = generation;
        state_->must_load = true;
        state_->retry_at = {};
    }
    if (state_->is_due()) state_->load();
    return state_->schema;
}

std::shared_ptr<const rest::Schema> RequestDatabase::newer_schema() {
    // Invalidations are taken in when a transaction starts.
    guarded([] {
        StartTransactionCommand();
        CommitTransactionCommand();
    });
    if (is_stale && state_->may_load_for_miss()) state_->load();
    return schema();
}

core::Result<std::unique_ptr<rest::RequestTransaction>, rest::SqlError> RequestDatabase::begin() {
    try {
        return std::unique_ptr<rest::RequestTransaction>(std::make_unique<PgRequestTransaction>(
            RequestParts{state_->options, state_->plans, state_->roles}));
    } catch (const Error& error) {
        return sql_error(error);
    }
}

void RequestDatabase::apply(RequestDatabaseOptions options) {
    state_->plans.limit(options.plan_cache_bytes);
    state_->options = std::move(options);
    forget_schema();
}

void RequestDatabase::forget_schema() {
    state_->must_load = true;
    state_->roles.forget();
}

RequestDatabase::Counts RequestDatabase::counts() const {
    Counts counts = state_->counts;
    counts.plans = state_->plans.count();
    counts.plan_bytes = state_->plans.bytes();
    return counts;
}

}  // namespace torale::pg
